import { SHARD_SUFFIX } from '../domain/data-map.ts';
import type { LocatedRow } from '../domain/located.ts';
import { type PlannedTable, tableLabel } from '../domain/planned-table.ts';
import type { Subject } from '../domain/subject.ts';
import { matchSubjects } from './match.ts';
import { everyPartition, partitionIdExpression } from './partitions.ts';
import { aliased, type Statement } from './statement.ts';

/**
 * Where the subjects' rows are: one statement a table for all subjects of a batch, all shards included. The result
 * has a row for each combination of found identifiers and partition. `undefined`: no column can hold any of them.
 */
export function locate(table: PlannedTable, subjects: readonly Subject[]): Statement | undefined {
  const match = matchSubjects(table, subjects);
  if (match === undefined) return undefined;
  const found = match.columns.map(
    ({ identifier, expression, predicate }) =>
      `IF(${predicate}, CAST(${expression} AS STRING), NULL) AS id_${table.identifiers.indexOf(identifier)}`,
  );
  const columns = [...found, `${partitionOf(table)} AS partition_id`];
  const conditions = [match.predicate];
  if (table.name.isSharded) conditions.push(`REGEXP_CONTAINS(_TABLE_SUFFIX, r'${SHARD_SUFFIX}')`);
  if (table.requirePartitionFilter && table.partitioning) conditions.push(everyPartition(table.partitioning));
  const query = [
    `SELECT ${columns.join(', ')}, COUNT(*) AS row_count`,
    `FROM ${aliased(tableLabel(table.name))}`,
    `WHERE ${conditions.join(' AND ')}`,
    // By position: a table may well have columns of these names.
    `GROUP BY ${columns.map((_, index) => index + 1).join(', ')}`,
  ].join('\n');
  return { query, params: match.params, types: match.types };
}

function partitionOf(table: PlannedTable): string {
  if (table.name.isSharded) return '_TABLE_SUFFIX';
  return table.partitioning ? partitionIdExpression(table.partitioning) : "''";
}

/** Reads one result row of `locate`. */
export function readLocatedRow(row: Record<string, unknown>): LocatedRow {
  const values: Record<number, string> = {};
  for (const [name, value] of Object.entries(row)) {
    const index = /^id_(\d+)$/.exec(name)?.[1];
    if (index !== undefined && typeof value === 'string') values[Number(index)] = value;
  }
  const rows = Number(row['row_count']);
  if (!Number.isSafeInteger(rows)) throw new Error('the locate query did not count');
  return { values, partition: String(row['partition_id']), rows };
}
