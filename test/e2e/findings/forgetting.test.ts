/** What is left in BigQuery's job metadata after a request was forgotten. */
import { eventsMap, eventsTable } from '../../support/events-table.ts';
import { System } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start({ settings: { LETHE_SWEEP_DAYS: '', LETHE_FORGET_DAYS: '1' } });
}, 60_000);
afterAll(() => system.close());
afterEach(() => system.stack.faults.clear());

const DAY = 86_400_000;

async function parametersOfJobs(): Promise<string> {
  const [jobs] = await system.bigquery.getJobs({ maxResults: 1000 });
  const lethes = jobs.filter(({ id }) => id?.startsWith('lethe_'));
  return JSON.stringify(lethes.map(({ metadata }) => metadata.configuration));
}

async function forgotten(
  name: string,
  subject: string,
  prepare: () => Promise<void> | void,
  isPreview = false,
) {
  const tenant = await system.createTenant(name, [eventsTable('events', [subject])], eventsMap(['events']));
  const subjects = [{ type: 'distinct_id', value: subject }];
  if (isPreview) await tenant.post('/requests:preview', { type: 'deletion', subjects, scope: 'everything' });
  await prepare();
  const { json } = await tenant.requestDeletion(subjects);
  await system.settled();
  await system.stack.moveClock(60_000);
  await system.stack.tick();
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
  await system.stack.moveClock(2 * DAY);
  await system.stack.tick();
  expect((await tenant.get(`/requests/${json.id}`)).status).toBe(404);
}

test('a job that failed is forgotten too', async () => {
  const subject = 'failed.4711@example.com';
  await forgotten('failing', subject, () =>
    system.stack.faults.add({
      operation: 'bigquery.jobs.run',
      resource: '_change0_',
      times: 1,
      action: { kind: 'fail', status: 400, reason: 'backendError', message: 'try again' },
    }),
  );
  expect(await parametersOfJobs()).not.toContain(subject);
});

test('a preview leaves no identifier behind', async () => {
  const subject = 'previewed.4711@example.com';
  await forgotten('previewing', subject, () => undefined, true);
  expect(await parametersOfJobs()).not.toContain(subject);
});
