/** What the stand-in lacks fails by that name; what BigQuery refuses fails as BigQuery does. */
import { SqlError, UnsupportedSql } from '../../../local/bigquery/sql/contract.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
  await standIn.create({ table: 't', fields: ['id STRING', 'n INT64'] });
});
afterAll(() => standIn.close());

test.each([
  "EXPORT DATA OPTIONS(uri='gs://bucket/prefix-*.json.gz', format='JSON', compression='GZIP') AS SELECT id FROM t",
  'MERGE t USING t AS s ON t.id = s.id WHEN MATCHED THEN DELETE',
  'UPDATE t SET id = s.id FROM t AS s WHERE s.n = t.n',
  'UPDATE t SET id = DEFAULT WHERE TRUE',
  "SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01'",
  'SELECT * FROM t TABLESAMPLE SYSTEM (10 PERCENT)',
  'SELECT id FROM t GROUP BY ROLLUP (id)',
  "SELECT 'foo' LIKE ANY ('f%', 'b%')",
  'SELECT BIT_AND(n) FROM t',
  'SELECT ANY_VALUE(id HAVING MAX n) FROM t',
  "SELECT FORMAT_TIMESTAMP('%c', CURRENT_TIMESTAMP())",
  "SELECT JSON_SET(JSON '{}', '$.a', 1, create_if_missing => FALSE)",
  'DECLARE x INT64; SELECT x',
  'DELETE FROM t WHERE TRUE; SELECT 1',
  'CREATE TEMP FUNCTION f() AS (1)',
  'ALTER TABLE t DROP COLUMN id',
  'CREATE TABLE u OPTIONS(kms_key_name="k") AS SELECT 1 AS x',
])('%s is not supported', (sql) => {
  expect(() => standIn.translate(sql)).toThrow(UnsupportedSql);
});

test.each([
  'DELETE FROM `p.d.t*` WHERE TRUE',
  'DELETE FROM t',
  'SELECT missing FROM t',
  'SELECT @missing',
  'SELECT n = id FROM t',
])('%s is refused', (sql) => {
  expect(() => standIn.translate(sql)).toThrow(SqlError);
});

// https://cloud.google.com/bigquery/docs/recursive-ctes
test('a recursive query that does not end fails after 500 iterations', async () => {
  const endless = "WITH RECURSIVE r AS (SELECT 'a' AS id UNION ALL SELECT id FROM r) SELECT COUNT(*) FROM r";

  await expect(standIn.rows(endless)).rejects.toThrow(
    'A recursive CTE has reached the maximum number of iterations: 500',
  );
});
