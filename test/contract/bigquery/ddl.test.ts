/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language */
import type { Dataset } from '@google-cloud/bigquery';
import { type Body, PROJECT, rows, run, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
let dataset: Dataset;
beforeAll(async () => {
  system = await startSystem();
});
beforeEach(async () => {
  dataset = await system.newDataset();
});
afterAll(() => system.close());

const ddl = (sql: string): Promise<Body> => run(system.client, sql.replaceAll('ds.', `${dataset.id}.`));

const metadata = async (table: string): Promise<Body> => (await dataset.table(table).getMetadata())[0];

test('CREATE TABLE makes what tables.insert would have made', async () => {
  const job = await ddl(`
    CREATE TABLE ds.t (
      id STRING NOT NULL OPTIONS (description = 'who'),
      ts TIMESTAMP,
      tags ARRAY<STRING>,
      r STRUCT<a INT64, b ARRAY<STRUCT<c NUMERIC>>>,
      j JSON
    )
    PARTITION BY DATE(ts)
    CLUSTER BY id
    OPTIONS (description = 'events', labels = [('team', 'privacy')], require_partition_filter = TRUE)`);
  expect(job.status.errorResult).toBeUndefined();
  expect(job.statistics.query).toMatchObject({
    statementType: 'CREATE_TABLE',
    ddlOperationPerformed: 'CREATE',
    ddlTargetTable: { projectId: PROJECT, datasetId: dataset.id, tableId: 't' },
    totalBytesProcessed: '0',
    totalBytesBilled: '0',
  });
  expect(await metadata('t')).toMatchObject({
    description: 'events',
    labels: { team: 'privacy' },
    requirePartitionFilter: true,
    timePartitioning: { type: 'DAY', field: 'ts' },
    clustering: { fields: ['id'] },
    schema: {
      fields: [
        { name: 'id', type: 'STRING', mode: 'REQUIRED', description: 'who' },
        { name: 'ts', type: 'TIMESTAMP' },
        { name: 'tags', type: 'STRING', mode: 'REPEATED' },
        {
          name: 'r',
          type: 'RECORD',
          fields: [
            { name: 'a', type: 'INTEGER' },
            { name: 'b', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'c', type: 'NUMERIC' }] },
          ],
        },
        { name: 'j', type: 'JSON' },
      ],
    },
  });
});

test('a table with an expiration_timestamp is gone when it has come', async () => {
  const ends = new Date(system.now() + 3_600_000).toISOString();
  await ddl(`CREATE TABLE ds.t (a INT64) OPTIONS (expiration_timestamp = TIMESTAMP '${ends}')`);
  expect((await metadata('t')).expirationTime).toBe(String(system.now() + 3_600_000));
  system.pass(3_600_000);
  expect(await dataset.table('t').exists()).toEqual([false]);
});

test('CREATE TABLE AS SELECT has the columns and the rows of its query, and is billed for it', async () => {
  await ddl(`CREATE TABLE ds.source AS SELECT n, [n] AS many FROM UNNEST([1, 2, 3]) AS n`);
  const job = await ddl(
    `CREATE TABLE ds.copy PARTITION BY RANGE_BUCKET(n, GENERATE_ARRAY(0, 10, 2)) AS SELECT n FROM ds.source`,
  );
  expect(job.statistics.query).toMatchObject({
    statementType: 'CREATE_TABLE_AS_SELECT',
    totalBytesProcessed: '24',
  });
  expect(await metadata('copy')).toMatchObject({ numRows: '3', rangePartitioning: { field: 'n' } });
  expect(await rows(system.client, `SELECT SUM(n) AS n FROM ${dataset.id}.copy`)).toEqual([{ n: 6 }]);
});

test('what is there already: refused, left alone or replaced, as the statement says', async () => {
  await ddl('CREATE TABLE ds.t AS SELECT 1 AS a');
  expect((await ddl('CREATE TABLE ds.t (b INT64)')).status.errorResult).toMatchObject({
    reason: 'duplicate',
    message: expect.stringContaining(`Already Exists: Table ${PROJECT}:${dataset.id}.t`),
  });
  const left = await ddl('CREATE TABLE IF NOT EXISTS ds.t (b INT64)');
  expect(left.statistics.query.ddlOperationPerformed).toBe('SKIP');
  // It may read the table that it replaces.
  const replaced = await ddl('CREATE OR REPLACE TABLE ds.t AS SELECT a + 1 AS a FROM ds.t');
  expect(replaced.statistics.query.ddlOperationPerformed).toBe('REPLACE');
  expect(await rows(system.client, `SELECT a FROM ${dataset.id}.t`)).toEqual([{ a: 2 }]);
});

test('a CREATE that fails midway leaves what was there', async () => {
  await ddl('CREATE TABLE ds.t AS SELECT 1 AS a');
  const { status } = await ddl(
    "CREATE OR REPLACE TABLE ds.t AS SELECT CAST(CONCAT('x', a) AS INT64) AS a FROM ds.t",
  );
  expect(status.errorResult).toMatchObject({ reason: 'invalidQuery' });
  expect(await rows(system.client, `SELECT a FROM ${dataset.id}.t`)).toEqual([{ a: 1 }]);
});

test('CREATE VIEW, and DROP of each by its own statement', async () => {
  await ddl('CREATE TABLE ds.t AS SELECT 1 AS a');
  await ddl('CREATE VIEW ds.v AS SELECT a FROM ds.t');
  expect(await metadata('v')).toMatchObject({ type: 'VIEW', view: { useLegacySql: false } });
  expect((await ddl('DROP TABLE ds.v')).status.errorResult).toMatchObject({ reason: 'invalidQuery' });
  expect((await ddl('DROP VIEW ds.v')).statistics.query.ddlOperationPerformed).toBe('DROP');
  expect((await ddl('DROP TABLE ds.t')).statistics.query.ddlOperationPerformed).toBe('DROP');
  expect((await dataset.getTables())[0]).toEqual([]);
  expect((await ddl('DROP TABLE ds.t')).status.errorResult).toMatchObject({ reason: 'notFound' });
  expect((await ddl('DROP TABLE IF EXISTS ds.t')).statistics.query.ddlOperationPerformed).toBe('SKIP');
});
