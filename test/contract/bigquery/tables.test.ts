/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables */
import {
  type Body,
  DAY,
  nameOf,
  PROJECT,
  refusal,
  rest,
  rows,
  schemaOf,
  startSystem,
  type TestSystem,
} from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const get = async (table: { getMetadata(): Promise<Body> }): Promise<Body> => (await table.getMetadata())[0];

test('a table has the schema, the clustering and the labels that it was made with', async () => {
  const schema = {
    fields: [
      { name: 'id', type: 'STRING', mode: 'REQUIRED', description: 'who' },
      {
        name: 'params',
        type: 'RECORD',
        mode: 'REPEATED',
        fields: [
          { name: 'key', type: 'STRING' },
          { name: 'value', type: 'RECORD', fields: [{ name: 'int_value', type: 'INTEGER' }] },
        ],
      },
    ],
  };
  const clustering = { fields: ['id'] };
  const table = await system.newTable('x INT64', { schema, clustering, labels: { a: 'b' } });
  expect(await get(table)).toMatchObject({
    kind: 'bigquery#table',
    type: 'TABLE',
    id: `${PROJECT}:${table.dataset.id}.t`,
    tableReference: { projectId: PROJECT, datasetId: table.dataset.id, tableId: 't' },
    schema,
    clustering,
    labels: { a: 'b' },
    numRows: '0',
    numBytes: '0',
    location: 'US',
  });
});

test.each([
  ['by the day of a column', 'd DATE', { timePartitioning: { type: 'DAY', field: 'd' } }],
  ['by the hour of a column', 'ts TIMESTAMP', { timePartitioning: { type: 'HOUR', field: 'ts' } }],
  ['by the month of a column', 'dt DATETIME', { timePartitioning: { type: 'MONTH', field: 'dt' } }],
  ['by the year of a column', 'd DATE', { timePartitioning: { type: 'YEAR', field: 'd' } }],
  ['by ingestion time', 'a INT64', { timePartitioning: { type: 'DAY' } }],
  [
    'by a range of integers',
    'a INT64',
    { rangePartitioning: { field: 'a', range: { start: '0', end: '100', interval: '10' } } },
  ],
])('a table can be partitioned %s', async (_, columns, resource) => {
  const table = await system.newTable(columns, { ...resource, requirePartitionFilter: true });
  expect(await get(table)).toMatchObject({ ...resource, requirePartitionFilter: true });
});

test.each([
  ['a column that is not there', 'a INT64', { timePartitioning: { type: 'DAY', field: 'b' } }],
  ['a column that has no time', 'a INT64', { timePartitioning: { type: 'DAY', field: 'a' } }],
  ['the hours of a DATE', 'd DATE', { timePartitioning: { type: 'HOUR', field: 'd' } }],
  ['a repeated column', 'd DATE REPEATED', { timePartitioning: { type: 'DAY', field: 'd' } }],
  [
    'a range of text',
    'a STRING',
    { rangePartitioning: { field: 'a', range: { start: 0, end: 9, interval: 1 } } },
  ],
  ['an unknown unit', 'd DATE', { timePartitioning: { type: 'WEEK', field: 'd' } }],
])('partitioning by %s is refused and makes no table', async (_, columns, resource) => {
  const dataset = await system.newDataset();
  const call = dataset.createTable('t', { schema: schemaOf(columns), ...resource } as never);
  expect(await refusal(call)).toMatchObject({ code: 400, reason: 'invalid' });
  expect(await dataset.table('t').exists()).toEqual([false]);
});

// https://cloud.google.com/bigquery/docs/clustered-tables: four columns
test('clustering by five columns, or by one that is not there, is refused', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const columns = names.map((name) => `${name} INT64`).join(',');
  for (const fields of [names, ['z']])
    expect(await refusal(system.newTable(columns, { clustering: { fields } }))).toMatchObject({ code: 400 });
});

test.each([
  ['the same name twice, in another case', 'a INT64, A STRING'],
  ['a reserved prefix', '_PARTITIONTIME TIMESTAMP'],
  ['a name that begins with a digit', '1a INT64'],
  ['a type that does not exist', 'a ELEPHANT'],
])('a schema with %s is refused', async (_, columns) => {
  expect(await refusal(system.newTable(columns))).toMatchObject({ code: 400, reason: 'invalid' });
});

test.each([
  ['the type GEOGRAPHY', 'a GEOGRAPHY', {}],
  ['materialized views', 'a INT64', { materializedView: { query: 'SELECT 1' } }],
  ['partition expiration', 'd DATE', { timePartitioning: { type: 'DAY', field: 'd', expirationMs: '1000' } }],
])('%s, which the stand-in lacks, is refused with 501', async (_, columns, resource) => {
  expect(await refusal(system.newTable(columns, resource))).toMatchObject({
    code: 501,
    reason: 'notImplemented',
  });
});

test('a second table of the same id is 409 duplicate', async () => {
  const table = await system.newTable('a INT64');
  expect(await refusal(table.dataset.createTable('t', { schema: schemaOf('a INT64') }))).toMatchObject({
    code: 409,
    reason: 'duplicate',
    message: expect.stringContaining(`Already Exists: Table ${PROJECT}:${table.dataset.id}.t`),
  });
});

test('tables are listed with their partitioning, by id and in pages', async () => {
  const dataset = await system.newDataset();
  const timePartitioning = { type: 'DAY', field: 'd' };
  for (const id of ['b', 'a', 'c'])
    await dataset.createTable(id, { schema: schemaOf('d DATE'), timePartitioning });
  const path = `/datasets/${dataset.id}/tables?maxResults=2`;
  const first = (await rest(system, 'GET', path)).body;
  const second = (await rest(system, 'GET', `${path}&pageToken=${first.nextPageToken}`)).body;
  const listed = [...first.tables, ...second.tables];
  expect(listed.map(({ tableReference }) => tableReference.tableId)).toEqual(['a', 'b', 'c']);
  expect(listed[0]).toMatchObject({ type: 'TABLE', timePartitioning });
  expect([first.totalItems, second.nextPageToken]).toEqual([3, undefined]);
});

// https://cloud.google.com/bigquery/docs/managing-table-schemas
test('a patch may add columns and relax REQUIRED, and rows that were there have NULL in the new column', async () => {
  const table = await system.newTable('a INT64 REQUIRED');
  await table.insert([{ a: 1 }]);
  await table.setMetadata({ schema: schemaOf('a INT64 NULLABLE, b STRING, c INT64 REPEATED') } as never);
  await table.insert([{ a: null, b: 'x', c: [1] }]);
  expect(await rows(system.client, `SELECT * FROM ${nameOf(table)} ORDER BY a`)).toEqual([
    { a: null, b: 'x', c: [1] },
    { a: 1, b: null, c: [] },
  ]);
});

test.each([
  ['removes a column', 'a INT64'],
  ['changes a type', 'a STRING, b INT64'],
  ['adds a required column', 'a INT64, b INT64, c INT64 REQUIRED'],
  ['makes a column required', 'a INT64 REQUIRED, b INT64'],
])('a patch that %s is refused', async (_, columns) => {
  const table = await system.newTable('a INT64, b INT64');
  const { message } = await refusal(table.setMetadata({ schema: schemaOf(columns) } as never));
  expect(message).toContain(`Provided Schema does not match Table ${PROJECT}:${table.dataset.id}.t`);
});

test('a patch of labels merges them, and a stale etag is 412', async () => {
  const table = await system.newTable('a INT64', { labels: { a: '1', b: '2' } });
  const { etag } = await get(table);
  system.pass(1000);
  await table.setMetadata({ labels: { a: null, c: '3' }, etag } as never);
  const after = await get(table);
  expect(after.labels).toEqual({ b: '2', c: '3' });
  expect(after.etag).not.toBe(etag);
  const stale = table.setMetadata({ labels: { d: '4' }, etag } as never);
  expect(await refusal(stale)).toMatchObject({ code: 412, reason: 'conditionNotMet' });
});

test('the partitioning of a table cannot be changed', async () => {
  const table = await system.newTable('d DATE, e DATE', { timePartitioning: { type: 'DAY', field: 'd' } });
  const call = table.setMetadata({ timePartitioning: { type: 'DAY', field: 'e' } } as never);
  expect(await refusal(call)).toMatchObject({ code: 400, reason: 'invalid' });
});

test('a table is gone when its expiration time has come, and its id can be used again', async () => {
  const table = await system.newTable('a INT64', { expirationTime: String(system.now() + DAY) });
  await table.insert([{ a: 1 }]);
  system.pass(DAY - 1);
  expect(await table.exists()).toEqual([true]);
  system.pass(1);
  expect(await table.exists()).toEqual([false]);
  expect((await table.dataset.getTables())[0]).toEqual([]);
  expect(await refusal(rows(system.client, `SELECT 1 FROM ${nameOf(table)}`))).toMatchObject({ code: 404 });
  await table.dataset.createTable('t', { schema: schemaOf('b INT64') });
  expect(await rows(system.client, `SELECT * FROM ${nameOf(table)}`)).toEqual([]);
});

test('a view has the columns of its query and follows its table; rows cannot be put into it', async () => {
  const table = await system.newTable('a INT64, b STRING');
  await table.insert([{ a: 1, b: 'x' }]);
  const query = `SELECT b, a + 1 AS more FROM ${nameOf(table)}`;
  const [view] = await table.dataset.createTable('v', { view: { query, useLegacySql: false } });
  expect(await get(view)).toMatchObject({
    type: 'VIEW',
    view: { query, useLegacySql: false },
    schema: {
      fields: [
        { name: 'b', type: 'STRING' },
        { name: 'more', type: 'INTEGER' },
      ],
    },
  });
  await table.insert([{ a: 2, b: 'y' }]);
  expect(await rows(system.client, `SELECT more FROM ${nameOf(view)} ORDER BY more`)).toEqual([
    { more: 2 },
    { more: 3 },
  ]);
  expect(await refusal(view.insert([{ b: 'z' }]))).toMatchObject({ code: 400 });
});

test('a view whose query is wrong is refused', async () => {
  const dataset = await system.newDataset();
  const view = { query: 'SELECT nothing FROM', useLegacySql: false };
  expect(await refusal(dataset.createTable('v', { view }))).toMatchObject({
    code: 400,
    reason: 'invalidQuery',
  });
});

// https://cloud.google.com/bigquery/docs/managing-partitioned-tables#delete_a_partition
test('deleting table$partition removes this partition alone', async () => {
  const table = await system.newTable('d DATE, a INT64', { timePartitioning: { type: 'DAY', field: 'd' } });
  const name = nameOf(table);
  await rows(system.client, `INSERT ${name} VALUES ('2026-01-01', 1), ('2026-01-02', 2), (NULL, 3)`);
  await table.dataset.table('t$20260101').delete();
  await table.dataset.table('t$__NULL__').delete();
  expect(await rows(system.client, `SELECT a FROM ${name}`)).toEqual([{ a: 2 }]);
  expect((await get(table)).numRows).toBe('1');
});

test('a deleted table is 404 from then on', async () => {
  const table = await system.newTable('a INT64');
  await table.delete();
  expect(await refusal(table.getMetadata())).toMatchObject({
    code: 404,
    reason: 'notFound',
    message: expect.stringContaining(`Not found: Table ${PROJECT}:${table.dataset.id}.t`),
  });
  expect(await refusal(table.delete())).toMatchObject({ code: 404 });
});

// https://cloud.google.com/bigquery/pricing#data_size-calculation
test('numRows and numBytes are those of the rows by the published sizes', async () => {
  const table = await system.newTable('a INT64, s STRING, n NUMERIC, f BOOL, d DATE, tags STRING REPEATED');
  await rows(
    system.client,
    `INSERT ${nameOf(table)} VALUES (1, 'abc', 1.5, TRUE, '2026-01-01', ['x', 'yz']), (NULL, 'ü', NULL, NULL, NULL, [])`,
  );
  // First 8 + (2 + 3) + 16 + 1 + 8 + (2 + 1) + (2 + 2), then 2 + two bytes of UTF-8.
  expect(await get(table)).toMatchObject({ numRows: '2', numBytes: String(45 + 4) });
});
