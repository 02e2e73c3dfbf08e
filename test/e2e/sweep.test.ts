/** What is done about a request after it is completed: sweeps for rows that arrive late, and the forgetting. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Storage } from '@google-cloud/storage';
import { eventsMap, eventsTable } from '../support/events-table.ts';
import { System, type Tenant } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

const DAY = 86_400_000;

function payloadOf(jws: string) {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
}

async function completed(tenant: Tenant, value: string): Promise<string> {
  const { json } = await tenant.requestDeletion([{ type: 'distinct_id', value }]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
  return json.id;
}

test('rows that arrive late are swept after 3 and after 30 days, on receipts of their own', async () => {
  const tables = [
    eventsTable('events', ['jane', 'joe'], { location: 'US' }),
    eventsTable('live_20260101', ['jane', 'joe']),
  ];
  const other = (dataset: string) =>
    `  - {table: ${dataset}_us.events, location: US, identifiers: [{type: distinct_id, column: distinct_id}]}\n`;
  const tenant = await system.createTenant(
    'late',
    tables,
    (dataset) => eventsMap(['live_*'])(dataset) + other(dataset),
  );
  const id = await completed(tenant, 'jane');
  // The exporter writes the day anew, under another name, and a device comes online.
  await system.createTable(tenant.dataset, eventsTable('live_intraday_20260102', ['jane', 'janet']));
  await system.load('late_us', 'events', [{ distinct_id: 'jane', event: 'late' }], 'US');

  await system.stack.moveClock(2 * DAY);
  await system.stack.tick();
  expect(await system.snapshot(tenant.dataset, 'live_intraday_20260102')).toHaveLength(4);
  await system.stack.moveClock(DAY);
  expect(await system.stack.tick()).toBe(204);
  await system.settled();

  expect(await system.snapshot(tenant.dataset, 'live_intraday_20260102')).toHaveLength(2);
  expect(await system.snapshot('late_us', 'events')).toHaveLength(2);
  const after3 = (await tenant.get(`/requests/${id}/receipts`)).json.map(payloadOf);
  expect(
    after3.map(({ errand, rows_changed, rows_left }: Record<string, unknown>) => [
      errand,
      rows_changed,
      rows_left,
    ]),
  ).toEqual([
    [undefined, 4, 0],
    ['sweep-1', 2, 0],
    ['sweep-1', 1, 0],
  ]);
  const ledger = await system.query(
    `SELECT condition, rows_changed FROM lethe.ledger_events WHERE request = '${id}' AND condition = 'sweep-1'`,
  );
  expect(ledger.map((row) => row['rows_changed']).sort()).toEqual([1, 2]);

  const touched = await system.query(
    `SELECT SUM(\`rows\`) AS n FROM lethe.access_log_events WHERE request = '${id}' AND action = 'rows.delete'`,
  );
  expect(touched).toEqual([{ n: 7 }]);

  await system.stack.moveClock(27 * DAY);
  await system.stack.tick();
  await system.settled();
  expect((await tenant.get(`/requests/${id}/receipts`)).json).toHaveLength(5);
});

test('a sweep goes on where a dead worker left it, and a sweep of named properties erases them again', async () => {
  const map = (dataset: string) =>
    `version: 1\nlocation: EU\ntables:\n  - {table: ${dataset}.events, identifiers: [{type: distinct_id, column: distinct_id}], properties: [{name: user, column: user_id}]}\n`;
  const tenant = await system.createTenant('late-properties', [eventsTable('events', ['jane', 'joe'])], map);
  const { json } = await tenant.post('/requests', {
    type: 'deletion',
    subjects: [{ type: 'distinct_id', value: 'jane' }],
    scope: { properties: ['user'] },
  });
  await system.settled();
  await system.load(tenant.dataset, 'events', [{ distinct_id: 'jane', user_id: 'u', event: 'late' }]);
  await system.stack.moveClock(3 * DAY);
  system.stack.faults.add({
    operation: 'bigquery.jobs.run',
    resource: 'change',
    action: { kind: 'die', process: 'erase', when: 'after' },
  });
  await system.stack.tick().catch(() => undefined);
  await system.stack.function('erase').ready();
  system.stack.faults.clear();
  await system.stack.moveClock(60_000);

  expect(await system.stack.tick()).toBe(204);

  const rows = await system.query(
    `SELECT user_id FROM \`${tenant.dataset}.events\` WHERE distinct_id = 'jane'`,
  );
  expect(rows).toHaveLength(3);
  expect(rows.every((row) => row['user_id'] === null)).toBe(true);
  expect((await tenant.get(`/requests/${json.id}/receipts`)).json.map(payloadOf)).toMatchObject([
    { rows_changed: 1 },
    { errand: 'sweep-1', rows_changed: 1, rows_left: 0 },
  ]);
});

test('30 days after it is closed Lethe has forgotten who it was about', async () => {
  const subject = 'jane.doe.4711@example.com';
  const tenant = await system.createTenant(
    'forgotten',
    [eventsTable('events', [subject, 'joe'])],
    eventsMap(['events']),
  );
  const id = await completed(tenant, subject);
  const cancelled = await tenant.requestDeletion([{ type: 'distinct_id', value: subject }], {
    'idempotency-key': 'k',
  });
  await system.settled();
  expect(await parametersOfJobs()).toContain(subject);

  for (const days of [3, 28]) {
    await system.stack.moveClock(days * DAY);
    await system.stack.tick();
    await system.settled();
    await system.stack.tick();
  }

  expect((await tenant.get(`/requests/${id}`)).status).toBe(404);
  expect((await tenant.get(`/requests/${cancelled.json.id}`)).status).toBe(404);
  expect((await tenant.get(`/requests/${id}/receipts`)).json).toHaveLength(3);
  expect(await parametersOfJobs()).not.toContain(subject);
  const { storage, project } = system.stack.addresses;
  const [files] = await new Storage({ projectId: project, apiEndpoint: storage })
    .bucket('lethe-state')
    .getFiles();
  expect(files.map(({ name }) => name).filter((name) => name.includes(id))).toEqual([
    `forgotten/forgotten/${id}`,
  ]);
  // Of BigQuery's own file only the jobs are Lethe's: those are looked at above.
  for (const folder of ['storage', 'pubsub', 'logs'])
    expect(await filesWith(join(system.home, folder), subject)).toEqual([]);
});

async function parametersOfJobs(): Promise<string> {
  const [jobs] = await system.bigquery.getJobs({ maxResults: 1000 });
  const lethes = jobs.filter(({ id }) => id?.startsWith('lethe_'));
  return JSON.stringify(lethes.map(({ metadata }) => metadata.configuration));
}

async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(files.map(async (file) => (await readFile(file)).includes(text)));
  return files.filter((_, index) => found[index]);
}
