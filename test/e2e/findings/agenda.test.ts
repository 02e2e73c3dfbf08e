/** The agenda, when a tenant's map is gone, and when a table is taken out of the map after its sweep has begun. */
import { Storage } from '@google-cloud/storage';
import { eventsMap, eventsTable } from '../../support/events-table.ts';
import { System, type Tenant } from '../../support/system.ts';

let system: System;
beforeEach(async () => {
  system = await System.start();
}, 60_000);
afterEach(() => system.close());

const DAY = 86_400_000;
const jane = { type: 'distinct_id', value: 'jane' };

async function completed(tenant: Tenant): Promise<string> {
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
  return json.id;
}

const make = (name: string, tables = ['events']) =>
  system.createTenant(
    name,
    tables.map((table) => eventsTable(table, ['jane', 'joe'])),
    eventsMap(tables),
  );

test('a tenant that was offboarded, map and all, keeps nobody from being swept and forgotten', async () => {
  const gone = await make('gone');
  const other = await make('other');
  await completed(gone);
  const id = await completed(other);
  const { storage, project } = system.stack.addresses;
  await new Storage({ projectId: project, apiEndpoint: storage })
    .bucket('lethe-state')
    .file('maps/gone.yaml')
    .delete();
  await system.load(other.dataset, 'events', [{ distinct_id: 'jane', event: 'late' }]);
  for (const days of [3, 28]) {
    await system.stack.moveClock(days * DAY);
    for (let tick = 0; tick < 3; tick += 1) await system.stack.tick();
    await system.settled();
  }

  expect((await other.get(`/requests/${id}/receipts`)).json).toHaveLength(3);
  expect(await system.snapshot(other.dataset, 'events')).toHaveLength(2);
  expect((await other.get(`/requests/${id}`)).status).toBe(404);
});

test('a sweep that is blocked goes on when its table is taken out of the map', async () => {
  const tenant = await make('dropped', ['events', 'old']);
  const id = await completed(tenant);
  await system.bigquery.dataset(tenant.dataset).table('old').delete();
  await system.stack.moveClock(3 * DAY);
  await system.stack.tick();
  const put = await tenant.call('PUT', '/data-map', eventsMap(['events'])(tenant.dataset), {
    'content-type': 'application/yaml',
  });
  expect(put.status).toBe(200);
  for (const days of [1, 28]) {
    await system.stack.moveClock(days * DAY);
    for (let tick = 0; tick < 3; tick += 1) await system.stack.tick();
    await system.settled();
  }

  expect((await tenant.get(`/requests/${id}/receipts`)).json).toHaveLength(3);
  expect((await tenant.get(`/requests/${id}`)).status).toBe(404);
});
