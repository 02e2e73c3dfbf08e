import {
  chunksOf,
  chunkTarget,
  type LocatedRow,
  PARTITIONS_PER_STATEMENT_MAX,
  rowsByRequest,
} from '../../../functions/domain/located.ts';
import type { PlannedTable } from '../../../functions/domain/planned-table.ts';

const PLAIN: PlannedTable = {
  name: { project: 'p', dataset: 'd', table: 'events', isSharded: false },
  location: 'EU',
  identifiers: [
    { type: 'user', column: 'user_id', valueType: 'STRING' },
    { type: 'device', column: 'device_id', valueType: 'STRING' },
    { type: 'user', column: 'merged_user_id', valueType: 'STRING' },
  ],
  places: [],
  requirePartitionFilter: false,
  timeTravelHours: 168,
};
const SHARDED: PlannedTable = { ...PLAIN, name: { ...PLAIN.name, table: 'events_', isSharded: true } };
const HOURLY: PlannedTable = { ...PLAIN, partitioning: { kind: 'ingestion_time', unit: 'HOUR' } };

const at = (...partitions: string[]): LocatedRow[] =>
  partitions.map((partition) => ({ values: { 0: 'x' }, partition, rows: 1 }));

describe('chunks', () => {
  test('where nothing was located nothing is changed', () => {
    for (const table of [PLAIN, SHARDED, HOURLY]) expect(chunksOf(table, [])).toEqual([]);
  });

  test('a table without partitions is one chunk', () => {
    expect(chunksOf(PLAIN, [...at(''), ...at('')])).toEqual([{}]);
    expect(chunkTarget(PLAIN, {})).toBe('p.d.events');
  });

  test('every located shard is a chunk of its own', () => {
    const chunks = chunksOf(SHARDED, [
      ...at('20261125', '20261124'),
      { values: { 2: 'x', 1: 'y' }, partition: '20261125', rows: 1 },
    ]);

    expect(chunks).toEqual([
      { shard: '20261124', identifiers: [0] },
      { shard: '20261125', identifiers: [0, 1, 2] },
    ]);
    expect(chunks.map((chunk) => chunkTarget(SHARDED, chunk))).toEqual([
      'p.d.events_20261124',
      'p.d.events_20261125',
    ]);
  });

  test('all located partitions go into one statement, each once, sorted', () => {
    expect(chunksOf(HOURLY, at('2026112411', '2026112410', '2026112411'))).toEqual([
      { partitions: ['2026112410', '2026112411'] },
    ]);
  });

  test('buffered rows are a chunk of their own, and the last, so that their failure holds up nothing else', () => {
    expect(chunksOf(HOURLY, at('__UNPARTITIONED__', '2026112410'))).toEqual([
      { partitions: ['2026112410'] },
      { partitions: ['__UNPARTITIONED__'] },
    ]);
    expect(chunksOf(HOURLY, at('__UNPARTITIONED__'))).toEqual([{ partitions: ['__UNPARTITIONED__'] }]);
  });

  test('one statement never changes more partitions than BigQuery allows, and none is lost', () => {
    const ids = Array.from({ length: 2 * PARTITIONS_PER_STATEMENT_MAX + 1 }, (_, index) =>
      String(index).padStart(10, '0'),
    );

    const chunks = chunksOf(HOURLY, at(...ids));

    expect(chunks.map(({ partitions }) => partitions?.length)).toEqual([
      PARTITIONS_PER_STATEMENT_MAX,
      PARTITIONS_PER_STATEMENT_MAX,
      1,
    ]);
    expect(chunks.flatMap(({ partitions }) => partitions ?? [])).toEqual(ids);
  });
});

describe('rows by request', () => {
  const user = (value: string) => ({ type: 'user', value });
  const device = (value: string) => ({ type: 'device', value });
  const counts = (located: LocatedRow[], ...requests: { type: string; value: string }[][]) =>
    rowsByRequest(
      PLAIN,
      located,
      requests.map((subjects) => ({ subjects })),
    );

  test('a row belongs to the request that named its identifier', () => {
    expect(
      counts([{ values: { 0: 'jane' }, partition: '', rows: 3 }], [user('john')], [user('jane')]),
    ).toEqual([0, 3]);
  });

  test('a row that two requests ask for counts for both', () => {
    expect(
      counts(
        [{ values: { 0: 'jane', 1: 'phone' }, partition: '', rows: 2 }],
        [user('jane')],
        [device('phone')],
      ),
    ).toEqual([2, 2]);
  });

  test('a row that matches one request by two columns counts for it once', () => {
    expect(
      counts(
        [{ values: { 0: 'jane', 1: 'phone', 2: 'jane' }, partition: '', rows: 2 }],
        [user('jane'), device('phone')],
      ),
    ).toEqual([2]);
  });

  test('the same value of another type is somebody else', () => {
    expect(counts([{ values: { 1: 'jane' }, partition: '', rows: 1 }], [user('jane')])).toEqual([0]);
  });

  test('look-alikes are somebody else', () => {
    const located = ['Jane', ' jane', 'jane\u200b', '__proto__'].map((value) => ({
      values: { 0: value },
      partition: '',
      rows: 1,
    }));

    expect(counts(located, [user('jane')], [user('__proto__')])).toEqual([0, 1]);
  });

  test('rows of several places add up', () => {
    expect(
      counts(
        [
          { values: { 0: 'jane' }, partition: '1', rows: 1 },
          { values: { 2: 'jane' }, partition: '2', rows: 10 },
        ],
        [user('jane')],
      ),
    ).toEqual([11]);
  });
});
