/** https://cloud.google.com/bigquery/docs/querying-wildcard-tables and _PARTITIONTIME */
import type { Dataset } from '@google-cloud/bigquery';
import {
  load,
  nameOf,
  PROJECT,
  refusal,
  rows,
  run,
  schemaOf,
  startSystem,
  type TestSystem,
} from './system.ts';

let system: TestSystem;
let dataset: Dataset;
beforeAll(async () => {
  system = await startSystem();
  dataset = await system.newDataset();
  for (const [id, count] of Object.entries({
    events_20260101: 1,
    events_20260102: 2,
    events_20260201: 3,
    users_1: 4,
  }))
    await load(
      dataset.table(id),
      Array.from({ length: count }, (_, n) => ({ n })),
      { schema: schemaOf('n INT64') },
    );
});
afterAll(() => system.close());

const from = (pattern: string, what: string, rest = '') =>
  rows(system.client, `SELECT ${what} FROM \`${PROJECT}.${dataset.id}.${pattern}\` ${rest}`);

test('a wildcard is all tables whose names begin so, and says of each row where it is from', async () => {
  expect(await from('events_*', '_TABLE_SUFFIX AS suffix, COUNT(*) AS n', 'GROUP BY 1 ORDER BY 1')).toEqual([
    { suffix: '20260101', n: 1 },
    { suffix: '20260102', n: 2 },
    { suffix: '20260201', n: 3 },
  ]);
  expect(await from('events_202601*', 'COUNT(*) AS n')).toEqual([{ n: 3 }]);
  expect(await from('*', 'COUNT(*) AS n')).toEqual([{ n: 10 }]);
});

test('_TABLE_SUFFIX is no part of SELECT *', async () => {
  expect(await from('events_20260101*', '*')).toEqual([{ n: 0 }]);
});

test('a filter on _TABLE_SUFFIX reads the named shards only', async () => {
  const query = `SELECT n FROM \`${PROJECT}.${dataset.id}.events_*\` WHERE _TABLE_SUFFIX BETWEEN '20260102' AND '20260201'`;
  const { statistics } = await run(system.client, query);
  expect(statistics.query.totalBytesProcessed).toBe(String(5 * 8));
});

test('a shard that comes later belongs to it', async () => {
  await load(dataset.table('late_1'), [{ n: 1 }], { schema: schemaOf('n INT64') });
  expect(await from('late_*', 'COUNT(*) AS n')).toEqual([{ n: 1 }]);
  await load(dataset.table('late_2'), [{ n: 1 }], { schema: schemaOf('n INT64') });
  expect(await from('late_*', 'COUNT(*) AS n')).toEqual([{ n: 2 }]);
});

test('a wildcard that no table matches is an error with the documented text', async () => {
  expect(await refusal(from('none_*', '*'))).toMatchObject({
    message: expect.stringContaining(`none_* does not match any table.`),
  });
});

describe('_PARTITIONTIME', () => {
  test('is the start of the partition, can be filtered by, and is no part of SELECT *', async () => {
    const table = await system.newTable('a INT64', { timePartitioning: { type: 'DAY' } });
    await load(table.dataset.table('t$20260101'), [{ a: 1 }]);
    await load(table, [{ a: 2 }]);
    const name = nameOf(table);
    const [first, second] = await rows(
      system.client,
      `SELECT a, _PARTITIONTIME AS ts, _PARTITIONDATE AS day FROM ${name} ORDER BY a`,
    );
    expect([first.ts.value, first.day.value]).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01']);
    // Loaded without a decorator: the day of the load.
    expect(second.day.value).toBe('2026-11-24');
    expect(
      await rows(system.client, `SELECT * FROM ${name} WHERE _PARTITIONTIME < TIMESTAMP '2026-02-01'`),
    ).toEqual([{ a: 1 }]);
  });

  test('a DELETE and an INSERT go by it', async () => {
    const table = await system.newTable('a INT64', { timePartitioning: { type: 'DAY' } });
    const name = nameOf(table);
    await rows(system.client, `INSERT ${name} (_PARTITIONTIME, a) VALUES (TIMESTAMP '2026-01-01', 1)`);
    await rows(system.client, `INSERT ${name} (a) VALUES (2)`);
    const query = `SELECT a, CAST(_PARTITIONDATE AS STRING) AS day FROM ${name} ORDER BY a`;
    expect(await rows(system.client, query)).toEqual([
      { a: 1, day: '2026-01-01' },
      { a: 2, day: '2026-11-24' },
    ]);
    await rows(system.client, `DELETE FROM ${name} WHERE _PARTITIONTIME = TIMESTAMP '2026-01-01'`);
    expect(await rows(system.client, `SELECT a FROM ${name}`)).toEqual([{ a: 2 }]);
  });

  test('is unknown in a table that has none', async () => {
    const table = await system.newTable('a INT64');
    expect(await refusal(rows(system.client, `SELECT _PARTITIONTIME FROM ${nameOf(table)}`))).toMatchObject({
      code: 400,
      reason: 'invalidQuery',
      message: expect.stringContaining('Unrecognized name: _PARTITIONTIME'),
    });
  });
});
