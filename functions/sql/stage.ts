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
import { type EventTime, sinceCondition } from './since.ts';
import { aliased, quoteName, type Statement } from './statement.ts';

export interface Asked {
  /** Position among the tenant's requests of the batch. */
  position: number;
  request: Pick<RequestDocument, 'subjects' | 'scope' | 'since' | 'content'>;
}

/** Requests that want the same of a row. */
export interface Group extends Pick<RequestDocument, 'scope' | 'since' | 'content'> {
  positions: number[];
}

export interface Staging {
  /** `project.dataset.table` */
  target: string;
  expirationHours: number;
  /** Of the tenant in the batch, asked or not. */
  requests: number;
}

/** @returns `undefined`: no column can hold any of the subjects */
export function stageRows(
  table: PlannedTable,
  asked: readonly Asked[],
  { target, expirationHours, requests }: Staging,
  eventTime?: EventTime,
): Statement | undefined {
  const selected = selectRows(table, asked, eventTime);
  if (selected === undefined) return undefined;
  const create = [
    `CREATE TABLE ${quoteName(target)}`,
    `PARTITION BY RANGE_BUCKET(request, GENERATE_ARRAY(0, ${requests}, 1))`,
    `OPTIONS(expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL ${expirationHours} HOUR))`,
  ].join('\n');
  return { ...selected, query: `${create}\nAS ${selected.query}` };
}

/**
 * What is staged: `request` and `content`.
 * @param asked the requests that can concern the table
 */
export function selectRows(
  table: PlannedTable,
  asked: readonly Asked[],
  eventTime?: EventTime,
): Statement | undefined {
  const match = matchSubjects(
    table,
    asked.flatMap(({ request }) => request.subjects),
  );
  if (match === undefined) return undefined;
  const params = new Params();
  params.merge(match);
  const groups = groupsOf(asked);
  const owners = match.columns.map((column, index) => ownersOf(column, index, asked, match, params));
  const conditions = [match.predicate];
  if (table.name.isSharded) conditions.push(`REGEXP_CONTAINS(_TABLE_SUFFIX, r'${SHARD_SUFFIX}')`);
  if (table.requirePartitionFilter && table.partitioning) conditions.push(everyPartition(table.partitioning));
  conditions.push(...timely(table, groups, params, eventTime));
  const lists = owners.map(({ list }) => list).join(", ',', ");
  const query = [
    `SELECT ${OWNER} AS request, ${rowContent(table, groups, OWNER, params, eventTime?.column)} AS content`,
    `FROM ${aliased(tableLabel(table.name))}`,
    ...owners.map(({ join }) => join),
    // A row that a request asks for by two identifiers is its row once.
    `CROSS JOIN UNNEST(ARRAY(SELECT DISTINCT CAST(one AS INT64) FROM UNNEST(SPLIT(CONCAT(${lists}), ',')) AS one WHERE one != '')) AS ${OWNER}`,
    `WHERE ${conditions.join('\n  AND ')}`,
  ].join('\n');
  return { query, params: params.params, types: params.types };
}

function groupsOf(asked: readonly Asked[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { position, request } of asked) {
    const { scope, since, content } = request;
    const key = JSON.stringify([scope, since, content]);
    const group = groups.get(key) ?? {
      scope,
      ...(since !== undefined && { since }),
      ...(content !== undefined && { content }),
      positions: [],
    };
    group.positions.push(position);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** For each group that wants rows from a time on only. */
function timely(
  table: PlannedTable,
  groups: readonly Group[],
  params: Params,
  eventTime: EventTime,
): string[] {
  return groups.flatMap(({ since, positions }) => {
    const isLate = since === undefined ? undefined : sinceCondition(table, eventTime, since, params);
    if (isLate === undefined) return [];
    return [`(${OWNER} NOT IN UNNEST(${params.addArray(positions.map(String), 'INT64')}) OR ${isLate})`];
  });
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
