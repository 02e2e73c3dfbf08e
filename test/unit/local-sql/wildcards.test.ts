/** https://cloud.google.com/bigquery/docs/querying-wildcard-tables */
import { type StandIn, startStandIn, strings } from './stand-in.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
  await standIn.create({ table: 'events_20260101', fields: ['user STRING'] });
  await standIn.create({ table: 'events_20260102', fields: ['user STRING', 'extra STRING'] });
  await standIn.create({ table: 'events_intraday_20260103', fields: ['user STRING', 'extra STRING'] });
  await standIn.change("INSERT INTO events_20260101 VALUES ('u1'), ('u2')");
  await standIn.change("INSERT INTO events_20260102 VALUES ('u1', 'x'), (NULL, 'y')");
  await standIn.change("INSERT INTO events_intraday_20260103 VALUES ('u1', 'z')");
});
afterAll(() => standIn.close());

const counts = async (where: string) => {
  const sql = `SELECT _TABLE_SUFFIX AS s, COUNT(*) AS n FROM \`p.d.events_*\` WHERE ${where} GROUP BY s ORDER BY s`;
  const rows = await standIn.rows(sql, [strings('users', ['u1'])]);
  return rows.map(({ s, n }) => [s, Number(n)]);
};

test('a pattern of the suffix takes daily shards and leaves intraday ones', async () => {
  expect(
    await counts(String.raw`REGEXP_CONTAINS(_TABLE_SUFFIX, r'^\d{8}$') AND user IN UNNEST(@users)`),
  ).toEqual([
    ['20260101', 1],
    ['20260102', 1],
  ]);
});

test('suffixes are compared by code points, so a range of dates leaves intraday shards', async () => {
  expect(await counts("_TABLE_SUFFIX BETWEEN '20260102' AND '20261231'")).toEqual([['20260102', 2]]);
  expect(await counts("_TABLE_SUFFIX > '2'")).toHaveLength(3);
});

test('a column that a shard lacks is NULL there, and the suffix is no column of *', async () => {
  const rows = await standIn.rows(
    "SELECT * FROM `p.d.events_*` WHERE _TABLE_SUFFIX = '20260101' ORDER BY user",
  );

  expect(rows).toEqual([
    { user: 'u1', extra: null },
    { user: 'u2', extra: null },
  ]);
});

test('only the shards that the filter on the suffix leaves are read', async () => {
  const { referenced } = standIn.translate(
    "SELECT user FROM `p.d.events_*` WHERE _TABLE_SUFFIX = '20260102'",
  );
  const isRead = await Promise.all(
    referenced.map(async ({ pruning }) => {
      const result = await standIn.connection.run(`SELECT ${pruning}`);
      return (await result.getRowsJS())[0]?.[0];
    }),
  );

  expect(isRead).toEqual([false, true, false]);
});

test('a table made from a query expires so long after the job', () => {
  const { create, statementType } = standIn.translate(
    "CREATE TABLE kept OPTIONS(expiration_timestamp=TIMESTAMP_ADD(TIMESTAMP '2026-11-26 00:00:00', INTERVAL 2 DAY)) AS SELECT user FROM events_20260101",
  );

  expect(statementType).toBe('CREATE_TABLE_AS_SELECT');
  expect(create?.options).toEqual({ expiration_timestamp: Date.UTC(2026, 10, 28) });
});
