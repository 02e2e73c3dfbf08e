/**
 * What BigQuery says it has processed and billed.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#on-demand-query-size-calculation
 */
import type { Table } from '@google-cloud/bigquery';
import { type Body, load, MEGABYTE, on, refusal, rows, run, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const bytes = async (table: Table, sql: string, options = {}): Promise<number> =>
  Number((await run(system.client, on(table, sql), options)).statistics.query.totalBytesProcessed);

const estimate = async (table: Table, sql: string): Promise<Body> => {
  const [{ metadata }] = await system.client.createQueryJob({ query: on(table, sql), dryRun: true });
  return metadata.statistics.query;
};

const billed = async (table: Table, sql: string): Promise<number> =>
  Number((await run(system.client, on(table, sql))).statistics.query.totalBytesBilled);

/** Three days of two rows: a DATE and an INT64, 8 bytes each, a text of 10 + 2. */
const ROW = 8 + 8 + 12;
async function threeDays(): Promise<Table> {
  const table = await system.newTable('d DATE, id INT64, s STRING', {
    timePartitioning: { type: 'DAY', field: 'd' },
  });
  const days = ['2026-01-01', '2026-01-02', '2026-01-03'];
  await load(
    table,
    days.flatMap((d) => [1, 2].map((id) => ({ d, id, s: '0123456789' }))),
  );
  return table;
}

/** A table of this many bytes in its column `s`. */
async function sized(size: number): Promise<Table> {
  const table = await system.newTable('id INT64, s STRING');
  await rows(system.client, on(table, `INSERT T VALUES (1, REPEAT('x', ${size - 2}))`));
  return table;
}

describe('SELECT', () => {
  test('reads the columns that it names, of all rows', async () => {
    const table = await threeDays();
    expect(await bytes(table, 'SELECT id FROM T')).toBe(6 * 8);
    expect(await bytes(table, 'SELECT id FROM T WHERE s IS NOT NULL')).toBe(6 * (8 + 12));
    expect(await bytes(table, 'SELECT * FROM T')).toBe(6 * ROW);
    expect(await bytes(table, 'SELECT COUNT(*) FROM T')).toBe(0);
    expect(await bytes(table, 'SELECT 1')).toBe(0);
  });

  // https://cloud.google.com/bigquery/docs/querying-partitioned-tables
  test.each([
    ["d = '2026-01-02'", 2],
    ["d >= '2026-01-02'", 4],
    ["d BETWEEN '2026-01-01' AND '2026-01-02'", 4],
    ["d IN ('2026-01-01', '2026-01-03')", 4],
    ["d = '2030-01-01'", 0],
    ["d = '2026-01-02' OR id = 1", 6],
    ["DATE_ADD(d, INTERVAL id DAY) = '2026-01-03'", 6],
    ["d = (SELECT MAX(x) FROM UNNEST([DATE '2026-01-02']) x)", 6],
  ])('WHERE %s reads the partitions with %d rows', async (filter, count) => {
    const table = await threeDays();
    expect(await bytes(table, `SELECT id, d FROM T WHERE ${filter}`)).toBe(count * (8 + 8));
  });

  test('a table by ingestion time is pruned by _PARTITIONTIME, by ranges by its column', async () => {
    const byTime = await system.newTable('id INT64', { timePartitioning: { type: 'DAY' } });
    for (const day of ['20260101', '20260102']) await load(byTime.dataset.table(`t$${day}`), [{ id: 1 }]);
    expect(await bytes(byTime, "SELECT id FROM T WHERE _PARTITIONTIME = TIMESTAMP '2026-01-02'")).toBe(8);
    expect(await bytes(byTime, "SELECT id FROM T WHERE _PARTITIONDATE >= '2026-01-02'")).toBe(8);
    const range = { start: '0', end: '100', interval: '10' };
    const byRange = await system.newTable('id INT64', { rangePartitioning: { field: 'id', range } });
    await load(byRange, [{ id: 1 }, { id: 9 }, { id: 10 }, { id: 500 }, {}]);
    expect(await bytes(byRange, 'SELECT id FROM T WHERE id < 10')).toBe(16);
    expect(await bytes(byRange, 'SELECT id FROM T WHERE id = 10')).toBe(8);
  });
});

// https://cloud.google.com/bigquery/pricing: rounded up to the megabyte, ten megabytes at least for each table
describe('billing', () => {
  test('a small query is billed ten megabytes, one of no table nothing', async () => {
    const table = await threeDays();
    expect(await billed(table, 'SELECT id FROM T')).toBe(10 * MEGABYTE);
    expect(await billed(table, 'SELECT 1')).toBe(0);
  });

  test('each table has its own minimum', async () => {
    const [one, other] = [await threeDays(), await threeDays()];
    const sql = `SELECT a.id FROM T a JOIN ${on(other, 'T')} b ON a.id = b.id`;
    expect(await billed(one, sql)).toBe(20 * MEGABYTE);
  });

  test('more than ten megabytes are rounded up to the next', async () => {
    const table = await sized(11 * MEGABYTE + 1);
    expect(await billed(table, 'SELECT LENGTH(s) FROM T')).toBe(12 * MEGABYTE);
    expect(await billed(await sized(11 * MEGABYTE), 'SELECT LENGTH(s) FROM T')).toBe(11 * MEGABYTE);
  });

  test('maximumBytesBilled refuses what would cost more, and nothing is changed', async () => {
    const table = await threeDays();
    const query = on(table, "DELETE FROM T WHERE s = '0123456789'");
    const tooLittle = String(10 * MEGABYTE - 1);
    expect(await refusal(rows(system.client, query, { maximumBytesBilled: tooLittle }))).toMatchObject({
      reason: 'bytesBilledLimitExceeded',
      message: expect.stringContaining(
        `Query exceeded limit for bytes billed: ${tooLittle}. 10485760 or higher required.`,
      ),
    });
    expect(await rows(system.client, on(table, 'SELECT COUNT(*) AS n FROM T'))).toEqual([{ n: 6 }]);
    await rows(system.client, query, { maximumBytesBilled: String(10 * MEGABYTE) });
  });
});

describe('UPDATE and DELETE', () => {
  test('without partitions: the columns read and the whole table', async () => {
    const table = await system.newTable('id INT64, s STRING');
    await load(table, [
      { id: 1, s: 'abc' },
      { id: 2, s: 'abc' },
    ]);
    expect(await bytes(table, "UPDATE T SET s = 'xyz' WHERE id = 1")).toBe(2 * 8 + 2 * (8 + 5));
    expect(await bytes(table, 'DELETE FROM T WHERE id = 1')).toBe(2 * 8 + 2 * (8 + 5));
  });

  test('with partitions: the columns read in the scanned ones, and all of those that change', async () => {
    const table = await threeDays();
    const scanned = 4 * (8 + 8);
    const sql = "UPDATE T SET s = 'abcdefghij' WHERE d >= '2026-01-02' AND id = 1";
    expect(await bytes(table, sql)).toBe(scanned + 4 * ROW);
    const one = `DELETE FROM T WHERE d >= '2026-01-02' AND id = 1 AND s = 'none'`;
    expect(await bytes(table, one)).toBe(4 * ROW);
    const partly = `DELETE FROM T WHERE d = '2026-01-02' AND id = 1`;
    expect(await bytes(table, partly)).toBe(2 * (8 + 8) + 2 * ROW);
  });

  test('a dry run counts every partition that the filter keeps', async () => {
    const table = await threeDays();
    const query = "DELETE FROM T WHERE d >= '2026-01-02' AND id = 9";
    expect((await estimate(table, query)).totalBytesProcessed).toBe(String(4 * (8 + 8) + 4 * ROW));
    expect(await bytes(table, query)).toBe(4 * (8 + 8));
  });

  test('after an UPDATE the row is counted as it is then', async () => {
    const table = await threeDays();
    await run(system.client, on(table, "UPDATE T SET s = 'x' WHERE d = '2026-01-01'"));
    expect(await bytes(table, 'SELECT * FROM T')).toBe(4 * ROW + 2 * (8 + 8 + 3));
    expect((await table.getMetadata())[0].numBytes).toBe(String(4 * ROW + 2 * (8 + 8 + 3)));
    await run(system.client, on(table, "UPDATE T SET s = NULL WHERE d = '2026-01-01' AND id = 1"));
    expect((await table.getMetadata())[0].numBytes).toBe(String(4 * ROW + 8 + 8 + 3 + 8 + 8));
  });

  test('INSERT is billed for what it reads', async () => {
    const table = await threeDays();
    expect(await bytes(table, "INSERT T VALUES ('2026-01-09', 1, 'x')")).toBe(0);
    expect(await bytes(table, "INSERT T (id) SELECT id FROM T WHERE d = '2026-01-01'")).toBe(2 * (8 + 8));
  });
});

// https://cloud.google.com/bigquery/docs/using-dml-with-partitioned-tables#using_dml_delete_to_delete_partitions
describe('a DELETE of whole partitions', () => {
  const WHOLE = "DELETE FROM T WHERE d <= '2026-01-02'";

  test('is free, and a dry run says 0', async () => {
    const table = await threeDays();
    expect((await estimate(table, WHOLE)).totalBytesProcessed).toBe('0');
    const { statistics } = await run(system.client, on(table, WHOLE));
    expect(statistics.query).toMatchObject({
      totalBytesProcessed: '0',
      totalBytesBilled: '0',
      numDmlAffectedRows: '4',
    });
  });

  test('is not free when the filter looks at another column, though every row goes', async () => {
    const table = await threeDays();
    expect((await estimate(table, `${WHOLE} AND id > 0`)).totalBytesProcessed).not.toBe('0');
    expect(await bytes(table, `${WHOLE} AND id > 0`)).toBe(4 * (8 + 8) + 4 * ROW);
  });

  test('is not free when a partition goes in part', async () => {
    const table = await system.newTable('ts TIMESTAMP', { timePartitioning: { type: 'DAY', field: 'ts' } });
    await load(table, [{ ts: '2026-01-01T01:00:00Z' }, { ts: '2026-01-01T09:00:00Z' }]);
    const query = "DELETE FROM T WHERE ts < TIMESTAMP '2026-01-01 05:00:00+00'";
    expect((await estimate(table, query)).totalBytesProcessed).not.toBe('0');
  });

  test('is not free in a table without partitions', async () => {
    const table = await system.newTable('d DATE');
    await load(table, [{ d: '2026-01-01' }]);
    expect(await bytes(table, "DELETE FROM T WHERE d = '2026-01-01'")).toBe(16);
  });

  test('TRUNCATE is free', async () => {
    const { statistics } = await run(system.client, on(await threeDays(), 'TRUNCATE TABLE T'));
    expect(statistics.query).toMatchObject({ totalBytesProcessed: '0', totalBytesBilled: '0' });
  });
});
