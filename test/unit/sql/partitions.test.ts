import type { Partitioning, PartitionUnit } from '../../../functions/domain/planned-table.ts';
import { partitionFilter } from '../../../functions/sql/partitions.ts';

const time = (
  unit: PartitionUnit,
  columnType: 'DATE' | 'DATETIME' | 'TIMESTAMP' = 'TIMESTAMP',
): Partitioning => ({
  kind: 'time',
  unit,
  column: 'at',
  columnType,
});
const ingestion: Partitioning = { kind: 'ingestion_time', unit: 'DAY' };
const range: Partitioning = { kind: 'range', column: 'no', start: '0', end: '95', interval: '10' };

/** The literals of each range, without the column: `[from, to]`. */
const rangesOf = (filter: string): string[][] =>
  [...filter.matchAll(/>= (?:[A-Z]+ )?'?([^' ]+(?: [^']+)?)'? AND \S+ < (?:[A-Z]+ )?'?([^')]+)'?\)/g)].map(
    ([, from = '', to = '']) => [from, to],
  );

test.each([
  { unit: 'HOUR' as const, id: '2026112423', from: '2026-11-24 23:00:00', to: '2026-11-25 00:00:00' },
  { unit: 'DAY' as const, id: '20240229', from: '2024-02-29 00:00:00', to: '2024-03-01 00:00:00' },
  { unit: 'DAY' as const, id: '20261231', from: '2026-12-31 00:00:00', to: '2027-01-01 00:00:00' },
  { unit: 'MONTH' as const, id: '202612', from: '2026-12-01 00:00:00', to: '2027-01-01 00:00:00' },
  { unit: 'YEAR' as const, id: '1969', from: '1969-01-01 00:00:00', to: '1970-01-01 00:00:00' },
])('partition $id of unit $unit is from $from to before $to, in UTC', ({ unit, id, from, to }) => {
  const filter = partitionFilter(time(unit), [id]).replaceAll(/T(?=[0-9])/g, ' ');

  expect(rangesOf(filter)).toEqual([[`${from}+00:00`, `${to}+00:00`]]);
});

test('neighbours are joined to one range, in whatever order they come; a gap stays a gap', () => {
  const filter = partitionFilter(time('DAY', 'DATE'), ['20261130', '20261128', '20261201', '20261202']);

  expect(rangesOf(filter)).toEqual([
    ['2026-11-28', '2026-11-29'],
    ['2026-11-30', '2026-12-03'],
  ]);
});

test('the same partition twice is one range', () => {
  expect(rangesOf(partitionFilter(range, ['10', '10']))).toEqual([['10', '20']]);
});

test('the last range of integers ends where the partitioned range ends', () => {
  expect(rangesOf(partitionFilter(range, ['90']))).toEqual([['90', '95']]);
});

test('rows without a value are named as BigQuery names their partition', () => {
  expect(partitionFilter(time('DAY'), ['__NULL__'])).toMatch(/^\(\S+ IS NULL\)$/);
  expect(partitionFilter(range, ['__NULL__'])).toMatch(/^\(\S+ IS NULL\)$/);
  expect(partitionFilter(ingestion, ['__UNPARTITIONED__'])).toBe('(_PARTITIONTIME IS NULL)');
});

test('integers outside of the range are all that is below and all that is above, and not NULL', () => {
  const filter = partitionFilter(range, ['__UNPARTITIONED__']);

  expect(filter).toMatch(/< 0 OR \S+ >= 95\)$/);
  expect(filter).not.toContain('NULL');
});

test.each([
  { name: 'no partition at all', partitioning: time('DAY'), ids: [] },
  { name: 'a day where hours are kept', partitioning: time('HOUR'), ids: ['20261124'] },
  { name: 'an hour where days are kept', partitioning: time('DAY'), ids: ['2026112410'] },
  { name: 'text that would end the literal', partitioning: time('DAY'), ids: ["2026'--1"] },
  { name: 'text where integers are kept', partitioning: range, ids: ['1 OR TRUE'] },
])('$name is refused: a change never goes by a partition that is not understood', ({ partitioning, ids }) => {
  expect(() => partitionFilter(partitioning, ids)).toThrow(/partition/);
});
