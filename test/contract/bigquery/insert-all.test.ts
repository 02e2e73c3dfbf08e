/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/insertAll */
import type { Table } from '@google-cloud/bigquery';
import { type Body, DAY, MINUTE, nameOf, rest, rows, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const insertAll = async (table: Table, body: object): Promise<{ status: number; body: Body }> =>
  rest(system, 'POST', `/datasets/${table.dataset.id}/tables/${table.id}/insertAll`, body);

const ids = async (table: Table): Promise<number[]> =>
  (await rows(system.client, `SELECT id FROM ${nameOf(table)} ORDER BY id`)).map(({ id }) => id);

test('rows can be read at once, by any spelling of their columns', async () => {
  const table = await system.newTable('id INT64, Name STRING');
  const { body } = await insertAll(table, { rows: [{ json: { id: '1', name: 'a' } }, { json: { ID: 2 } }] });
  expect(body).toEqual({ kind: 'bigquery#tableDataInsertAllResponse' });
  expect(await rows(system.client, `SELECT * FROM ${nameOf(table)} ORDER BY id`)).toEqual([
    { id: 1, Name: 'a' },
    { id: 2, Name: null },
  ]);
});

// https://cloud.google.com/bigquery/docs/streaming-data-into-bigquery#dataconsistency
test('a row whose insertId was sent within the last minute is written once', async () => {
  const table = await system.newTable('id INT64');
  const row = (id: number, insertId?: string) => ({ json: { id }, ...(insertId && { insertId }) });
  await insertAll(table, { rows: [row(1, 'a'), row(2), row(3, 'a')] });
  system.pass(MINUTE - 1);
  await insertAll(table, { rows: [row(1, 'a'), row(2), row(4, 'b')] });
  expect(await ids(table)).toEqual([1, 2, 2, 4]);
  system.pass(MINUTE);
  await insertAll(table, { rows: [row(1, 'a')] });
  expect(await ids(table)).toEqual([1, 1, 2, 2, 4]);
});

test('insertIds of one table do not count for another', async () => {
  const [one, other] = [await system.newTable('id INT64'), await system.newTable('id INT64')];
  for (const table of [one, other]) await insertAll(table, { rows: [{ insertId: 'a', json: { id: 1 } }] });
  expect([await ids(one), await ids(other)]).toEqual([[1], [1]]);
});

test('with a bad row nothing is written; the bad one says why, the others that they were stopped', async () => {
  const table = await system.newTable('id INT64');
  const sent = {
    rows: [{ insertId: 'a', json: { id: 1 } }, { json: { id: 'elephant' } }, { json: { nobody: 1 } }],
  };
  const { status, body } = await insertAll(table, sent);
  expect(status).toBe(200);
  expect(body.insertErrors.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
  expect(body.insertErrors.map((one: Body) => one.errors[0])).toEqual([
    { reason: 'stopped', location: '', debugInfo: '', message: '' },
    expect.objectContaining({
      reason: 'invalid',
      location: 'id',
      message: expect.stringContaining('elephant'),
    }),
    expect.objectContaining({ reason: 'invalid', location: 'nobody', message: 'no such field: nobody.' }),
  ]);
  expect(await ids(table)).toEqual([]);
  // What was not written is not known either.
  await insertAll(table, { rows: [{ insertId: 'a', json: { id: 1 } }] });
  expect(await ids(table)).toEqual([1]);
});

test('skipInvalidRows writes the good rows and names the bad ones', async () => {
  const table = await system.newTable('id INT64 REQUIRED');
  const sent = { skipInvalidRows: true, rows: [{ json: { id: 1 } }, { json: {} }, { json: { id: 3 } }] };
  const { body } = await insertAll(table, sent);
  expect(body.insertErrors).toEqual([
    {
      index: 1,
      errors: [
        {
          reason: 'invalid',
          location: 'id',
          debugInfo: '',
          message: expect.stringContaining('Missing required'),
        },
      ],
    },
  ]);
  expect(await ids(table)).toEqual([1, 3]);
});

test('ignoreUnknownValues leaves out what the table lacks', async () => {
  const table = await system.newTable('id INT64');
  await insertAll(table, { ignoreUnknownValues: true, rows: [{ json: { id: 1, nobody: 2 } }] });
  expect(await ids(table)).toEqual([1]);
});

test("Google's client reports a bad row as a PartialFailureError", async () => {
  const table = await system.newTable('id INT64');
  await expect(table.insert([{ id: 'x' }], { partialRetries: 0 } as never)).rejects.toMatchObject({
    name: 'PartialFailureError',
    errors: [{ row: { id: 'x' }, errors: [{ reason: 'invalid' }] }],
  });
});

test('no rows, too many rows, an unknown table and a partition are refused', async () => {
  const table = await system.newTable('id INT64');
  expect(await insertAll(table, { rows: [] })).toMatchObject({ status: 400 });
  const many = Array.from({ length: 50_001 }, () => ({ json: {} }));
  expect(await insertAll(table, { rows: many })).toMatchObject({ status: 400 });
  expect(await insertAll(table.dataset.table('none'), { rows: [{ json: {} }] })).toMatchObject({
    status: 404,
  });
  expect(await insertAll(table.dataset.table('t$20260101'), { rows: [{ json: {} }] })).toMatchObject({
    status: 501,
  });
});

// https://cloud.google.com/bigquery/docs/streaming-data-into-bigquery#dataavailability
test('tables.get tells of the buffer until the rows have left it', async () => {
  const table = await system.newTable('id INT64');
  await insertAll(table, { rows: [{ json: { id: 1 } }, { json: { id: 2 } }] });
  const arrived = system.now();
  system.pass(MINUTE);
  await insertAll(table, { rows: [{ json: { id: 3 } }] });
  const get = async (): Promise<Body> => (await table.getMetadata())[0];
  expect(await get()).toMatchObject({
    numRows: '0',
    streamingBuffer: { estimatedRows: '3', estimatedBytes: '24', oldestEntryTime: String(arrived) },
  });
  system.pass(29 * MINUTE);
  expect(await get()).toMatchObject({ numRows: '2', streamingBuffer: { estimatedRows: '1' } });
  system.pass(MINUTE);
  expect(await get()).toMatchObject({ numRows: '3' });
  expect((await get()).streamingBuffer).toBeUndefined();
});

// https://cloud.google.com/bigquery/docs/streaming-data-into-bigquery#ingestion-time_partitioning
test('of an ingestion-time table, rows have no partition time in the buffer, and that of their arrival after it', async () => {
  const table = await system.newTable('id INT64', { timePartitioning: { type: 'DAY' } });
  await insertAll(table, { rows: [{ json: { id: 1 } }] });
  const day = new Date(system.now()).toISOString().slice(0, 10);
  const query = `SELECT FORMAT_TIMESTAMP('%F', _PARTITIONTIME) AS day, _PARTITIONTIME IS NULL AS buffered FROM ${nameOf(table)}`;
  expect(await rows(system.client, query)).toEqual([{ day: null, buffered: true }]);
  system.pass(DAY);
  expect(await rows(system.client, query)).toEqual([{ day, buffered: false }]);
});
