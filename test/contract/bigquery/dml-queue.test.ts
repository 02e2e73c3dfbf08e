/** https://cloud.google.com/bigquery/quotas#data-manipulation-language-statements: 2 run, 20 wait, for each table. */
import type { Table } from '@google-cloud/bigquery';
import { type Body, load, nameOf, PROJECT, rest, rows, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ jobLatencyMilliseconds: 300 });
});
afterAll(() => system.close());

async function submit(jobId: string, query: string): Promise<Body> {
  const body = { jobReference: { jobId }, configuration: { query: { query, useLegacySql: false } } };
  return (await rest(system, 'POST', '/jobs', body)).body;
}

const state = async (jobId: string): Promise<Body> =>
  (await rest(system, 'GET', `/jobs/${jobId}`)).body.status;

/** By the service's own long poll. */
const done = (jobId: string) => rest(system, 'GET', `/queries/${jobId}?timeoutMs=20000`);

const deletion = (table: Table, id: number) => `DELETE FROM ${nameOf(table)} WHERE id = ${id}`;

async function numbered(count: number): Promise<Table> {
  const table = await system.newTable('id INT64');
  await load(
    table,
    Array.from({ length: count }, (_, id) => ({ id })),
  );
  return table;
}

/** Sent at once, so that none is done before the last has come. */
async function submitDeletions(table: Table, name: string, count: number): Promise<string[]> {
  const jobs = Array.from({ length: count }, (_, id) => `${name}-${id}`);
  await Promise.all(jobs.map((job, id) => submit(job, deletion(table, id))));
  return jobs;
}

const cancel = (jobId: string) => rest(system, 'POST', `/jobs/${jobId}/cancel`);

test('two run, twenty wait, the next fails with the documented text and keeps its id', async () => {
  const table = await numbered(30);
  const jobs = await submitDeletions(table, 'full', 23);
  const states = await Promise.all(jobs.map(state));
  expect(states.filter((one) => one.state === 'RUNNING')).toHaveLength(2);
  expect(states.filter((one) => one.state === 'PENDING')).toHaveLength(20);
  const refused = states.findIndex((one) => one.state === 'DONE');
  expect(states[refused].errorResult).toMatchObject({
    reason: 'resourcesExceeded',
    message: `Resources exceeded during query execution: Too many DML statements outstanding against table ${PROJECT}:${table.dataset.id}.t, limit is 20.`,
  });
  expect((await submit(`full-${refused}`, deletion(table, refused))).error).toMatchObject({
    code: 409,
    errors: [{ reason: 'duplicate' }],
  });
  await Promise.all(jobs.toSpliced(refused, 1).map(done));
  const left = await rows(system.client, `SELECT id FROM ${nameOf(table)} WHERE id < 23`);
  expect(left).toEqual([{ id: refused }]);
  // There is room again.
  await submit('full-again', deletion(table, refused));
  expect((await done('full-again')).body).toMatchObject({ numDmlAffectedRows: '1' });
});

test('INSERT and SELECT do not stand in the line, nor do statements on other tables', async () => {
  const [table, other] = [await numbered(30), await numbered(1)];
  const jobs = await submitDeletions(table, 'line', 22);
  await submit('line-insert', `INSERT ${nameOf(table)} VALUES (100)`);
  await submit('line-select', `SELECT * FROM ${nameOf(table)}`);
  await submit('line-other', deletion(other, 0));
  for (const job of ['line-insert', 'line-select', 'line-other']) {
    await done(job);
    expect(await state(job)).toEqual({ state: 'DONE' });
  }
  const states = await Promise.all(jobs.map(state));
  expect(states.filter((one) => one.state === 'PENDING').length).toBeGreaterThan(10);
  await Promise.all(jobs.map(cancel));
});

test('a statement that waits can be cancelled, changes nothing, and its place is free', async () => {
  const table = await numbered(30);
  const jobs = await submitDeletions(table, 'cancel', 22);
  const states = await Promise.all(jobs.map(state));
  const waiting = states.findIndex((one) => one.state === 'PENDING');
  const { body } = await cancel(`cancel-${waiting}`);
  expect(body.job.status).toMatchObject({ state: 'DONE', errorResult: { reason: 'stopped' } });
  expect((await submit('cancel-new', deletion(table, 22))).status.errorResult).toBeUndefined();
  await Promise.all([...jobs, 'cancel-new'].map(cancel));
  expect(await rows(system.client, `SELECT id FROM ${nameOf(table)} WHERE id = ${waiting}`)).toEqual([
    { id: waiting },
  ]);
});
