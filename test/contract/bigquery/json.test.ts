/** JSON columns hold normalised JSON. https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#json_type */
import type { Table } from '@google-cloud/bigquery';
import { load, nameOf, rest, rows, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

/** As tabledata.list has it, without the client's reading. */
async function stored(table: Table): Promise<(string | null)[]> {
  const { body } = await rest(system, 'GET', `/datasets/${table.dataset.id}/tables/t/data`);
  return (body.rows ?? []).map(({ f }: { f: { v: string | null }[] }) => f[0]?.v);
}

/**
 * "Fields are sorted lexicographically, whitespace is not preserved"; "integers … signed or unsigned 64-bit are kept, other numbers
 * become FLOAT64". The texts on the right are those that Google's reference implementation of GoogleSQL prints.
 */
const CASES = [
  ['{"b": 1,  "a": {"d": 2, "c": [ 1 , 2 ]}}', '{"a":{"c":[1,2],"d":2},"b":1}'],
  ['{"10":1,"9":2,"A":3,"a":4,"":5}', '{"":5,"10":1,"9":2,"A":3,"a":4}'],
  ['{"n":9007199254740993}', '{"n":9007199254740993}'],
  ['{"n":18446744073709551615}', '{"n":18446744073709551615}'],
  ['{"n":100000000000000000000}', '{"n":1e+20}'],
  ['[1.0, 1e2, 0.1, 19.99, -0.5]', '[1.0,100.0,0.1,19.99,-0.5]'],
  ['{"text":"1.0, 1e5 and 1234567890123456789"}', '{"text":"1.0, 1e5 and 1234567890123456789"}'],
  ['"a \\"text\\""', '"a \\"text\\""'],
  ['"null"', '"null"'],
  ['{"c":"\\u001f\\u000b\\/"}', '{"c":"\\u001f\\u000b/"}'],
  ['{"small":[0.00001,-0.0,-0,1e-7,123456789012345.6]}', '{"small":[1e-05,-0.0,0,1e-07,123456789012345.6]}'],
  ['{"a":{"b":1,"10":{"z":0.00001,"y":[]},"9":{}}}', '{"a":{"10":{"y":[],"z":1e-05},"9":{},"b":1}}'],
  ['{"__proto__":{"b":1,"a":2}}', '{"__proto__":{"a":2,"b":1}}'],
  ['true', 'true'],
  ['12', '12'],
  ['[]', '[]'],
  ['{}', '{}'],
  ['{"u":"\\u00fc\\n","\\ue000":1,"\\ud83d\\ude00":2}', '{"u":"ü\\n","\ue000":1,"😀":2}'],
] as const;

test.each(CASES)('%s of a load job is stored as %s', async (text, expected) => {
  const table = await system.newTable('j JSON');
  await load(table, `{"j":${text}}`);
  expect(await stored(table)).toEqual([expected]);
});

test.each(CASES)('%s of insertAll is stored as %s', async (text, expected) => {
  const table = await system.newTable('j JSON');
  await table.insert([{ j: text }]);
  expect(await stored(table)).toEqual([expected]);
});

test('JSON in a CSV is text, normalised too', async () => {
  const table = await system.newTable('j JSON, a INT64');
  await load(table, '"{""b"": 1.0, ""a"": 9007199254740993}",1\n,2\n', { sourceFormat: 'CSV' });
  expect(await stored(table)).toEqual(['{"a":9007199254740993,"b":1.0}', null]);
});

test("JSON's null in a load job is NULL", async () => {
  const table = await system.newTable('j JSON');
  await load(table, '{"j":null}\n{}\n');
  expect(await stored(table)).toEqual([null, null]);
});

test('JSON within records and arrays is normalised, and SQL finds its way in it', async () => {
  const inner = { name: 'r', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'j', type: 'JSON' }] };
  const many = { name: 'many', type: 'JSON', mode: 'REPEATED' };
  const table = await system.newTable('x INT64', { schema: { fields: [inner, many] } });
  await load(table, '{"r":[{"j":{"b":1,"a":"x"}}],"many":[{"d":1,"c":2},5,"text"]}');
  const query = `SELECT TO_JSON_STRING(r[0].j) AS r, JSON_VALUE(r[0].j, '$.a') AS a, ARRAY(SELECT TO_JSON_STRING(m) FROM UNNEST(many) m) AS many FROM ${nameOf(table)}`;
  expect(await rows(system.client, query)).toEqual([
    { r: '{"a":"x","b":1}', a: 'x', many: ['{"c":2,"d":1}', '5', '"text"'] },
  ]);
});

test('bytes are counted of the normalised text', async () => {
  const table = await system.newTable('j JSON');
  await load(table, '{"j":{"b":   1, "a":"ü"}}');
  // Two and `{"a":"ü","b":1}` in UTF-8.
  expect((await table.getMetadata())[0].numBytes).toBe(String(2 + 16));
});

test('insertAll takes JSON as text only', async () => {
  const table = await system.newTable('j JSON');
  for (const j of ['{"a":', { a: 1 }]) {
    const body = { rows: [{ json: { j } }] };
    const answer = (await rest(system, 'POST', `/datasets/${table.dataset.id}/tables/t/insertAll`, body))
      .body;
    expect(answer.insertErrors).toMatchObject([{ index: 0, errors: [{ reason: 'invalid', location: 'j' }] }]);
  }
  expect(await stored(table)).toEqual([]);
});

test('a number beyond FLOAT64 is no JSON', async () => {
  const table = await system.newTable('j JSON');
  await expect(load(table, '{"j":{"a":1e999}}')).rejects.toThrow('Error while reading data');
});
