/**
 * Partitions by their ids, as BigQuery itself writes them: `20261124`, `2026112410`, `202611`, `2026`, an integer,
 * `__NULL__`, `__UNPARTITIONED__` (https://cloud.google.com/bigquery/docs/partitioned-tables). Locate asks for them;
 * the change is restricted to those located, by literals, because only constants are sure to prune.
 */
import type { Partitioning, PartitionUnit } from '../domain/planned-table.ts';
import { columnOf } from './statement.ts';

type TimePartitioning = Exclude<Partitioning, { kind: 'range' }>;
type RangePartitioning = Extract<Partitioning, { kind: 'range' }>;

const ID_FORMAT: Record<PartitionUnit, string> = {
  HOUR: '%Y%m%d%H',
  DAY: '%Y%m%d',
  MONTH: '%Y%m',
  YEAR: '%Y',
};
const ID_DIGITS: Record<PartitionUnit, number> = { HOUR: 10, DAY: 8, MONTH: 6, YEAR: 4 };
const INT64_MAX = 2n ** 63n - 1n;

/** The partition id of a row, as a STRING expression. */
export function partitionIdExpression(partitioning: Partitioning): string {
  return partitioning.kind === 'range' ? rangeIdExpression(partitioning) : timeIdExpression(partitioning);
}

function rangeIdExpression(partitioning: RangePartitioning): string {
  const column = partitionColumn(partitioning);
  const { start, end, interval } = bounds(partitioning);
  const inRange = `${column} >= ${start} AND ${column} < ${end}`;
  // The distance from the start is more than an INT64 holds where the range has more than half of all of them.
  const value = end - start > INT64_MAX ? `CAST(${column} AS NUMERIC)` : column;
  const id = `CAST(${start} + DIV(${value} - ${start}, ${interval}) * ${interval} AS STRING)`;
  return `CASE WHEN ${column} IS NULL THEN '__NULL__' WHEN ${inRange} THEN ${id} ELSE '__UNPARTITIONED__' END`;
}

function timeIdExpression(partitioning: TimePartitioning): string {
  const column = partitionColumn(partitioning);
  const absent = partitioning.kind === 'time' ? '__NULL__' : '__UNPARTITIONED__';
  const type = columnType(partitioning);
  // Partitions are cut at UTC, while the default of FORMAT_TIMESTAMP is the project's default_time_zone.
  const zone = type === 'TIMESTAMP' ? ", 'UTC'" : '';
  const text = `FORMAT_${type}('${ID_FORMAT[partitioning.unit]}', ${column}${zone})`;
  // %Y writes a year before 1000 with fewer than four digits.
  return `IFNULL(LPAD(${text}, ${ID_DIGITS[partitioning.unit]}, '0'), '${absent}')`;
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
  const conditions = joinNeighbours(ranges).map(({ from, to }) => {
    const bounded = [`${column} >= ${literal(partitioning, from)}`];
    if (isWritable(partitioning, to)) bounded.push(`${column} < ${literal(partitioning, to)}`);
    return `(${bounded.join(' AND ')})`;
  });
  if (special.some((id) => id === '__NULL__' || partitioning.kind === 'ingestion_time')) {
    conditions.push(`${column} IS NULL`);
  }
  if (special.includes('__UNPARTITIONED__') && partitioning.kind === 'range') {
    const { start, end } = bounds(partitioning);
    conditions.push(`${column} < ${start}`, `${column} >= ${end}`);
  }
  if (conditions.length === 0) throw new Error('a change needs at least one partition');
  return `(${conditions.join(' OR ')})`;
}

/** No table can have columns whose names begin as the pseudo column's does, so that nothing can hide it. */
function partitionColumn(partitioning: Partitioning): string {
  return partitioning.kind === 'ingestion_time' ? '_PARTITIONTIME' : columnOf(partitioning.column);
}

function columnType(partitioning: TimePartitioning): 'DATE' | 'DATETIME' | 'TIMESTAMP' {
  return partitioning.kind === 'ingestion_time' ? 'TIMESTAMP' : partitioning.columnType;
}

function bounds({ start, end, interval }: RangePartitioning): {
  start: bigint;
  end: bigint;
  interval: bigint;
} {
  return { start: BigInt(start), end: BigInt(end), interval: BigInt(interval) };
}

/** Half open: milliseconds since the epoch, or the integers themselves. */
interface Range {
  from: bigint;
  to: bigint;
}

function rangeOf(partitioning: Partitioning, id: string): Range {
  if (partitioning.kind !== 'range') return timeRange(partitioning.unit, id);
  if (!/^-?[0-9]+$/.test(id)) throw new Error(`not a partition id: ${id}`);
  const { end, interval } = bounds(partitioning);
  const from = BigInt(id);
  return { from, to: from + interval < end ? from + interval : end };
}

function timeRange(unit: PartitionUnit, id: string): Range {
  if (!/^[0-9]+$/.test(id) || id.length !== ID_DIGITS[unit])
    throw new Error(`not a partition id of unit ${unit}: ${id}`);
  const year = Number(id.slice(0, 4));
  const month = Number(id.slice(4, 6) || '1') - 1;
  const day = Number(id.slice(6, 8) || '1');
  const hour = Number(id.slice(8, 10) || '0');
  const step = STEPS[unit];
  return {
    from: utc(year, month, day, hour),
    to: utc(year + step[0], month + step[1], day + step[2], hour + step[3]),
  };
}

const STEPS: Record<PartitionUnit, [years: number, months: number, days: number, hours: number]> = {
  YEAR: [1, 0, 0, 0],
  MONTH: [0, 1, 0, 0],
  DAY: [0, 0, 1, 0],
  HOUR: [0, 0, 0, 1],
};

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number, day: number, hour: number): bigint {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  date.setUTCHours(hour);
  return BigInt(date.getTime());
}

function joinNeighbours(ranges: Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const last = joined.at(-1);
    if (last === undefined || last.to < range.from) joined.push({ ...range });
    else if (last.to < range.to) last.to = range.to;
  }
  return joined;
}

/** The calendar ends with the year 9999: after its last partition there is nothing to exclude, and no literal. */
const CALENDAR_END = utc(10_000, 0, 1, 0);

function isWritable(partitioning: Partitioning, value: bigint): boolean {
  return partitioning.kind === 'range' || value < CALENDAR_END;
}

function literal(partitioning: Partitioning, value: bigint): string {
  if (partitioning.kind === 'range') return String(value);
  const iso = new Date(Number(value)).toISOString();
  switch (columnType(partitioning)) {
    case 'DATE':
      return `DATE '${iso.slice(0, 10)}'`;
    case 'DATETIME':
      return `DATETIME '${iso.slice(0, 19)}'`;
    case 'TIMESTAMP':
      return `TIMESTAMP '${iso.slice(0, 19)}+00:00'`;
  }
}
