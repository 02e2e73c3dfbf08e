/** https://cloud.google.com/bigquery/docs/batch-loading-data */
import { gzipSync } from 'node:zlib';
import {
  load,
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

const CSV = { sourceFormat: 'CSV' };

test('newline-delimited JSON becomes rows, and the job counts them', async () => {
  const table = await system.newTable('id INT64, name STRING, tags STRING REPEATED');
  const job = await load(table, '{"id":1,"name":"a","tags":["x","y"]}\n\n{"id":"2"}\n');
  expect(job).toMatchObject({
    status: { state: 'DONE' },
    configuration: { jobType: 'LOAD' },
    statistics: { load: { outputRows: '2', badRecords: '0', inputFiles: '1' } },
  });
  expect(await rows(system.client, `SELECT * FROM ${nameOf(table)} ORDER BY id`)).toEqual([
    { id: 1, name: 'a', tags: ['x', 'y'] },
    { id: 2, name: null, tags: [] },
  ]);
});

test('loaded rows are never in the streaming buffer', async () => {
  const table = await system.newTable('id INT64');
  await load(table, [{ id: 1 }]);
  const [metadata] = await table.getMetadata();
  expect([metadata.numRows, metadata.streamingBuffer]).toEqual(['1', undefined]);
  await rows(system.client, `DELETE FROM ${nameOf(table)} WHERE TRUE`);
});

test('integers beyond 2^53 and decimals beyond a double keep every digit', async () => {
  const table = await system.newTable('id INT64, n NUMERIC, s STRING');
  await load(
    table,
    [
      '{"id":9223372036854775807,"n":12345678901234567890.123456789,"s":9007199254740993}',
      '{"id":-9223372036854775808,"n":"-0.000000001","s":"x"}',
      '{"id":"9007199254740993","n":1e28,"s":null}',
    ].join('\n'),
  );
  const found = await rows(
    system.client,
    `SELECT CAST(id AS STRING) AS id, CAST(n AS STRING) AS n, s FROM ${nameOf(table)} ORDER BY id`,
  );
  expect(found).toEqual([
    { id: '-9223372036854775808', n: '-0.000000001', s: 'x' },
    { id: '9007199254740993', n: '10000000000000000000000000000', s: null },
    { id: '9223372036854775807', n: '12345678901234567890.123456789', s: '9007199254740993' },
  ]);
});

test('CSV: header skipped, quotes with newlines in them, empty cells are NULL', async () => {
  const table = await system.newTable('id INT64, name STRING, at TIMESTAMP');
  const text = 'id,name,at\n1,"a ""quoted"", name\nin two lines",2026-01-01 00:00:00 UTC\n2,,\n';
  const job = await load(table, text, { ...CSV, skipLeadingRows: 1 });
  expect(job.status.errorResult).toBeUndefined();
  expect(await rows(system.client, `SELECT id, name FROM ${nameOf(table)} ORDER BY id`)).toEqual([
    { id: 1, name: 'a "quoted", name\nin two lines' },
    { id: 2, name: null },
  ]);
});

test('CSV: another delimiter and a mark for NULL', async () => {
  const table = await system.newTable('id INT64, name STRING');
  await load(table, '1|\\N\n2|x\n', { ...CSV, fieldDelimiter: '|', nullMarker: '\\N' });
  expect(await rows(system.client, `SELECT name FROM ${nameOf(table)} ORDER BY id`)).toEqual([
    { name: null },
    { name: 'x' },
  ]);
});

test.each([
  ['NEWLINE_DELIMITED_JSON', '{"id":1}\n{"id":2}\n'],
  ['CSV', '1\n2\n'],
])('gzip is recognised (%s)', async (sourceFormat, text) => {
  const table = await system.newTable('id INT64');
  const job = await load(table, gzipSync(text), { sourceFormat });
  expect(job.statistics.load.outputRows).toBe('2');
  expect(await rows(system.client, `SELECT SUM(id) AS n FROM ${nameOf(table)}`)).toEqual([{ n: 3 }]);
});

test('an empty file is a load of nothing', async () => {
  const table = await system.newTable('id INT64');
  expect((await load(table, ' ')).statistics.load.outputRows).toBe('0');
});

describe('a bad row fails the load, is named with its field, and nothing is loaded', () => {
  test.each([
    ['a text for a number', '{"id":1}\n{"id":"elephant"}', 'row 2', 'id'],
    ['a number beyond INT64', '{"id":9223372036854775808}', 'row 1', 'id'],
    ['a fraction for an integer', '{"id":1.5}', 'row 1', 'id'],
    ['an unknown field', '{"id":1,"elephant":2}', 'row 1', 'elephant'],
    ['a missing required field', '{"id":1}\n{"d":"2026-01-01"}', 'row 2', 'id'],
    ['a day that does not exist', '{"id":1,"d":"2026-02-30"}', 'row 1', 'd'],
    ['a NULL in an array', '{"id":1,"tags":["a",null]}', 'row 1', 'tags'],
    ['an array for a scalar', '{"id":[1]}', 'row 1', 'id'],
    ['an unknown field inside of a record', '{"id":1,"r":{"x":1,"y":2}}', 'row 1', 'r.y'],
  ])('%s', async (_, text, row, location) => {
    const r = { name: 'r', type: 'RECORD', fields: [{ name: 'x', type: 'INT64' }] };
    const { fields } = schemaOf('id INT64 REQUIRED, d DATE, tags STRING REPEATED');
    const table = await system.newTable('x INT64', { schema: { fields: [...fields, r] } });
    const { status } = await loadFailing(table, text);
    expect(status.errorResult.reason).toBe('invalid');
    expect(status.errors).toContainEqual({
      reason: 'invalid',
      location,
      message: expect.stringMatching(`${row}\\b.*`),
    });
    expect(await rows(system.client, `SELECT * FROM ${nameOf(table)}`)).toEqual([]);
  });

  test('a line that is not JSON', async () => {
    const table = await system.newTable('id INT64');
    const { status } = await loadFailing(table, '{"id":1}\n{"id":');
    expect(status.errors.at(-1).message).toContain('row 2');
    expect((await table.getMetadata())[0].numRows).toBe('0');
  });

  test('a gzip that ends too early', async () => {
    const table = await system.newTable('id INT64');
    const zipped = gzipSync('{"id":1}\n'.repeat(1000));
    await loadFailing(table, zipped.subarray(0, zipped.length - 10));
    expect((await table.getMetadata())[0].numRows).toBe('0');
  });

  test('a CSV row of too many columns', async () => {
    const table = await system.newTable('id INT64, name STRING');
    const { status } = await loadFailing(table, '1,a\n2,b,c\n', CSV);
    expect(status.errorResult.reason).toBe('invalid');
    expect((await table.getMetadata())[0].numRows).toBe('0');
  });
});

/** Loads what fails. @returns the job, as jobs.get has it */
async function loadFailing(table: Parameters<typeof load>[0], text: string | Buffer, metadata = {}) {
  const jobId = `failing-${Math.random().toString(36).slice(2)}`;
  await expect(load(table, text, { ...metadata, jobId })).rejects.toThrow('Error while reading data');
  return (await system.client.job(jobId).getMetadata())[0];
}

test('ignoreUnknownValues leaves out what the table lacks', async () => {
  const table = await system.newTable('id INT64');
  await load(table, [{ id: 1, elephant: 2 }], { ignoreUnknownValues: true });
  expect(await rows(system.client, `SELECT * FROM ${nameOf(table)}`)).toEqual([{ id: 1 }]);
});

// https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad
test('WRITE_APPEND adds, WRITE_TRUNCATE replaces, WRITE_EMPTY is refused with duplicate where rows are', async () => {
  const table = await system.newTable('id INT64');
  await load(table, [{ id: 1 }]);
  await load(table, [{ id: 2 }], { writeDisposition: 'WRITE_APPEND' });
  const ids = () => rows(system.client, `SELECT id FROM ${nameOf(table)} ORDER BY id`);
  expect(await ids()).toEqual([{ id: 1 }, { id: 2 }]);
  await load(table, [{ id: 3 }], { writeDisposition: 'WRITE_TRUNCATE' });
  expect(await ids()).toEqual([{ id: 3 }]);
  await expect(load(table, [{ id: 4 }], { writeDisposition: 'WRITE_EMPTY' })).rejects.toMatchObject({
    errors: [{ reason: 'duplicate' }],
  });
  expect(await ids()).toEqual([{ id: 3 }]);
});

test('WRITE_TRUNCATE of one partition leaves the others', async () => {
  const table = await system.newTable('a INT64', { timePartitioning: { type: 'DAY' } });
  await load(table.dataset.table('t$20260101'), [{ a: 1 }]);
  await load(table.dataset.table('t$20260102'), [{ a: 2 }]);
  await load(table.dataset.table('t$20260101'), [{ a: 3 }], { writeDisposition: 'WRITE_TRUNCATE' });
  const query = `SELECT a, FORMAT_TIMESTAMP('%F', _PARTITIONTIME) AS day FROM ${nameOf(table)} ORDER BY a`;
  expect(await rows(system.client, query)).toEqual([
    { a: 2, day: '2026-01-02' },
    { a: 3, day: '2026-01-01' },
  ]);
});

test('a load makes the table that it needs, partitioned as the job says; CREATE_NEVER does not', async () => {
  const dataset = await system.newDataset();
  const schema = schemaOf('d DATE, a INT64');
  const timePartitioning = { type: 'DAY', field: 'd' };
  const never = load(dataset.table('new'), [{ a: 1 }], { schema, createDisposition: 'CREATE_NEVER' });
  await expect(never).rejects.toMatchObject({ errors: [{ reason: 'notFound' }] });
  await load(dataset.table('new'), [{ d: '2026-01-01', a: 1 }], { schema, timePartitioning });
  expect((await dataset.table('new').getMetadata())[0]).toMatchObject({ timePartitioning, numRows: '1' });
});

test('a load into a table that is not there, without a schema, fails', async () => {
  const dataset = await system.newDataset();
  await expect(load(dataset.table('new'), [{ a: 1 }])).rejects.toThrow('schema');
});

test('a load whose schema differs from the table is refused', async () => {
  const table = await system.newTable('a INT64');
  await expect(load(table, [{ a: 'x' }], { schema: schemaOf('a STRING') })).rejects.toThrow(
    `Provided Schema does not match Table ${PROJECT}:${table.dataset.id}.t`,
  );
});

test.each([
  ['PARQUET', {}],
  ['CSV', { autodetect: true }],
  ['CSV', { maxBadRecords: 3 }],
  ['CSV', { schemaUpdateOptions: ['ALLOW_FIELD_ADDITION'] }],
])('what the stand-in lacks (%s %j) is 501 and makes no job', async (sourceFormat, options) => {
  const table = await system.newTable('a INT64');
  const jobId = `unsupported-${Math.random().toString(36).slice(2)}`;
  const call = load(table, 'x', { sourceFormat, jobId, ...options });
  expect(await refusal(call)).toMatchObject({ code: 501 });
  expect((await rest(system, 'GET', `/jobs/${jobId}`)).status).toBe(404);
});
