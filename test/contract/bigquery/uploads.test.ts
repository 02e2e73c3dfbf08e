/** https://cloud.google.com/bigquery/docs/reference/api-uploads */
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@google-cloud/bigquery';
import { type Body, nameOf, PROJECT, rest, rows, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const UNIT = 256 * 1024;
/** Some 600 KiB of rows, so that chunks end within one. */
const LINES = Array.from({ length: 6000 }, (_, id) =>
  JSON.stringify({ id, s: randomBytes(45).toString('hex') }),
);
const CONTENT = Buffer.from(LINES.join('\n'));

const url = (type: string) =>
  `${system.service.address}/upload/bigquery/v2/projects/${PROJECT}/jobs?uploadType=${type}`;

function configuration(table: Table, jobId?: string) {
  const destinationTable = { projectId: PROJECT, datasetId: table.dataset.id, tableId: table.id };
  const load = { destinationTable, sourceFormat: 'NEWLINE_DELIMITED_JSON' };
  return { configuration: { load }, ...(jobId && { jobReference: { jobId } }) };
}

async function begin(table: Table, jobId?: string): Promise<string> {
  const body = JSON.stringify(configuration(table, jobId));
  const response = await fetch(url('resumable'), { method: 'POST', body });
  expect(response.status).toBe(200);
  return response.headers.get('location') ?? '';
}

async function put(session: string, range: string | undefined, body: Buffer<ArrayBuffer> = Buffer.alloc(0)) {
  const headers = range === undefined ? {} : { 'content-range': range };
  const response = await fetch(session, { method: 'PUT', headers, body });
  const text = await response.text();
  return {
    status: response.status,
    range: response.headers.get('range'),
    body: (text === '' ? undefined : JSON.parse(text)) as Body,
  };
}

const chunk = (session: string, first: number, end: number, total: string | number = '*') =>
  put(session, `bytes ${first}-${end - 1}/${total}`, CONTENT.subarray(first, end));

async function loaded(table: Table, job: Body): Promise<number> {
  let { status } = job;
  while (status.state !== 'DONE')
    status = (await rest(system, 'GET', `/jobs/${job.jobReference.jobId}`)).body.status;
  expect(status.errorResult).toBeUndefined();
  const [{ n }] = await rows(system.client, `SELECT COUNT(DISTINCT id) AS n FROM ${nameOf(table)}`);
  return n;
}

test('a file in one request', async () => {
  const table = await system.newTable('id INT64, s STRING');
  const { status, body } = await put(await begin(table), undefined, CONTENT);
  expect(status).toBe(200);
  expect(await loaded(table, body)).toBe(LINES.length);
});

test('a file in chunks, of which the service says how many bytes it has', async () => {
  const table = await system.newTable('id INT64, s STRING');
  const session = await begin(table);
  expect(await put(session, 'bytes */*')).toMatchObject({ status: 308, range: null });
  expect(await chunk(session, 0, UNIT)).toMatchObject({ status: 308, range: `bytes=0-${UNIT - 1}` });
  expect(await put(session, `bytes */${CONTENT.length}`)).toMatchObject({
    status: 308,
    range: `bytes=0-${UNIT - 1}`,
  });
  // What came already may come again.
  expect(await chunk(session, 0, 2 * UNIT)).toMatchObject({ status: 308, range: `bytes=0-${2 * UNIT - 1}` });
  const { status, body } = await chunk(session, 2 * UNIT, CONTENT.length, CONTENT.length);
  expect(status).toBe(200);
  expect(await loaded(table, body)).toBe(LINES.length);
});

test('the last request, repeated, is answered with the job it made, which ran once', async () => {
  const table = await system.newTable('id INT64, s STRING');
  const session = await begin(table);
  const first = await chunk(session, 0, CONTENT.length, CONTENT.length);
  const again = await chunk(session, 0, CONTENT.length, CONTENT.length);
  const asked = await put(session, `bytes */${CONTENT.length}`);
  expect([again.body.id, asked.body.id]).toEqual([first.body.id, first.body.id]);
  await loaded(table, first.body);
  expect((await table.getMetadata())[0].numRows).toBe(String(LINES.length));
});

test('a gap, a range that cannot be read, and an unknown session are refused', async () => {
  const table = await system.newTable('id INT64, s STRING');
  const session = await begin(table);
  expect((await chunk(session, UNIT, 2 * UNIT)).status).toBe(400);
  expect((await put(session, 'elephants 0-1/2')).status).toBe(400);
  expect((await put(`${url('resumable')}&upload_id=none`, 'bytes */*')).status).toBe(404);
  expect((await fetch(url('media'), { method: 'POST', body: 'x' })).status).toBe(501);
});

test('an upload under the id of an earlier job is 409 duplicate', async () => {
  const table = await system.newTable('id INT64, s STRING');
  await put(await begin(table, 'own-upload'), undefined, CONTENT);
  const second = await put(await begin(table, 'own-upload'), undefined, CONTENT);
  expect(second).toMatchObject({ status: 409, body: { error: { errors: [{ reason: 'duplicate' }] } } });
});

test.each([
  ['no boundary', 'multipart/related', '--b\r\n\r\n{}\r\n--b\r\n\r\nx\r\n--b--'],
  ['one part', 'multipart/related; boundary=b', '--b\r\n\r\n{}\r\n--b--'],
  ['no end', 'multipart/related; boundary=b', '--b\r\n\r\n{}\r\n--b\r\n\r\nx'],
  ['metadata that are no JSON', 'multipart/related; boundary=b', '--b\r\n\r\n{\r\n--b\r\n\r\nx\r\n--b--'],
])('a multipart upload with %s is 400', async (_, type, body) => {
  const response = await fetch(url('multipart'), { method: 'POST', headers: { 'content-type': type }, body });
  expect(response.status).toBe(400);
});

test('what uploads leave is removed: with their job, and at the next start', async () => {
  const folder = join(system.folder, 'uploads');
  const table = await system.newTable('id INT64, s STRING');
  await loaded(table, (await put(await begin(table), undefined, CONTENT)).body);
  await begin(table);
  await writeFile(join(folder, 'torn'), 'half an up');
  await system.restart();
  expect(await readdir(folder)).toEqual([]);
});
