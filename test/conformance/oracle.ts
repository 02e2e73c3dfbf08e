/** What ought to happen, said again in another way: no SQL, no dates, no code of `functions/`. */
import type { Chunk } from '../../functions/domain/located.ts';
import type { Subject } from '../../functions/domain/subject.ts';
import type { Row, Value } from '../support/googlesql-values.ts';
import type { Shape } from './shapes.ts';

export function valueAt(row: Row, path: string): string | null {
  const found = path
    .split('.')
    .reduce<Value | undefined>(
      (value, field) =>
        value === null || typeof value !== 'object' || Array.isArray(value) ? null : value[field],
      row,
    );
  return typeof found === 'string' ? found : null;
}

/** The subject's value and the row's are the same text. INT64 values are compared as BigQuery prints them. */
export function isTheirs({ table }: Shape, row: Row, subjects: readonly Subject[]): boolean {
  return table.identifiers.some(({ type, column }) => {
    const value = valueAt(row, column);
    return value !== null && subjects.some((subject) => subject.type === type && subject.value === value);
  });
}

/** `2026-11-24T09:59:59.999999` is in `2026112409`: its first digits. */
export function partitionOf({ table, placeColumn }: Shape, row: Row): string {
  if (placeColumn === undefined) return '';
  const place = valueAt(row, placeColumn);
  const { partitioning } = table;
  if (partitioning === undefined) return place ?? '';
  if (place === null) return partitioning.kind === 'ingestion_time' ? '__UNPARTITIONED__' : '__NULL__';
  if (partitioning.kind !== 'range') {
    const digits = { HOUR: 10, DAY: 8, MONTH: 6, YEAR: 4 }[partitioning.unit];
    return place.replaceAll(/\D/g, '').slice(0, digits);
  }
  const [start, end, interval] = [partitioning.start, partitioning.end, partitioning.interval].map(BigInt);
  if (start === undefined || end === undefined || interval === undefined) throw new Error('no bounds');
  const number = BigInt(place);
  for (let from = start; from < end; from += interval) {
    if (number >= from && number < from + interval && number < end) return String(from);
  }
  return '__UNPARTITIONED__';
}

/** The places that a chunk covers, as `partitionOf` calls them. */
export function placesOf({ shard, partitions }: Chunk): string[] {
  return partitions ?? [shard ?? ''];
}

/** Tables whose names begin as a shard's does and are none. */
export function isReachable({ table }: Shape, row: Row): boolean {
  if (!table.name.isSharded) return true;
  return ['20261124', '20261125', 'intraday_20261126'].includes(String(row['_TABLE_SUFFIX']));
}

/** What locate ought to answer: rows by (found identifiers, place), as sorted lines of text. */
export function expectedLocated(shape: Shape, rows: readonly Row[], subjects: readonly Subject[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    if (!isTheirs(shape, row, subjects) || !isReachable(shape, row)) continue;
    const found = shape.table.identifiers.flatMap(({ type, column }, index) => {
      const value = valueAt(row, column);
      const isAsked = subjects.some((subject) => subject.type === type && subject.value === value);
      return isAsked ? [[index, value]] : [];
    });
    const key = JSON.stringify([found, partitionOf(shape, row)]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort();
}
