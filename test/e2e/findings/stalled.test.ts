/** What keeps a shard from going on, or makes a pass spin. */
import { Storage } from '@google-cloud/storage';
import { eventsMap, eventsTable } from '../../support/events-table.ts';
import { System, type Tenant } from '../../support/system.ts';

let system: System;
beforeEach(async () => {
  system = await System.start();
}, 60_000);
afterEach(() => system.close());

const MINUTE = 60_000;
const jane = { type: 'distinct_id', value: 'jane' };
const state = () => {
  const { storage, project } = system.stack.addresses;
  return new Storage({ projectId: project, apiEndpoint: storage }).bucket('lethe-state');
};
const make = (name: string, tables = ['events']) =>
  system.createTenant(
    name,
    tables.map((table) => eventsTable(table, ['jane', 'joe'])),
    eventsMap(tables),
  );

/** As a call leaves it that died between markers and request, before a location was taken out of the map. */
async function strayMarker(tenant: Tenant, id: string): Promise<void> {
  await state()
    .file(`open/US/${tenant.name}/${id}`)
    .save('x', { resumable: false, metadata: { metadata: { worker: 'erase' } } });
}

test('a marker in a location that is not the open request’s makes no pass spin', async () => {
  const tenant = await make('stray');
  await system.bigquery.dataset(tenant.dataset).table('events').delete();
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  await strayMarker(tenant, json.id);

  const tick = await Promise.race([
    system.stack.tick(),
    new Promise((resolve) => setTimeout(() => resolve('still at it'), 10_000)),
  ]);

  expect(tick).toBe(204);
});

test('such a marker of a closed request goes, instead of closing it again at every tick', async () => {
  const tenant = await make('stray-closed');
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
  await strayMarker(tenant, json.id);

  await system.stack.tick();

  const [files] = await state().getFiles({ prefix: 'open/' });
  expect(files.map(({ name }) => name)).toEqual([]);
});

test('a lease of a worker whose clock was a day ahead does not stop the shard for a day', async () => {
  const tenant = await make('clock');
  const until = system.stack.now() + 24 * 60 * MINUTE;
  await state()
    .file('leases/erase/EU/0')
    .save(JSON.stringify({ holder: 'dead', until }), { resumable: false });
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  await system.stack.moveClock(10 * MINUTE);
  await system.stack.tick();
  await system.settled();

  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
});

test('a worker whose batch was retried meanwhile is followed by another, without a tick', async () => {
  const tenant = await make('retried', ['events', 'gone']);
  await system.bigquery.dataset(tenant.dataset).table('gone').delete();
  system.stack.faults.add({
    operation: 'bigquery.jobs.run',
    resource: '_change0_',
    action: { kind: 'delay', milliseconds: 3_000 },
  });
  const { json } = await tenant.requestDeletion([jane]);
  for (;;) {
    const shown = (await tenant.get(`/requests/${json.id}`)).json;
    if (shown.tables.some(({ state }: { state: string }) => state === 'blocked')) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await system.createTable(tenant.dataset, eventsTable('gone', ['jane', 'joe']));
  expect((await tenant.call('POST', `/requests/${json.id}:retry`)).status).toBe(202);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await system.settled();

  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
});

test('a table that comes back with other columns is looked at anew before anything of it is changed', async () => {
  const tenant = await make('collated');
  system.stack.faults.add({
    operation: 'bigquery.jobs.run',
    resource: '_locate_',
    times: 1,
    action: { kind: 'fail', status: 404, reason: 'notFound', message: 'Not found: Table events' },
  });
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json.condition).toBe('blocked');
  // In BigQuery it could now be one whose distinct_id has collation und:ci, where jane, Jane and JANE are one.
  await system.bigquery.dataset(tenant.dataset).table('events').delete();
  await system.createTable(tenant.dataset, eventsTable('events', ['jane', 'joe']));
  system.stack.faults.clear();
  system.stack.faults.record();
  await system.stack.moveClock(16 * MINUTE);
  await system.stack.tick();

  const calls = system.stack.faults.calls.map(({ operation }) => operation);
  const looked = calls.indexOf('bigquery.tables.get');
  expect(looked).toBeGreaterThan(-1);
  expect(looked).toBeLessThan(calls.indexOf('bigquery.jobs.insert'));
  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
});
