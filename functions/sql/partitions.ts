/**
 * Partitions by their ids, as BigQuery itself writes them: `20261124`, `2026112410`, `202611`, `2026`, an integer,
 * `__NULL__`, `__UNPARTITIONED__` (https://cloud.google.com/bigquery/docs/partitioned-tables). Locate asks for them;
 * the change is restricted to those located, by literals, because only constants are sure to prune.
 */
import type { Partitioning, PartitionUnit } from '../domain/planned-table.ts';
import { quoteName } from './statement.ts';

type TimePartitioning = Exclude<Partitioning, { kind: 'range' }>;

const ID_FORMAT: Record<PartitionUnit, string> = {
  HOUR: '%Y%m%d%H',
  DAY: '%Y%m%d',
  MONTH: '%Y%m',
  YEAR: '%Y',
};

/** The partition id of a row, as a STRING expression. */
export function partitionIdExpression(partitioning: Partitioning): string {
  const column = partitionColumn(partitioning);
  if (partitioning.kind === 'range') {
    const { start, end, interval } = partitioning;
    const inRange = `${column} >= ${start} AND ${column} < ${end}`;
    const id = `CAST(${start} + DIV(${column} - ${start}, ${interval}) * ${interval} AS STRING)`;
    return `CASE WHEN ${column} IS NULL THEN '__NULL__' WHEN ${inRange} THEN ${id} ELSE '__UNPARTITIONED__' END`;
  }
  const absent = partitioning.kind === 'time' ? '__NULL__' : '__UNPARTITIONED__';
  return `IFNULL(FORMAT_${columnType(partitioning)}('${ID_FORMAT[partitioning.unit]}', ${column}), '${absent}')`;
}

/** True for every row, and names the partition column: what `require_partition_filter` asks of a whole-table search. */
export function everyPartition(partitioning: Partitioning): string {
  const column = partitionColumn(partitioning);
  return `(${column} IS NULL OR ${column} IS NOT NULL)`;
}

/** The rows of these partitions, as ranges of literals; neighbours are joined to one range. */
export function partitionFilter(partitioning: Partitioning, ids: readonly string[]): string {
  const column = partitionColumn(partitioning);
  const special = ids.filter((id) => id.startsWith('__'));
  const ranges = ids.filter((id) => !id.startsWith('__')).map((id) => rangeOf(partitioning, id));
  const conditions = joinNeighbours(ranges).map(
    ({ from, to }) =>
      `(${column} >= ${literal(partitioning, from)} AND ${column} < ${literal(partitioning, to)})`,
  );
  if (special.some((id) => id === '__NULL__' || partitioning.kind === 'ingestion_time')) {
    conditions.push(`${column} IS NULL`);
  }
  if (special.includes('__UNPARTITIONED__') && partitioning.kind === 'range') {
    conditions.push(`${column} < ${partitioning.start}`, `${column} >= ${partitioning.end}`);
  }
  if (conditions.length === 0) throw new Error('a change needs at least one partition');
  return `(${conditions.join(' OR ')})`;
}

function partitionColumn(partitioning: Partitioning): string {
  return partitioning.kind === 'ingestion_time' ? '_PARTITIONTIME' : quoteName(partitioning.column);
}

function columnType(partitioning: TimePartitioning): 'DATE' | 'DATETIME' | 'TIMESTAMP' {
  return partitioning.kind === 'ingestion_time' ? 'TIMESTAMP' : partitioning.columnType;
}

/** Half open, as milliseconds since the epoch or integers. */
interface Range {
  from: number;
  to: number;
}

function rangeOf(partitioning: Partitioning, id: string): Range {
  if (partitioning.kind === 'range') {
    const from = Number(id);
    if (!Number.isSafeInteger(from)) throw new Error(`not a partition id: ${id}`);
    return { from, to: Math.min(from + partitioning.interval, partitioning.end) };
  }
  const { unit } = partitioning;
  const digits = { HOUR: 10, DAY: 8, MONTH: 6, YEAR: 4 }[unit];
  if (!/^[0-9]+$/.test(id) || id.length !== digits)
    throw new Error(`not a partition id of unit ${unit}: ${id}`);
  const year = Number(id.slice(0, 4));
  const month = Number(id.slice(4, 6) || '1') - 1;
  const day = Number(id.slice(6, 8) || '1');
  const hour = Number(id.slice(8, 10) || '0');
  const step = { YEAR: [1, 0, 0, 0], MONTH: [0, 1, 0, 0], DAY: [0, 0, 1, 0], HOUR: [0, 0, 0, 1] }[
    unit
  ] as Step;
  return {
    from: utc(year, month, day, hour),
    to: utc(year + step[0], month + step[1], day + step[2], hour + step[3]),
  };
}

type Step = [years: number, months: number, days: number, hours: number];

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number, day: number, hour: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  date.setUTCHours(hour);
  return date.getTime();
}

function joinNeighbours(ranges: Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && last.to >= range.from) last.to = Math.max(last.to, range.to);
    else joined.push({ ...range });
  }
  return joined;
}

function literal(partitioning: Partitioning, value: number): string {
  if (partitioning.kind === 'range') return String(value);
  const iso = new Date(value).toISOString();
  switch (columnType(partitioning)) {
    case 'DATE':
      return `DATE '${iso.slice(0, 10)}'`;
    case 'DATETIME':
      return `DATETIME '${iso.slice(0, 19)}'`;
    case 'TIMESTAMP':
      return `TIMESTAMP '${iso.slice(0, 19)}+00:00'`;
  }
}
