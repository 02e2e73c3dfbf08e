/**
 * A row as JSON text, as BigQuery itself encodes it: integers beyond 2^53 and NUMERIC with a fraction are strings, times are
 * RFC 3339, bytes are base64 (https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#json_encodings).
 */
import { exportedFields } from '../domain/exported-fields.ts';
import type { PlannedTable } from '../domain/planned-table.ts';
import type { PropertyPlace } from '../domain/property-place.ts';
import { jsonPath } from './json-keys.ts';
import type { Params } from './params.ts';
import type { Group } from './stage.ts';
import { columnOf, quoteName } from './statement.ts';

/** @param owner the expression for the request's position: requests of different scopes get different parts of one row */
export function rowContent(
  table: PlannedTable,
  groups: readonly Group[],
  owner: string,
  params: Params,
  eventTime: string | undefined,
): string {
  const contents = groups.map((group) => contentOfGroup(table, group, params, eventTime));
  const [only] = contents;
  if (only === undefined) throw new Error('a staging without a request');
  if (new Set(contents).size === 1) return only;
  const cases = groups.map(
    ({ positions }, index) =>
      `WHEN ${owner} IN UNNEST(${params.addArray(positions.map(String), 'INT64')}) THEN ${contents[index]}`,
  );
  return `CASE ${cases.join(' ')} END`;
}

function contentOfGroup(
  table: PlannedTable,
  { scope, content }: Group,
  params: Params,
  eventTime: string | undefined,
): string {
  // Only how many rows there are.
  if (content === 'categories') return `'{}'`;
  if (scope === 'everything') return 'TO_JSON_STRING(t)';
  // Names come as parameters: they may be any text.
  const parts = exportedFields(table, scope, eventTime).map(({ name, column, place }, index) => {
    const key = params.add(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`, 'STRING');
    return `${key}, TO_JSON_STRING(${place === undefined ? columnOf(column) : valueAt(place, params)})`;
  });
  return `CONCAT(${parts.join(', ')}, '}')`;
}

function valueAt(place: PropertyPlace, params: Params): string {
  const column = columnOf(place.column);
  switch (place.form) {
    case 'column':
      return column;
    case 'json':
      // Of a text column it is text that says JSON, as it is when the whole row is exported.
      if (place.keys.length === 0) return column;
      return `JSON_QUERY(${column}, ${params.add(jsonPath(place.keys), 'STRING')})`;
    case 'entry':
      return `ARRAY(SELECT e.value FROM UNNEST(${column}) AS e WHERE e.key = ${params.add(place.key, 'STRING')})`;
    case 'item':
      return `ARRAY(SELECT AS STRUCT e.${quoteName(place.field)} FROM UNNEST(${column}) AS e)`;
  }
}
