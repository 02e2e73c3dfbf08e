/** What injected faults do to BigQuery; that their effects are those of a real outage. */
import type { Table } from '@google-cloud/bigquery';
import type { FaultAction } from '../../../local/faults.ts';
import { type Body, nameOf, refusal, rest, rows, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
let table: Table;
beforeAll(async () => {
  system = await startSystem();
});
beforeEach(async () => {
  table = await system.newTable('id INT64');
});
afterEach(() => system.faults.clear());
afterAll(() => system.close());

const strike = (operation: string, action: FaultAction, resource?: string) =>
  system.faults.add({ operation: `bigquery.${operation}`, action, ...(resource && { resource }) });

let jobs = 0;
function newJob(): { jobId: string; body: object } {
  jobs += 1;
  const jobId = `struck-${jobs}`;
  const query = `INSERT ${nameOf(table)} VALUES (1)`;
  return {
    jobId,
    body: { jobReference: { jobId }, configuration: { query: { query, useLegacySql: false } } },
  };
}

const count = async (): Promise<number> =>
  (await rows(system.client, `SELECT COUNT(*) AS n FROM ${nameOf(table)}`))[0].n;

/** The answer, or `undefined` when the connection was cut. */
const post = async (path: string, body: object): Promise<{ status: number; body: Body } | undefined> =>
  rest(system, 'POST', path, body).catch((error: Error) => {
    if (error.message !== 'fetch failed') throw error;
    return undefined;
  });

// https://cloud.google.com/bigquery/docs/error-messages
test.each([
  [400, 'invalidQuery'],
  [403, 'rateLimitExceeded'],
  [403, 'quotaExceeded'],
  [403, 'accessDenied'],
  [404, 'notFound'],
  [500, 'internalError'],
  [503, 'backendError'],
])(
  'an injected %d %s is answered with its reason and message, and there is no job',
  async (status, reason) => {
    strike('jobs.insert', { kind: 'fail', status, reason, message: 'told to fail' });
    const { jobId, body } = newJob();
    expect(await post('/jobs', body)).toMatchObject({
      status,
      body: {
        error: {
          code: status,
          message: 'told to fail',
          errors: [{ reason, message: 'told to fail', domain: 'global' }],
        },
      },
    });
    expect((await rest(system, 'GET', `/jobs/${jobId}`)).status).toBe(404);
    expect((await post('/jobs', body))?.status).toBe(200);
  },
);

test("Google's client throws what was injected, with its code and reason", async () => {
  strike('jobs.query', {
    kind: 'fail',
    status: 403,
    reason: 'rateLimitExceeded',
    message: 'Exceeded rate limits',
  });
  expect(await refusal(rows(system.client, 'SELECT 1'))).toMatchObject({
    code: 403,
    reason: 'rateLimitExceeded',
    message: expect.stringContaining('Exceeded rate limits'),
  });
});

test('a job whose request never arrived is not there', async () => {
  strike('jobs.insert', { kind: 'drop', when: 'before' });
  const { jobId, body } = newJob();
  expect(await post('/jobs', body)).toBeUndefined();
  expect((await rest(system, 'GET', `/jobs/${jobId}`)).status).toBe(404);
});

test('a job whose answer was lost is there and runs; to send it again is 409', async () => {
  strike('jobs.insert', { kind: 'drop', when: 'after' });
  const { jobId, body } = newJob();
  expect(await post('/jobs', body)).toBeUndefined();
  expect((await post('/jobs', body))?.status).toBe(409);
  expect((await rest(system, 'GET', `/queries/${jobId}`)).body).toMatchObject({ numDmlAffectedRows: '1' });
  expect(await count()).toBe(1);
});

test('a job that arrives twice runs once: the second is refused', async () => {
  strike('jobs.insert', { kind: 'duplicate' });
  const { jobId, body } = newJob();
  expect((await post('/jobs', body))?.status).toBe(409);
  await rest(system, 'GET', `/queries/${jobId}`);
  expect(await count()).toBe(1);
});

test('a job that the backend breaks fails with that error and changes nothing; another id succeeds', async () => {
  strike('jobs.run', { kind: 'fail', status: 400, reason: 'jobBackendError', message: 'try again' });
  const { jobId, body } = newJob();
  await post('/jobs', body);
  const results = await rest(system, 'GET', `/queries/${jobId}`);
  expect(results.body.error.errors[0].reason).toBe('jobBackendError');
  expect((await rest(system, 'GET', `/jobs/${jobId}`)).body.status).toMatchObject({
    state: 'DONE',
    errorResult: { reason: 'jobBackendError', message: 'try again' },
  });
  expect(await count()).toBe(0);
  const next = newJob();
  await post('/jobs', next.body);
  await rest(system, 'GET', `/queries/${next.jobId}`);
  expect(await count()).toBe(1);
});

test('results whose answer is lost can be asked for again', async () => {
  const { jobId, body } = newJob();
  await post('/jobs', body);
  strike('jobs.getQueryResults', { kind: 'drop', when: 'after' }, jobId);
  const ask = () => rest(system, 'GET', `/queries/${jobId}`);
  await expect(ask()).rejects.toThrow();
  expect((await ask()).body).toMatchObject({ jobComplete: true, numDmlAffectedRows: '1' });
});

test('rows of insertAll whose answer was lost are written once when they are sent again with their insertId', async () => {
  strike('tabledata.insertAll', { kind: 'drop', when: 'after' });
  const path = `/datasets/${table.dataset.id}/tables/t/insertAll`;
  const body = { rows: [{ insertId: 'a', json: { id: 1 } }] };
  expect(await post(path, body)).toBeUndefined();
  expect((await post(path, body))?.status).toBe(200);
  expect(await count()).toBe(1);
});

test('a delayed call is answered late, but right', async () => {
  strike('jobs.query', { kind: 'delay', milliseconds: 50 });
  const before = performance.now();
  expect(await rows(system.client, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(performance.now() - before).toBeGreaterThanOrEqual(49);
});

test('only calls on the named resource are struck, and every call is recorded under its name', async () => {
  const other = await system.newTable('id INT64');
  const action = { kind: 'fail', status: 503, reason: 'backendError', message: 'no' } as const;
  strike('tables.get', action, `${other.dataset.id}.t`);
  system.faults.record();
  await table.getMetadata();
  expect((await refusal(other.getMetadata())).code).toBe(503);
  await table.insert([{ id: 1 }]);
  await rest(system, 'GET', `/datasets/${table.dataset.id}/tables/t/data`);
  await table.delete();
  const resource = `${table.dataset.id}.t`;
  expect(system.faults.calls).toEqual([
    { operation: 'bigquery.tables.get', resource },
    { operation: 'bigquery.tables.get', resource: `${other.dataset.id}.t` },
    { operation: 'bigquery.tabledata.insertAll', resource },
    { operation: 'bigquery.tabledata.list', resource },
    { operation: 'bigquery.tables.delete', resource },
  ]);
});
