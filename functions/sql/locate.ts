import { SHARD_SUFFIX } from '../domain/data-map.ts';
import type { LocatedRow } from '../domain/located.ts';
import { type PlannedTable, tableLabel } from '../domain/planned-table.ts';
import type { Subject } from '../domain/subject.ts';
import { matchSubjects } from './match.ts';
import { everyPartition, partitionIdExpression } from './partitions.ts';
import { aliased, columnOf, type Statement } from './statement.ts';

/**
 * Where the subjects' rows are: one statement a table for all subjects of a batch, all shards included. The result
 * has a row for each combination of found identifiers and partition. `undefined`: no column can hold any of them.
 */
export function locate(table: PlannedTable, subjects: readonly Subject[]): Statement | undefined {
  const match = matchSubjects(table, subjects);
  if (match === undefined) return undefined;
  const found = match.columns.map(({ identifier, predicate }) => ({
    index: table.identifiers.indexOf(identifier),
    column: identifier.column,
    predicate,
  }));
  return {
    query: locateStatement(table, found, match.predicate, []),
    params: match.params,
    types: match.types,
  };
}

/**
 * @param identifiers columns whose value is shown where the predicate holds
 * @param counts further aggregates
 */
export function locateStatement(
  table: PlannedTable,
  identifiers: readonly { index: number; column: string; predicate: string }[],
  condition: string,
  counts: readonly string[],
): string {
  const found = identifiers.map(
    ({ index, column, predicate }) =>
      `IF(${predicate}, CAST(${columnOf(column)} AS STRING), NULL) AS id_${index}`,
  );
  const columns = [...found, `${partitionOf(table)} AS partition_id`];
  return [
    `SELECT ${[...columns, 'COUNT(*) AS row_count', ...counts].join(', ')}`,
    `FROM ${aliased(tableLabel(table.name))}`,
    `WHERE ${[condition, ...everyRow(table)].join(' AND ')}`,
    // By position: a table may well have columns of these names.
    `GROUP BY ${columns.map((_, index) => index + 1).join(', ')}`,
  ].join('\n');
}

/** Conditions that hold for every row of the table, and that BigQuery or the date shards ask for. */
export function everyRow({ name, partitioning, requirePartitionFilter }: PlannedTable): string[] {
  const conditions = [];
  if (name.isSharded) conditions.push(`REGEXP_CONTAINS(_TABLE_SUFFIX, r'${SHARD_SUFFIX}')`);
  if (requirePartitionFilter && partitioning) conditions.push(everyPartition(partitioning));
  return conditions;
}

function partitionOf(table: PlannedTable): string {
  if (table.name.isSharded) return '_TABLE_SUFFIX';
  return table.partitioning ? partitionIdExpression(table.partitioning) : "''";
}

/** Reads one result row of `locate`. */
export function readLocatedRow(row: Record<string, unknown>): LocatedRow {
  const values: Record<number, string> = {};
  const groups: Record<number, number> = {};
  for (const [name, value] of Object.entries(row)) {
    const [, kind, index] = /^(id|group)_(\d+)$/.exec(name) ?? [];
    if (kind === 'id' && typeof value === 'string') values[Number(index)] = value;
    if (kind === 'group' && Number(value) > 0) groups[Number(index)] = Number(value);
  }
  const rows = Number(row['row_count']);
  if (!Number.isSafeInteger(rows)) throw new Error('the locate query did not count');
  const edits = Object.keys(groups).length > 0 ? { groups } : {};
  return { values, partition: String(row['partition_id']), rows, ...edits };
}
