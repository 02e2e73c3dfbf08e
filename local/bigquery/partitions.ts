/** Partition ids: https://cloud.google.com/bigquery/docs/partitioned-tables#partition_ids */
import { type CatalogTable, PARTITION_TIME, type Partitioning, STREAMED_UNTIL } from './catalog.ts';
import { quoteIdentifier, quoteText } from './database.ts';
import { invalid } from './errors.ts';

export type TimeUnit = Extract<Partitioning, { kind: 'time' }>['unit'];

const NULL_PARTITION = '__NULL__';
export const UNPARTITIONED = '__UNPARTITIONED__';

const ID_FORMATS: Record<TimeUnit, string> = { HOUR: '%Y%m%d%H', DAY: '%Y%m%d', MONTH: '%Y%m', YEAR: '%Y' };
const ID_LENGTHS: Record<TimeUnit, number> = { HOUR: 10, DAY: 8, MONTH: 6, YEAR: 4 };

export function isByIngestion(
  partitioning: Partitioning | undefined,
): partitioning is Extract<Partitioning, { kind: 'time' }> {
  return partitioning?.kind === 'time' && partitioning.field === undefined;
}

/** The DuckDB column that decides about the partition. */
function partitionColumn(partitioning: Partitioning): string {
  return quoteIdentifier(
    partitioning.kind === 'range' ? partitioning.field : (partitioning.field ?? PARTITION_TIME),
  );
}

/** The schema's partition column, if there is one. */
export function partitionColumnName({
  partitioning,
}: Pick<CatalogTable, 'partitioning'>): string | undefined {
  return partitioning?.field;
}

/**
 * DuckDB expression for the id of a row's partition; '' for all rows of a table without partitions. Rows in the streaming
 * buffer are in none yet: https://cloud.google.com/bigquery/docs/streaming-data-into-bigquery
 */
export function partitionId({ partitioning }: Pick<CatalogTable, 'partitioning'>): string {
  if (partitioning === undefined) return "''";
  const column = partitionColumn(partitioning);
  const streamed = `WHEN ${STREAMED_UNTIL} IS NOT NULL THEN '${UNPARTITIONED}'`;
  if (partitioning.kind === 'range') {
    const { start, end, interval } = partitioning;
    const inRange = `${column} >= ${start} AND ${column} < ${end}`;
    const id = `CAST(${start} + (${column} - ${start}) // ${interval} * ${interval} AS VARCHAR)`;
    return `CASE ${streamed} WHEN ${column} IS NULL THEN '${NULL_PARTITION}' WHEN ${inRange} THEN ${id} ELSE '${UNPARTITIONED}' END`;
  }
  const id = `strftime(${column}, '${ID_FORMATS[partitioning.unit]}')`;
  return `CASE ${streamed} WHEN ${column} IS NULL THEN '${NULL_PARTITION}' ELSE ${id} END`;
}

/** Condition that holds for the rows of one partition: what `t$20260101` means. */
export function inPartition(table: CatalogTable, decorator: string): string {
  if (table.partitioning === undefined)
    throw invalid(`Table ${table.project}:${table.dataset}.${table.table} is not partitioned.`);
  return `${partitionId(table)} = ${quoteText(decorator)}`;
}

/** The start of an ingestion-time partition, from the id in a decorator. */
export function partitionStart(unit: TimeUnit, id: string): Date {
  if (!/^\d+$/.test(id) || id.length !== ID_LENGTHS[unit])
    throw invalid(`Invalid partition id ${id} for a table that is partitioned by ${unit}.`);
  const [year, month = '01', day = '01', hour = '00'] = [
    id.slice(0, 4),
    ...(id.slice(4).match(/../g) ?? []),
  ] as [string, string?, string?, string?];
  const start = new Date(`${year}-${month}-${day}T${hour}:00:00Z`);
  if (Number.isNaN(start.getTime())) throw invalid(`Invalid partition id ${id}.`);
  return start;
}

/** The ingestion-time partition of a moment. */
export function truncateTime(unit: TimeUnit, milliseconds: number): Date {
  const iso = new Date(milliseconds).toISOString();
  return partitionStart(unit, iso.replace(/\D/g, '').slice(0, ID_LENGTHS[unit]));
}
