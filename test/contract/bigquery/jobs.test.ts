/** https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs */
import {
  type Body,
  nameOf,
  PROJECT,
  refusal,
  rest,
  rows,
  run,
  startSystem,
  type TestSystem,
} from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const insert = (jobId: string, query: string, more: object = {}): Promise<{ status: number; body: Body }> =>
  rest(system, 'POST', '/jobs', {
    jobReference: { jobId, ...more },
    configuration: { query: { query, useLegacySql: false } },
  });

test('a job has the id that the caller gave and tells what it did', async () => {
  const job = await run(system.client, 'SELECT 1 AS one', {
    jobId: 'own-id',
    labels: { a: 'b' },
    location: 'EU',
  });
  expect(job).toMatchObject({
    kind: 'bigquery#job',
    id: `${PROJECT}:EU.own-id`,
    jobReference: { projectId: PROJECT, jobId: 'own-id', location: 'EU' },
    configuration: { jobType: 'QUERY', labels: { a: 'b' }, query: { query: 'SELECT 1 AS one' } },
    statistics: {
      creationTime: String(system.now()),
      startTime: String(system.now()),
      endTime: String(system.now()),
      query: { statementType: 'SELECT', cacheHit: false },
    },
    status: { state: 'DONE' },
  });
});

test('a second job of the same id is 409 duplicate, and runs nothing', async () => {
  const table = await system.newTable('a INT64');
  const query = `INSERT ${nameOf(table)} VALUES (1)`;
  await run(system.client, query, { jobId: 'twice' });
  expect(await refusal(system.client.createQueryJob({ query, jobId: 'twice' }))).toMatchObject({
    code: 409,
    reason: 'duplicate',
    message: expect.stringContaining(`Already Exists: Job ${PROJECT}:US.twice`),
  });
  expect(await rows(system.client, `SELECT COUNT(*) AS n FROM ${nameOf(table)}`)).toEqual([{ n: 1 }]);
});

test('of two that come at once with one id, one is 409 and one runs', async () => {
  const table = await system.newTable('a INT64');
  const answers = await Promise.all(
    [1, 2, 3].map((a) => insert('at-once', `INSERT ${nameOf(table)} VALUES (${a})`)),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  await rest(system, 'GET', '/queries/at-once');
  expect(await rows(system.client, `SELECT COUNT(*) AS n FROM ${nameOf(table)}`)).toEqual([{ n: 1 }]);
});

test('the same id is another job in another location and another project', async () => {
  expect((await insert('per-place', 'SELECT 1', { location: 'US' })).status).toBe(200);
  expect((await insert('per-place', 'SELECT 1', { location: 'EU' })).status).toBe(200);
  const other = `${system.service.address}/bigquery/v2/projects/other/jobs`;
  const body = {
    jobReference: { jobId: 'per-place' },
    configuration: { query: { query: 'SELECT 1', useLegacySql: false } },
  };
  expect((await fetch(other, { method: 'POST', body: JSON.stringify(body) })).status).toBe(200);
});

test('a job that failed stays failed: its id is used for ever, and it says the same whenever asked', async () => {
  const { status, body } = await insert('failed', 'SELECT * FROM nowhere.nothing');
  expect([status, body.status]).toEqual([
    200,
    {
      state: 'DONE',
      errorResult: {
        reason: 'notFound',
        message: expect.stringContaining('Not found: Dataset demo:nowhere was not found in location US'),
        location: expect.anything(),
      },
      errors: [body.status.errorResult],
    },
  ]);
  expect((await insert('failed', 'SELECT 1')).status).toBe(409);
  expect((await rest(system, 'GET', '/jobs/failed')).body.status).toEqual(body.status);
  const results = await rest(system, 'GET', '/queries/failed');
  expect([results.status, results.body.error.errors[0].reason]).toEqual([404, 'notFound']);
  await system.restart();
  expect((await rest(system, 'GET', '/jobs/failed')).body.status).toEqual(body.status);
});

test('a statement that fails while it runs makes a failed job, and getQueryResults is an HTTP error', async () => {
  const { jobReference, status } = await run(system.client, "SELECT CAST('elephant' AS INT64) AS a");
  expect(status).toMatchObject({ state: 'DONE', errorResult: { reason: 'invalidQuery' } });
  const results = await rest(system, 'GET', `/queries/${jobReference.jobId}`);
  expect([results.status, results.body.error.errors[0].reason]).toEqual([400, 'invalidQuery']);
});

// "location … is required except for US and EU"
test('a job is found in US and EU without its location, elsewhere only with it', async () => {
  for (const location of ['US', 'EU', 'europe-west3'])
    await insert(`in-${location}`, 'SELECT 1', { location });
  const status = async (path: string) => (await rest(system, 'GET', path)).status;
  expect(await status('/jobs/in-US')).toBe(200);
  expect(await status('/jobs/in-EU')).toBe(200);
  expect(await status('/jobs/in-europe-west3?location=europe-west3')).toBe(200);
  const wrong = await rest(system, 'GET', '/jobs/in-europe-west3');
  expect(wrong).toMatchObject({
    status: 404,
    body: {
      error: { errors: [{ reason: 'notFound' }], message: `Not found: Job ${PROJECT}:in-europe-west3` },
    },
  });
  expect(await status('/jobs/in-US?location=EU')).toBe(404);
  expect(await status('/queries/in-europe-west3')).toBe(404);
});

test('a query in another location than its dataset is notFound', async () => {
  const dataset = await system.newDataset({ location: 'EU' });
  await dataset.createTable('t', { schema: { fields: [{ name: 'a', type: 'INT64' }] } });
  const query = `SELECT * FROM ${dataset.id}.t`;
  const { status } = await run(system.client, query, { location: 'US' });
  expect(status.errorResult).toMatchObject({
    reason: 'notFound',
    message: expect.stringContaining(`Dataset ${PROJECT}:${dataset.id} was not found in location US`),
  });
  expect((await run(system.client, query)).jobReference.location).toBe('EU');
});

test('jobs are listed newest first, in pages, and by state', async () => {
  const jobs: string[] = [];
  for (const nth of [1, 2, 3]) {
    system.pass(1000);
    await insert(`listed-${nth}`, 'SELECT 1');
    await rest(system, 'GET', `/queries/listed-${nth}`);
  }
  let token = '';
  do {
    const { body } = await rest(system, 'GET', `/jobs?maxResults=2&stateFilter=done&pageToken=${token}`);
    jobs.push(...body.jobs.map((one: Body) => one.jobReference.jobId));
    expect(body.jobs[0]).toMatchObject({ state: 'DONE', status: { state: 'DONE' } });
    token = body.nextPageToken ?? '';
  } while (token !== '');
  expect(jobs.slice(0, 3)).toEqual(['listed-3', 'listed-2', 'listed-1']);
  expect((await rest(system, 'GET', '/jobs?stateFilter=running')).body.jobs).toEqual([]);
});

test('cancelling a job that is done changes nothing', async () => {
  await insert('done', 'SELECT 1');
  await rest(system, 'GET', '/queries/done');
  const { status, body } = await rest(system, 'POST', '/jobs/done/cancel');
  expect([status, body.kind, body.job.status]).toEqual([
    200,
    'bigquery#jobCancelResponse',
    { state: 'DONE' },
  ]);
});

test('a deleted job is 404, and so are its results', async () => {
  await insert('deleted', 'SELECT 1');
  await rest(system, 'GET', '/queries/deleted');
  await system.client.job('deleted').delete();
  for (const path of ['/jobs/deleted', '/queries/deleted'])
    expect((await rest(system, 'GET', path)).status).toBe(404);
  expect((await rest(system, 'DELETE', '/jobs/deleted/delete')).status).toBe(404);
});

test.each(['with.dot', 'with blank', 'ü', 'a'.repeat(1025)])('the job id %j is refused', async (jobId) => {
  expect(await insert(jobId, 'SELECT 1')).toMatchObject({ status: 400 });
});

test('a dry run makes no job and says the schema and the bytes', async () => {
  const table = await system.newTable('a INT64, b STRING');
  await rows(system.client, `INSERT ${nameOf(table)} VALUES (1, 'x'), (2, 'y')`);
  const query = `SELECT a FROM ${nameOf(table)}`;
  const [job] = await system.client.createQueryJob({ query, dryRun: true, jobId: 'dry' });
  expect(job.metadata).toMatchObject({
    configuration: { dryRun: true },
    status: { state: 'DONE' },
    statistics: {
      totalBytesProcessed: '16',
      query: {
        statementType: 'SELECT',
        totalBytesProcessed: '16',
        schema: { fields: [{ name: 'a', type: 'INTEGER' }] },
      },
    },
  });
  expect((await rest(system, 'GET', '/jobs/dry')).status).toBe(404);
});

test('a dry run of a wrong statement is an HTTP error, of a DELETE deletes nothing', async () => {
  const table = await system.newTable('a INT64');
  await rows(system.client, `INSERT ${nameOf(table)} VALUES (1)`);
  const wrong = system.client.createQueryJob({ query: `SELECT b FROM ${nameOf(table)}`, dryRun: true });
  expect(await refusal(wrong)).toMatchObject({ code: 400, reason: 'invalidQuery' });
  await system.client.createQueryJob({ query: `DELETE FROM ${nameOf(table)} WHERE TRUE`, dryRun: true });
  expect(await rows(system.client, `SELECT a FROM ${nameOf(table)}`)).toEqual([{ a: 1 }]);
});

test('SELECT into a destination table by its dispositions', async () => {
  const dataset = await system.newDataset();
  const destination = dataset.table('out');
  const options = { destination, createDisposition: 'CREATE_IF_NEEDED' };
  await run(system.client, 'SELECT 1 AS a', options);
  await run(system.client, 'SELECT 2 AS a', { ...options, writeDisposition: 'WRITE_APPEND' });
  expect(await rows(system.client, `SELECT a FROM ${nameOf(destination)} ORDER BY a`)).toEqual([
    { a: 1 },
    { a: 2 },
  ]);
  const again = await run(system.client, 'SELECT 3 AS a', options);
  expect(again.status.errorResult).toMatchObject({ reason: 'duplicate' });
  await run(system.client, 'SELECT 4 AS a', { ...options, writeDisposition: 'WRITE_TRUNCATE' });
  expect(await rows(system.client, `SELECT a FROM ${nameOf(destination)}`)).toEqual([{ a: 4 }]);
});

test.each([
  ['legacy SQL', { query: { query: 'SELECT 1' } }],
  ['copy jobs', { copy: {} }],
  ['extract jobs', { extract: {} }],
  ['sessions', { query: { query: 'SELECT 1', useLegacySql: false, createSession: true } }],
])('%s, which the stand-in lacks, are 501 and make no job', async (name, configuration) => {
  const jobId = name.replaceAll(' ', '-');
  const { status } = await rest(system, 'POST', '/jobs', { jobReference: { jobId }, configuration });
  expect([status, (await rest(system, 'GET', `/jobs/${jobId}`)).status]).toEqual([501, 404]);
});
