/** Where jobs write: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationQuery */
import type { Table } from '@google-cloud/bigquery';
import { load, nameOf, PROJECT, rest, rows, run, schemaOf, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const byIngestion = () => system.newTable('a INT64', { timePartitioning: { type: 'DAY' } });
const byColumn = () => system.newTable('d DATE, a INT64', { timePartitioning: { type: 'DAY', field: 'd' } });

const select = (query: string, destination: Table, more: object = {}) =>
  run(system.client, query, { destination, writeDisposition: 'WRITE_APPEND', ...more });

test('rows that a query writes to an ingestion-time table are in the partition of now', async () => {
  const table = await byIngestion();
  await select('SELECT 1 AS a', table);
  expect(
    await rows(system.client, `SELECT a, CAST(_PARTITIONDATE AS STRING) AS day FROM ${nameOf(table)}`),
  ).toEqual([{ a: 1, day: '2026-11-24' }]);
});

test('a query may write to one partition of an ingestion-time table, and replace it alone', async () => {
  const table = await byIngestion();
  await load(table.dataset.table('t$20260102'), [{ a: 2 }]);
  const partition = table.dataset.table('t$20260101');
  await select('SELECT 1 AS a', partition);
  await select('SELECT 3 AS a', partition, { writeDisposition: 'WRITE_TRUNCATE' });
  const query = `SELECT a, CAST(_PARTITIONDATE AS STRING) AS day FROM ${nameOf(table)} ORDER BY a`;
  expect(await rows(system.client, query)).toEqual([
    { a: 2, day: '2026-01-02' },
    { a: 3, day: '2026-01-01' },
  ]);
});

test('one partition of a column as a destination, which the stand-in lacks, fails and writes nothing', async () => {
  const table = await byColumn();
  const { status } = await select("SELECT DATE '2026-01-01' AS d, 1 AS a", table.dataset.table('t$20260101'));
  expect(status.errorResult).toMatchObject({ reason: 'notImplemented' });
  expect((await table.getMetadata())[0].numRows).toBe('0');
});

test('rows go to the columns of their names, whatever their order; what is not selected is NULL', async () => {
  const table = await byColumn();
  await select("SELECT 1 AS a, DATE '2026-01-01' AS d", table);
  await select('SELECT 2 AS A', table);
  expect(
    await rows(system.client, `SELECT a, CAST(d AS STRING) AS d FROM ${nameOf(table)} ORDER BY a`),
  ).toEqual([
    { a: 1, d: '2026-01-01' },
    { a: 2, d: null },
  ]);
});

test.each([
  ['a column that the table lacks', 'SELECT 1 AS a, 2 AS b'],
  ['another type', "SELECT 'x' AS a"],
])('a query with %s does not fit the table', async (_, query) => {
  const table = await byColumn();
  const { status } = await select(query, table);
  expect(status.errorResult).toMatchObject({
    reason: 'invalid',
    message: expect.stringContaining(`Provided Schema does not match Table ${PROJECT}:${table.dataset.id}.t`),
  });
});

test.each(['load', 'query'])(
  'a %s that says another partitioning than the table has is refused',
  async (kind) => {
    const table = await byColumn();
    const timePartitioning = { type: 'MONTH', field: 'd' };
    const failed =
      kind === 'query'
        ? (await select('SELECT 1 AS a', table, { timePartitioning })).status.errorResult.message
        : await load(table, [{ a: 1 }], { timePartitioning }).catch((error: Error) => error.message);
    expect(failed).toContain('Incompatible table partitioning specification.');
    expect((await table.getMetadata())[0].numRows).toBe('0');
  },
);

test.each(['writeDisposition', 'createDisposition'])('an unknown %s is refused', async (name) => {
  const table = await byColumn();
  const destinationTable = { projectId: PROJECT, datasetId: table.dataset.id, tableId: 't' };
  const query = { query: 'SELECT 1 AS a', useLegacySql: false, destinationTable, [name]: 'WRITE_SOMEHOW' };
  expect((await rest(system, 'POST', '/jobs', { configuration: { query } })).status).toBe(400);
  await expect(load(table, [{ a: 1 }], { [name]: 'WRITE_SOMEHOW' })).rejects.toMatchObject({ code: 400 });
});

test('WRITE_TRUNCATE brings the schema along and keeps the partitioning', async () => {
  const table = await byColumn();
  await load(table, [{ d: '2026-01-01', a: 1 }]);
  await load(table, [{ d: '2026-01-02', b: 'x' }], {
    schema: schemaOf('d DATE, b STRING'),
    writeDisposition: 'WRITE_TRUNCATE',
  });
  expect((await table.getMetadata())[0]).toMatchObject({
    schema: schemaOf('d DATE, b STRING'),
    timePartitioning: { type: 'DAY', field: 'd' },
    numRows: '1',
  });
});

test('a destination in another location is notFound', async () => {
  const dataset = await system.newDataset({ location: 'EU' });
  const { status } = await select('SELECT 1 AS a', dataset.table('t'), { location: 'US' });
  expect(status.errorResult).toMatchObject({ reason: 'notFound' });
});
