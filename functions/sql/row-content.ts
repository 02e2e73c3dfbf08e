/**
 * A row as JSON text, as BigQuery itself encodes it: integers beyond 2^53 and NUMERIC with a fraction are strings, times are
 * RFC 3339, bytes are base64 (https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#json_encodings).
 */
import { placesOf } from '../domain/edits.ts';
import type { PlannedTable } from '../domain/planned-table.ts';
import type { PropertyPlace } from '../domain/property-place.ts';
import type { Scope } from '../domain/request.ts';
import { jsonPath } from './held.ts';
import type { Params } from './params.ts';
import type { Asked } from './stage.ts';
import { columnOf, quoteName } from './statement.ts';

/** @param owner the expression for the request's position: requests of different scopes get different parts of one row */
export function rowContent(
  table: PlannedTable,
  asked: readonly Asked[],
  owner: string,
  params: Params,
  eventTime: string | undefined,
): string {
  const groups = groupByScope(asked).map(({ scope, positions }) => ({
    positions,
    content:
      scope === 'everything' ? 'TO_JSON_STRING(t)' : partOf(table, scope.properties, params, eventTime),
  }));
  const [only, ...others] = groups;
  if (only === undefined) throw new Error('a staging without a request');
  if (others.length === 0) return only.content;
  const cases = groups.map(
    ({ positions, content }) =>
      `WHEN ${owner} IN UNNEST(${params.addArray(positions, 'INT64')}) THEN ${content}`,
  );
  return `CASE ${cases.join(' ')} END`;
}

function groupByScope(asked: readonly Asked[]): { scope: Scope; positions: number[] }[] {
  const groups = new Map<string, { scope: Scope; positions: number[] }>();
  for (const { position, request } of asked) {
    const key = JSON.stringify(request.scope);
    const group = groups.get(key) ?? { scope: request.scope, positions: [] };
    group.positions.push(position);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Identifiers, the event's time and the named properties; names come as parameters, since they may be any text. */
function partOf(
  table: PlannedTable,
  properties: readonly string[],
  params: Params,
  eventTime: string | undefined,
): string {
  const columns = [...table.identifiers.map(({ column }) => column), ...(eventTime ? [eventTime] : [])];
  const fields = new Map<string, string>();
  for (const column of columns) fields.set(column, `TO_JSON_STRING(${columnOf(column)})`);
  for (const place of placesOf(table, properties)) {
    // A property that has several places in one table: the further ones say where they are.
    const name = fields.has(place.property) ? `${place.property} (${place.column})` : place.property;
    if (!fields.has(name)) fields.set(name, contentOf(place, params));
  }
  const parts = [...fields].map(([name, content], index) => {
    const key = params.add(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`, 'STRING');
    return `${key}, ${content}`;
  });
  return `CONCAT(${parts.join(', ')}, '}')`;
}

function contentOf(place: PropertyPlace, params: Params): string {
  const column = columnOf(place.column);
  switch (place.form) {
    case 'column':
      return `TO_JSON_STRING(${column})`;
    case 'json': {
      // Of a text column it is text that says JSON, as it is when the whole row is exported.
      if (place.keys.length === 0) return `TO_JSON_STRING(${column})`;
      return `TO_JSON_STRING(JSON_QUERY(${column}, ${params.add(jsonPath(place.keys), 'STRING')}))`;
    }
    case 'entry': {
      const key = params.add(place.key, 'STRING');
      return `TO_JSON_STRING(ARRAY(SELECT e.value FROM UNNEST(${column}) AS e WHERE e.key = ${key}))`;
    }
    case 'item':
      return `TO_JSON_STRING(ARRAY(SELECT AS STRUCT e.${quoteName(place.field)} FROM UNNEST(${column}) AS e))`;
  }
}
