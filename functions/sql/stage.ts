/**
 * Staging: one scan of a table for all subjects of a batch. Each found row becomes JSON text, once for every request that it
 * belongs to; the requests are the partitions of the staging table, so that each is read without a further query.
 */
import { SHARD_SUFFIX } from '../domain/data-map.ts';
import { type PlannedTable, tableLabel } from '../domain/planned-table.ts';
import type { RequestDocument } from '../domain/request.ts';
import { subjectKey } from '../domain/subject.ts';
import { type Match, matchSubjects } from './match.ts';
import { Params } from './params.ts';
import { everyPartition } from './partitions.ts';
import { rowContent } from './row-content.ts';
import { aliased, quoteName, type Statement } from './statement.ts';

export interface Asked {
  /** Position among the tenant's requests of the batch. */
  position: number;
  request: Pick<RequestDocument, 'subjects' | 'scope'>;
}

export interface Staging {
  /** `project.dataset.table` */
  target: string;
  expirationHours: number;
  /** Of the tenant in the batch, asked or not. */
  requests: number;
}

/**
 * @param asked the requests that can concern the table
 * @param eventTime column of the event's time, which goes with named properties
 * @returns `undefined`: no column can hold any of the subjects
 */
export function stageRows(
  table: PlannedTable,
  asked: readonly Asked[],
  { target, expirationHours, requests }: Staging,
  eventTime?: string,
): Statement | undefined {
  const match = matchSubjects(
    table,
    asked.flatMap(({ request }) => request.subjects),
  );
  if (match === undefined) return undefined;
  const params = new Params();
  params.merge(match);
  const owners = match.columns.map((column, index) => ownersOf(column, index, asked, match, params));
  const conditions = [match.predicate];
  if (table.name.isSharded) conditions.push(`REGEXP_CONTAINS(_TABLE_SUFFIX, r'${SHARD_SUFFIX}')`);
  if (table.requirePartitionFilter && table.partitioning) conditions.push(everyPartition(table.partitioning));
  const lists = owners.map(({ list }) => list).join(", ',', ");
  const query = [
    `CREATE TABLE ${quoteName(target)}`,
    `PARTITION BY RANGE_BUCKET(request, GENERATE_ARRAY(0, ${requests}, 1))`,
    `OPTIONS(expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL ${expirationHours} HOUR))`,
    `AS SELECT ${OWNER} AS request, ${rowContent(table, asked, OWNER, params, eventTime)} AS content`,
    `FROM ${aliased(tableLabel(table.name))}`,
    ...owners.map(({ join }) => join),
    // A row that a request asks for by two identifiers is its row once.
    `CROSS JOIN UNNEST(ARRAY(SELECT DISTINCT CAST(one AS INT64) FROM UNNEST(SPLIT(CONCAT(${lists}), ',')) AS one WHERE one != '')) AS ${OWNER}`,
    `WHERE ${conditions.join('\n  AND ')}`,
  ].join('\n');
  return { query, params: params.params, types: params.types };
}

/** Not a name that a table may well have for a column. */
const OWNER = 'lethe_request';

/** Joins to each value of an identifier column the requests that ask for it, as `0,5`: at most one row joins. */
function ownersOf(
  { identifier, expression, parameter }: Match['columns'][number],
  index: number,
  asked: readonly Asked[],
  match: Match,
  params: Params,
): { join: string; list: string } {
  const positions = new Map<string, Set<number>>();
  for (const { position, request } of asked) {
    for (const subject of request.subjects) {
      const key = subjectKey(subject);
      positions.set(key, (positions.get(key) ?? new Set()).add(position));
    }
  }
  const values = match.params[parameter] as string[];
  const lists = values.map((value) => [
    ...(positions.get(subjectKey({ type: identifier.type, value })) ?? []),
  ]);
  const name = params.addArray(
    lists.map((list) => list.join(',')),
    'STRING',
  );
  const alias = `lethe_owner_${index}`;
  const pairs = `SELECT value, ${name}[OFFSET(place)] AS requests FROM UNNEST(@${parameter}) AS value WITH OFFSET AS place`;
  return {
    join: `LEFT JOIN (${pairs}) AS ${alias} ON ${expression} = ${alias}.value`,
    list: `IFNULL(${alias}.requests, '')`,
  };
}
