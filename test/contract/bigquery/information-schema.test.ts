/** https://cloud.google.com/bigquery/docs/information-schema-intro */
import type { Dataset } from '@google-cloud/bigquery';
import {
  type Body,
  load,
  nameOf,
  PROJECT,
  refusal,
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

const from = (dataset: Dataset, view: string, what = '*', rest = ''): Promise<Body[]> =>
  rows(system.client, `SELECT ${what} FROM \`${PROJECT}\`.${dataset.id}.INFORMATION_SCHEMA.${view} ${rest}`);

test('TABLES has tables and views, with their kind and the time they were made', async () => {
  const dataset = await system.newDataset();
  await dataset.createTable('t', { schema: schemaOf('a INT64') });
  await dataset.createTable('v', { view: { query: 'SELECT 1 AS one', useLegacySql: false } });
  const found = await from(dataset, 'TABLES', '*', 'ORDER BY table_name');
  expect(found).toMatchObject([
    {
      table_catalog: PROJECT,
      table_schema: dataset.id,
      table_name: 't',
      table_type: 'BASE TABLE',
      is_insertable_into: 'YES',
    },
    { table_name: 'v', table_type: 'VIEW', is_insertable_into: 'NO' },
  ]);
  expect(Date.parse(found[0].creation_time.value)).toBe(system.now());
});

test('COLUMNS has name, place, type as SQL writes it, and what partitions and clusters', async () => {
  const dataset = await system.newDataset();
  const schema = {
    fields: [
      ...schemaOf('d DATE REQUIRED, user STRING, n NUMERIC, j JSON, tags STRING REPEATED').fields,
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
  const timePartitioning = { type: 'DAY', field: 'd' };
  await dataset.createTable('t', { schema, timePartitioning, clustering: { fields: ['user'] } } as never);
  const what =
    'column_name, ordinal_position, is_nullable, data_type, is_partitioning_column, clustering_ordinal_position';
  const found = await from(dataset, 'COLUMNS', what, "WHERE table_name = 't' ORDER BY ordinal_position");
  expect(found.map((row) => Object.values(row))).toEqual([
    ['d', 1, 'NO', 'DATE', 'YES', null],
    ['user', 2, 'YES', 'STRING', 'NO', 1],
    ['n', 3, 'YES', 'NUMERIC', 'NO', null],
    ['j', 4, 'YES', 'JSON', 'NO', null],
    // "Whether the column's mode allows NULL values"; REPEATED is a mode of its own.
    ['tags', 5, 'NO', 'ARRAY<STRING>', 'NO', null],
    ['params', 6, 'NO', 'ARRAY<STRUCT<key STRING, value STRUCT<int_value INT64>>>', 'NO', null],
  ]);
});

test('the columns of an ingestion-time table include the pseudo column, hidden and made by the system', async () => {
  const dataset = await system.newDataset();
  await dataset.createTable('t', { schema: schemaOf('a INT64'), timePartitioning: { type: 'DAY' } });
  const what =
    'column_name, ordinal_position, data_type, is_hidden, is_system_defined, is_partitioning_column';
  expect(await from(dataset, 'COLUMNS', what, "WHERE is_system_defined = 'YES'")).toEqual([
    {
      column_name: '_PARTITIONTIME',
      ordinal_position: null,
      data_type: 'TIMESTAMP',
      is_hidden: 'YES',
      is_system_defined: 'YES',
      is_partitioning_column: 'YES',
    },
  ]);
});

describe('PARTITIONS has the id, the rows and the bytes of each partition', () => {
  const partitions = async (dataset: Dataset) =>
    (
      await from(
        dataset,
        'PARTITIONS',
        'partition_id AS id, total_rows AS r, total_logical_bytes AS b',
        'ORDER BY partition_id',
      )
    ).map(({ id, r, b }) => [id, r, b]);

  // https://cloud.google.com/bigquery/docs/partitioned-tables#partition_decorators
  test.each([
    ['HOUR', 'TIMESTAMP', '2026-01-02T03:04:05Z', '2026010203'],
    ['DAY', 'TIMESTAMP', '2026-01-02T23:59:59Z', '20260102'],
    ['DAY', 'DATETIME', '2026-01-02T00:00:00', '20260102'],
    ['MONTH', 'DATE', '2026-01-02', '202601'],
    ['YEAR', 'DATE', '2026-01-02', '2026'],
  ])('by %s of a %s', async (type, columnType, value, id) => {
    const table = await system.newTable(`d ${columnType}`, { timePartitioning: { type, field: 'd' } });
    await load(table, [{ d: value }, { d: value }, {}]);
    expect(await partitions(table.dataset)).toEqual([
      [id, 2, 16],
      ['__NULL__', 1, 0],
    ]);
  });

  test('by ranges, with what is in none', async () => {
    const rangePartitioning = { field: 'a', range: { start: '0', end: '100', interval: '10' } };
    const table = await system.newTable('a INT64', { rangePartitioning });
    await load(table, [{ a: 0 }, { a: 9 }, { a: 95 }, { a: 100 }, { a: -1 }, {}]);
    expect(await partitions(table.dataset)).toEqual([
      ['0', 2, 16],
      ['90', 1, 8],
      ['__NULL__', 1, 0],
      ['__UNPARTITIONED__', 2, 16],
    ]);
  });

  test('rows in the streaming buffer are __UNPARTITIONED__ until they leave it', async () => {
    const table = await system.newTable('d DATE', { timePartitioning: { type: 'DAY', field: 'd' } });
    await table.insert([{ d: '2026-01-02' }]);
    expect(await partitions(table.dataset)).toEqual([['__UNPARTITIONED__', 1, 8]]);
    system.pass(30 * 60_000);
    expect(await partitions(table.dataset)).toEqual([['20260102', 1, 8]]);
  });

  test('a table without partitions has one row without an id', async () => {
    const table = await system.newTable('a INT64');
    expect(await partitions(table.dataset)).toEqual([[null, 0, 0]]);
  });

  test('what was deleted is not there any more', async () => {
    const table = await system.newTable('d DATE', { timePartitioning: { type: 'DAY', field: 'd' } });
    await load(table, [{ d: '2026-01-01' }, { d: '2026-01-02' }]);
    await partitions(table.dataset);
    await rows(system.client, `DELETE FROM ${nameOf(table)} WHERE d = '2026-01-01'`);
    expect(await partitions(table.dataset)).toEqual([['20260102', 1, 8]]);
  });
});

test('a dataset that is not there is notFound, a view that the stand-in lacks is 501', async () => {
  expect(await refusal(rows(system.client, 'SELECT * FROM none.INFORMATION_SCHEMA.TABLES'))).toMatchObject({
    code: 404,
    reason: 'notFound',
  });
  const dataset = await system.newDataset();
  expect(await refusal(from(dataset, 'ROUTINES'))).toMatchObject({ code: 501 });
});
