/** https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax */
import type { Table } from '@google-cloud/bigquery';
import {
  type Body,
  load,
  nameOf,
  on,
  PROJECT,
  refusal,
  rest,
  rows,
  run,
  schemaOf,
  startSystem,
  type TestSystem,
} from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

async function threeRows(): Promise<Table> {
  const table = await system.newTable('id INT64 REQUIRED, name STRING');
  await load(table, [{ id: 1 }, { id: 2 }, { id: 3 }]);
  return table;
}

test.each([
  ['INSERT', `INSERT INTO T (id) VALUES (4), (5)`, { insertedRowCount: '2' }],
  ['UPDATE', `UPDATE T SET name = 'x' WHERE id < 3`, { updatedRowCount: '2' }],
  ['DELETE', `DELETE FROM T WHERE id >= 2`, { deletedRowCount: '2' }],
  ['TRUNCATE_TABLE', `TRUNCATE TABLE T`, { deletedRowCount: '3' }],
])('%s says how many rows it changed, in the job and in its results', async (statementType, sql, counts) => {
  const table = await threeRows();
  const zeros = { insertedRowCount: '0', updatedRowCount: '0', deletedRowCount: '0' };
  const expected = { numDmlAffectedRows: Object.values(counts)[0], dmlStats: { ...zeros, ...counts } };
  const job = await run(system.client, on(table, sql));
  expect(job.statistics.query).toMatchObject({ statementType, ...expected });
  const results = await rest(system, 'GET', `/queries/${job.jobReference.jobId}`);
  expect(results.body).toMatchObject({ jobComplete: true, totalRows: '0', ...expected });
});

test('a DELETE that finds nothing has affected no row', async () => {
  const table = await threeRows();
  const { statistics } = await run(system.client, `DELETE FROM ${nameOf(table)} WHERE id = 9`);
  expect(statistics.query.numDmlAffectedRows).toBe('0');
});

test('DELETE needs a WHERE', async () => {
  const table = await threeRows();
  expect(await refusal(rows(system.client, `DELETE FROM ${nameOf(table)}`))).toMatchObject({
    code: 400,
    reason: 'invalidQuery',
    message: expect.stringContaining('DELETE must have a WHERE clause'),
  });
});

test.each([
  ['UPDATE', `UPDATE T SET id = NULL WHERE id = 2`],
  ['INSERT of NULL', `INSERT T (id) VALUES (NULL)`],
  ['INSERT without the column', `INSERT T (name) VALUES ('x')`],
])('a REQUIRED column holds against %s, and the statement changes nothing', async (_, sql) => {
  const table = await threeRows();
  const { status } = await run(system.client, on(table, sql));
  expect(status).toMatchObject({ state: 'DONE', errorResult: { reason: 'invalidQuery' } });
  expect(status.errorResult.message).toMatch(/Required field id cannot be null/);
  expect(await rows(system.client, `SELECT id FROM ${nameOf(table)} ORDER BY id`)).toEqual(
    [1, 2, 3].map((id) => ({ id })),
  );
});

test('REQUIRED fields within records and arrays of records hold as well', async () => {
  const fields = [{ name: 'x', type: 'INT64', mode: 'REQUIRED' }];
  const schema = {
    fields: [
      { name: 'r', type: 'RECORD', fields },
      { name: 'many', type: 'RECORD', mode: 'REPEATED', fields },
    ],
  };
  const table = await system.newTable('a INT64', { schema });
  await rows(system.client, on(table, 'INSERT T VALUES (STRUCT(1), [STRUCT(1), STRUCT(2)]), (NULL, [])'));
  for (const sql of [
    'UPDATE T SET r.x = NULL WHERE r IS NOT NULL',
    'UPDATE T SET many = [STRUCT(CAST(NULL AS INT64))] WHERE TRUE',
    'INSERT T (r) VALUES (STRUCT(CAST(NULL AS INT64)))',
  ])
    expect(await refusal(rows(system.client, on(table, sql)))).toMatchObject({
      code: 400,
      reason: 'invalidQuery',
    });
  await rows(system.client, on(table, 'UPDATE T SET r.x = 2 WHERE r IS NOT NULL'));
  await rows(system.client, on(table, 'UPDATE T SET r = NULL WHERE TRUE'));
});

test('an UPDATE that moves a row to another partition moves it', async () => {
  const table = await system.newTable('d DATE, a INT64', { timePartitioning: { type: 'DAY', field: 'd' } });
  await load(table, [{ d: '2026-01-01', a: 1 }]);
  await rows(system.client, `UPDATE ${nameOf(table)} SET d = '2026-01-02' WHERE d = '2026-01-01'`);
  const partitions = `SELECT partition_id FROM ${table.dataset.id}.INFORMATION_SCHEMA.PARTITIONS`;
  expect(await rows(system.client, partitions)).toEqual([{ partition_id: '20260102' }]);
});

// https://cloud.google.com/bigquery/docs/querying-partitioned-tables#require_a_partition_filter_in_queries
test.each(['SELECT a FROM T', 'UPDATE T SET a = 2 WHERE a = 1', 'DELETE FROM T WHERE a = 1'])(
  'a table that requires a partition filter refuses %s',
  async (sql) => {
    const table = await system.newTable('d DATE, a INT64', {
      timePartitioning: { type: 'DAY', field: 'd' },
      requirePartitionFilter: true,
    });
    await load(table, [{ d: '2026-01-01', a: 1 }]);
    const statement = on(table, sql);
    expect(await refusal(rows(system.client, statement))).toMatchObject({
      code: 400,
      reason: 'invalidQuery',
      message: expect.stringContaining(
        `Cannot query over table '${PROJECT}.${table.dataset.id}.t' without a filter over column(s) 'd' that can be used for partition elimination`,
      ),
    });
    const filtered = sql.startsWith('SELECT')
      ? `${statement} WHERE d >= '2026-01-01'`
      : `${statement} AND d >= '2026-01-01'`;
    await rows(system.client, filtered);
  },
);

// https://cloud.google.com/bigquery/docs/querying-wildcard-tables#limitations
test('a wildcard table is no target for DML', async () => {
  const dataset = await system.newDataset();
  await dataset.createTable('events_20260101', { schema: schemaOf('id INT64') });
  const target = `\`${PROJECT}.${dataset.id}.events_*\``;
  for (const sql of [
    `DELETE FROM ${target} WHERE id = 1`,
    `UPDATE ${target} SET id = 2 WHERE id = 1`,
    `INSERT ${target} (id) VALUES (1)`,
  ])
    expect(await refusal(rows(system.client, sql))).toMatchObject({ code: 400 });
});

test('a view and a table that is not there are no targets for DML', async () => {
  const table = await threeRows();
  await table.dataset.createTable('v', {
    view: { query: `SELECT * FROM ${nameOf(table)}`, useLegacySql: false },
  });
  const dataset = table.dataset.id;
  expect(await refusal(rows(system.client, `DELETE FROM ${dataset}.v WHERE id = 1`))).toMatchObject({
    code: 400,
  });
  expect(await refusal(rows(system.client, `DELETE FROM ${dataset}.none WHERE id = 1`))).toMatchObject({
    code: 404,
    reason: 'notFound',
    message: expect.stringContaining(`Not found: Table ${PROJECT}:${dataset}.none`),
  });
});

test('MERGE, which the stand-in lacks, is 501 and makes no job', async () => {
  const table = await threeRows();
  const query = `MERGE ${nameOf(table)} t USING (SELECT 1 AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE`;
  const body = { jobReference: { jobId: 'merge' }, configuration: { query: { query, useLegacySql: false } } };
  const { status, body: answer }: { status: number; body: Body } = await rest(system, 'POST', '/jobs', body);
  expect([status, answer.error.errors[0].reason]).toEqual([501, 'notImplemented']);
  expect((await rest(system, 'GET', '/jobs/merge')).status).toBe(404);
});
