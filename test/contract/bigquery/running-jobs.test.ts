/** Jobs that take a while: https://cloud.google.com/bigquery/docs/managing-jobs */
import { nameOf, rest, rows, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ jobLatencyMilliseconds: 300 });
});
afterAll(() => system.close());

const insert = async (jobId: string, query: string) =>
  (
    await rest(system, 'POST', '/jobs', {
      jobReference: { jobId },
      configuration: { query: { query, useLegacySql: false } },
    })
  ).body;

test('a job is answered before it is done, and its results wait for it', async () => {
  expect((await insert('slow', 'SELECT 1 AS one')).status.state).not.toBe('DONE');
  const early = await rest(system, 'GET', '/queries/slow?timeoutMs=0');
  expect(early).toMatchObject({ status: 200, body: { jobComplete: false, jobReference: { jobId: 'slow' } } });
  expect(early.body.rows).toBeUndefined();
  const late = await rest(system, 'GET', '/queries/slow');
  expect(late.body).toMatchObject({ jobComplete: true, rows: [{ f: [{ v: '1' }] }] });
});

test('jobs.query answers without rows when its time is over, and the job goes on', async () => {
  const { body } = await rest(system, 'POST', '/queries', {
    query: 'SELECT 1',
    useLegacySql: false,
    timeoutMs: 1,
  });
  expect(body).toMatchObject({ jobComplete: false });
  const { body: results } = await rest(system, 'GET', `/queries/${body.jobReference.jobId}`);
  expect(results).toMatchObject({ jobComplete: true, totalRows: '1' });
});

test('a cancelled job changes nothing and says that it was stopped', async () => {
  const table = await system.newTable('a INT64');
  await insert('cancelled', `INSERT ${nameOf(table)} VALUES (1)`);
  await rest(system, 'POST', '/jobs/cancelled/cancel');
  const { body } = await rest(system, 'GET', '/jobs/cancelled');
  // https://cloud.google.com/bigquery/docs/error-messages: `stopped`
  expect(body.status).toMatchObject({ state: 'DONE', errorResult: { reason: 'stopped' } });
  expect(await rows(system.client, `SELECT * FROM ${nameOf(table)}`)).toEqual([]);
});

test('a job that runs cannot be deleted', async () => {
  await insert('busy', 'SELECT 1');
  expect((await rest(system, 'DELETE', '/jobs/busy/delete')).status).toBe(400);
  await rest(system, 'GET', '/queries/busy');
  expect((await rest(system, 'DELETE', '/jobs/busy/delete')).status).toBe(204);
});

test('a job that was accepted before a restart is done after it, once', async () => {
  const table = await system.newTable('a INT64');
  await insert('survivor', `INSERT ${nameOf(table)} VALUES (1)`);
  await system.restart();
  await rest(system, 'GET', '/queries/survivor');
  expect((await rest(system, 'GET', '/jobs/survivor')).body.status).toEqual({ state: 'DONE' });
  await system.restart();
  expect(await rows(system.client, `SELECT a FROM ${nameOf(table)}`)).toEqual([{ a: 1 }]);
});
