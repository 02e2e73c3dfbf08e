/** jobs.query, getQueryResults, tabledata.list: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query */
import type { Table } from '@google-cloud/bigquery';
import { type Body, load, nameOf, rest, rows, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const query = async (text: string, more: object = {}): Promise<Body> =>
  (await rest(system, 'POST', '/queries', { query: text, useLegacySql: false, ...more })).body;

const values = (body: Body): Body[] => body.rows.map(({ f }: Body) => f.map(({ v }: Body) => v));

async function numbered(count: number): Promise<Table> {
  const table = await system.newTable('id INT64, name STRING');
  await load(
    table,
    Array.from({ length: count }, (_, id) => ({ id, name: `n${id}` })),
  );
  return table;
}

// https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list: all values are text
test.each([
  ['INT64', '9223372036854775807', '9223372036854775807'],
  ['INT64', '-9223372036854775808', '-9223372036854775808'],
  ['NUMERIC', "NUMERIC '99999999999999999999999999999.999999999'", '99999999999999999999999999999.999999999'],
  ['NUMERIC', "NUMERIC '1.50'", '1.5'],
  ['NUMERIC', "NUMERIC '100'", '100'],
  ['FLOAT64', '0.1', '0.1'],
  ['FLOAT64', "CAST('nan' AS FLOAT64)", 'NaN'],
  ['FLOAT64', "CAST('-inf' AS FLOAT64)", '-Infinity'],
  ['BOOL', 'TRUE', 'true'],
  ['BYTES', "b'\\x00\\xffA'", 'AP9B'],
  ['STRING', '\'ü "quoted" \\n\'', 'ü "quoted" \n'],
  ['DATE', "DATE '0001-01-01'", '0001-01-01'],
  ['DATETIME', "DATETIME '2026-01-02 03:04:05.000006'", '2026-01-02T03:04:05.000006'],
  ['TIME', "TIME '03:04:05.000006'", '03:04:05.000006'],
  ['JSON', `JSON '{"b":1,"a":[2]}'`, '{"a":[2],"b":1}'],
  ['STRING', 'CAST(NULL AS STRING)', null],
])('a value of %s (%s) is answered as %j', async (_, expression, expected) => {
  expect(values(await query(`SELECT ${expression} AS v`))).toEqual([[expected]]);
});

test('a TIMESTAMP is microseconds where the caller asks for that, else seconds in floating point', async () => {
  const text = "SELECT TIMESTAMP '2026-11-24 08:00:00.123456+00' AS ts";
  const asInteger = await query(text, { formatOptions: { useInt64Timestamp: true } });
  expect(values(asInteger)).toEqual([['1795507200123456']]);
  expect(values(await query(text))).toEqual([['1.795507200123456E9']]);
  const [row] = await rows(system.client, text);
  expect(row.ts.value).toBe('2026-11-24T08:00:00.123456000Z');
});

test('records are nested f and v, arrays lists of v; the schema says which is which', async () => {
  const body = await query(
    "SELECT STRUCT(1 AS a, STRUCT('x' AS c) AS b) AS r, [STRUCT(1 AS n, ['p', 'q'] AS t)] AS many, CAST([] AS ARRAY<INT64>) AS none",
  );
  expect(body.schema.fields).toMatchObject([
    { name: 'r', type: 'RECORD', mode: 'NULLABLE', fields: [{ name: 'a' }, { name: 'b', type: 'RECORD' }] },
    { name: 'many', type: 'RECORD', mode: 'REPEATED' },
    { name: 'none', type: 'INTEGER', mode: 'REPEATED' },
  ]);
  expect(values(body)).toEqual([
    [
      { f: [{ v: '1' }, { v: { f: [{ v: 'x' }] } }] },
      [{ v: { f: [{ v: '1' }, { v: [{ v: 'p' }, { v: 'q' }] }] } }],
      [],
    ],
  ]);
});

test("Google's client reads what it wrote, type by type", async () => {
  const { client } = system;
  const schema = [
    'id INT64',
    'n NUMERIC',
    'f FLOAT64',
    'b BOOL',
    'raw BYTES',
    'at TIMESTAMP',
    'd DATE',
    'dt DATETIME',
    't TIME',
  ].join(',');
  const table = await system.newTable(schema);
  const row = {
    id: '9007199254740993',
    n: '0.000000001',
    f: 2.5,
    b: false,
    raw: Buffer.from([0, 255]),
    at: client.timestamp('2026-01-01T00:00:00.000001Z'),
    d: client.date('2026-01-01'),
    dt: client.datetime('2026-01-01T00:00:00'),
    t: client.time('01:02:03'),
  };
  await table.insert([row]);
  const [found] = await rows(client, `SELECT * FROM ${nameOf(table)}`, { wrapIntegers: true });
  expect(found.id.value).toBe('9007199254740993');
  expect(found.n.toString()).toBe('1e-9');
  expect([found.f, found.b, found.raw]).toEqual([2.5, false, row.raw]);
  expect([found.at.value, found.d.value, found.dt.value, found.t.value]).toEqual([
    '2026-01-01T00:00:00.000001000Z',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '01:02:03',
  ]);
});

test('parameters of every kind reach the statement', async () => {
  const params = { id: 5, name: 'x', tags: ['a', 'b'], none: [], day: system.client.date('2026-01-01') };
  const types = { id: 'INT64', none: ['STRING'] };
  const text =
    'SELECT @id AS id, @name AS name, ARRAY_LENGTH(@tags) AS tags, ARRAY_LENGTH(@none) AS none, @day AS day';
  const [row] = await rows(system.client, text, { params, types } as never);
  expect(row).toMatchObject({ id: 5, name: 'x', tags: 2, none: 0, day: { value: '2026-01-01' } });
});

test('results come in pages of maxResults, each row once and in order', async () => {
  const table = await numbered(25);
  let body = await query(`SELECT id FROM ${nameOf(table)} ORDER BY id`, { maxResults: 10 });
  const { jobId } = body.jobReference;
  const found = [...values(body)];
  const sizes = [found.length];
  while (body.pageToken !== undefined) {
    const path = `/queries/${jobId}?maxResults=10&pageToken=${body.pageToken}`;
    body = (await rest(system, 'GET', path)).body;
    expect(body.totalRows).toBe('25');
    sizes.push(body.rows.length);
    found.push(...values(body));
  }
  expect(sizes).toEqual([10, 10, 5]);
  expect(found.flat()).toEqual(Array.from({ length: 25 }, (_, id) => String(id)));
});

test('a page can begin anywhere; maxResults 0 gives the schema alone', async () => {
  const body = await query('SELECT n FROM UNNEST([1, 2, 3]) AS n ORDER BY n', { maxResults: 0 });
  expect(body).toMatchObject({ totalRows: '3', schema: { fields: [{ name: 'n' }] } });
  expect(body.rows ?? []).toEqual([]);
  const { body: rest2 } = await rest(system, 'GET', `/queries/${body.jobReference.jobId}?startIndex=2`);
  expect(values(rest2)).toEqual([['3']]);
  const wrong = await rest(system, 'GET', `/queries/${body.jobReference.jobId}?pageToken=elephant`);
  expect(wrong.status).toBe(400);
});

test('rows that are changed later do not change the pages of an earlier result', async () => {
  const table = await numbered(4);
  const body = await query(`SELECT id FROM ${nameOf(table)} ORDER BY id`, { maxResults: 2 });
  await rows(system.client, `DELETE FROM ${nameOf(table)} WHERE TRUE`);
  const path = `/queries/${body.jobReference.jobId}?pageToken=${body.pageToken}`;
  expect(values((await rest(system, 'GET', path)).body)).toEqual([['2'], ['3']]);
});

// https://cloud.google.com/bigquery/docs/cached-results: "approximately 24 hours"
test('results are kept for a day', async () => {
  const { jobReference } = await query('SELECT 1');
  const path = `/queries/${jobReference.jobId}`;
  system.pass(24 * 60 * 60_000 - 1);
  expect((await rest(system, 'GET', path)).status).toBe(200);
  system.pass(1);
  expect((await rest(system, 'GET', path)).status).toBe(404);
});

test('a requestId that comes again is the same job', async () => {
  const table = await numbered(0);
  const text = `INSERT ${nameOf(table)} (id) VALUES (1)`;
  const first = await query(text, { requestId: 'once' });
  const second = await query(text, { requestId: 'once' });
  expect(second.jobReference).toEqual(first.jobReference);
  expect(values(await query(`SELECT COUNT(*) FROM ${nameOf(table)}`))).toEqual([['1']]);
});

test('jobs.query answers a dry run without rows and without a job', async () => {
  const body = await query('SELECT 1 AS one', { dryRun: true });
  expect(body).toMatchObject({
    jobComplete: true,
    totalBytesProcessed: '0',
    schema: { fields: [{ name: 'one' }] },
  });
  expect([body.rows, body.jobReference.jobId]).toEqual([undefined, undefined]);
});

test('tabledata.list has the rows in pages, the fields that were asked for, and one partition', async () => {
  const table = await system.newTable('d DATE, a INT64, r STRING', {
    timePartitioning: { type: 'DAY', field: 'd' },
  });
  await load(table, [
    { d: '2026-01-01', a: 1, r: 'x' },
    { d: '2026-01-02', a: 2, r: 'y' },
    { d: '2026-01-02', a: 3, r: 'z' },
  ]);
  const path = `/datasets/${table.dataset.id}/tables/t`;
  const list = async (rest2: string): Promise<Body> => (await rest(system, 'GET', rest2)).body;
  const first = await list(`${path}/data?maxResults=2`);
  expect(first).toMatchObject({ kind: 'bigquery#tableDataList', totalRows: '3' });
  const second = await list(`${path}/data?pageToken=${first.pageToken}`);
  expect([...values(first), ...values(second)].map(([, a]) => a)).toEqual(['1', '2', '3']);
  expect(values(await list(`${path}/data?selectedFields=r,a&maxResults=1`))).toEqual([['1', 'x']]);
  const partition = await list(`${path}$20260102/data`);
  expect([partition.totalRows, values(partition).map(([, a]) => a)]).toEqual(['2', ['2', '3']]);
});

test("Google's client pages through a table and a result by itself", async () => {
  const table = await numbered(7);
  const [listed] = await table.getRows({ maxResults: 3, autoPaginate: false });
  expect(listed).toHaveLength(3);
  const [all] = await table.getRows();
  expect(all).toHaveLength(7);
  const streamed: Body[] = [];
  for await (const row of system.client.createQueryStream(`SELECT id FROM ${nameOf(table)}`))
    streamed.push(row);
  expect(streamed).toHaveLength(7);
});

test('an endpoint without /bigquery/v2, as BIGQUERY_EMULATOR_HOST makes it, serves the same', async () => {
  const body = JSON.stringify({ query: 'SELECT 1', useLegacySql: false });
  const response = await fetch(`${system.service.address}/projects/demo/queries`, { method: 'POST', body });
  expect(await response.json()).toMatchObject({ jobComplete: true, rows: [{ f: [{ v: '1' }] }] });
});

test('a body that is no JSON is 400', async () => {
  const url = `${system.service.address}/bigquery/v2/projects/demo/queries`;
  expect((await fetch(url, { method: 'POST', body: '{' })).status).toBe(400);
});
