/** The data map changes while a request is open. */
import { eventsMap, eventsTable } from '../../support/events-table.ts';
import { PROJECT, System, type Tenant } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());
afterEach(() => system.stack.faults.clear());

const MINUTE = 60_000;
const jane = { type: 'distinct_id', value: 'jane' };
const yaml = { 'content-type': 'application/yaml' };

const loseWakeUp = () =>
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    action: { kind: 'drop', when: 'before' },
  });

async function deferred(tenant: Tenant): Promise<string> {
  system.stack.faults.add({
    operation: 'bigquery.jobs.run',
    resource: '_s0_r0_change0_',
    times: 1,
    action: {
      kind: 'fail',
      status: 400,
      reason: 'invalidQuery',
      message:
        'UPDATE or DELETE statement over table would affect rows in the streaming buffer, which is not supported',
    },
  });
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json.condition).toBe('deferred');
  return json.id;
}

test('a table that the map now names with its project is still the same table', async () => {
  const tenant = await system.createTenant(
    'spelled',
    [eventsTable('events', ['jane', 'joe'])],
    eventsMap(['events']),
  );
  const id = await deferred(tenant);
  const map = eventsMap(['events'])(tenant.dataset).replace('table: ', `table: ${PROJECT}.`);
  expect((await tenant.call('PUT', '/data-map', map, yaml)).status).toBe(200);

  expect((await tenant.call('POST', `/requests/${id}:retry`)).status).toBe(202);
  await system.settled();
  await system.stack.tick();

  const shown = (await tenant.get(`/requests/${id}`)).json;
  expect([shown.state, shown.tables[0].unmapped]).toEqual(['completed', undefined]);
  expect(await system.snapshot(tenant.dataset, 'events')).toHaveLength(2);
});

test('what is known to be left is not called zero when the table is taken out of the map', async () => {
  const tenant = await system.createTenant(
    'unmapped',
    [eventsTable('events', ['jane', 'joe']), eventsTable('other', ['jane'])],
    eventsMap(['events', 'other']),
  );
  const id = await deferred(tenant);
  expect((await tenant.call('PUT', '/data-map', eventsMap(['other'])(tenant.dataset), yaml)).status).toBe(
    200,
  );

  await tenant.call('POST', `/requests/${id}:retry`);
  await system.settled();
  await system.stack.tick();

  const shown = (await tenant.get(`/requests/${id}`)).json;
  expect(await system.snapshot(tenant.dataset, 'events')).toHaveLength(4);
  const events = shown.tables.find(({ table }: { table: string }) => table.endsWith('.events'));
  expect([shown.state, events.rows_left]).not.toEqual(['completed', 0]);
});

test('a request is not completed, with nothing done, because its property has another name now', async () => {
  const map = (property: string) => (dataset: string) =>
    `version: 1\nlocation: EU\ntables:\n  - {table: ${dataset}.events, identifiers: [{type: distinct_id, column: distinct_id}], properties: [{name: ${property}, column: user_id}]}\n`;
  const tenant = await system.createTenant('renamed', [eventsTable('events', ['jane', 'joe'])], map('user'));
  loseWakeUp();
  const { json } = await tenant.post('/requests', {
    type: 'deletion',
    subjects: [jane],
    scope: { properties: ['user'] },
  });
  await system.settled();
  system.stack.faults.clear();
  expect((await tenant.call('PUT', '/data-map', map('user_id')(tenant.dataset), yaml)).status).toBe(200);

  await system.stack.tick();
  await system.settled();

  const shown = (await tenant.get(`/requests/${json.id}`)).json;
  const rows = await system.query(
    `SELECT user_id FROM \`${tenant.dataset}.events\` WHERE distinct_id = 'jane' AND user_id IS NOT NULL`,
  );
  expect([shown.state, rows.length]).not.toEqual(['completed', 1]);
});

test('a tenant cannot map, export or delete what belongs to another tenant', async () => {
  const victim = await system.createTenant(
    'victim',
    [eventsTable('events', ['jane', 'joe'])],
    eventsMap(['events']),
  );
  const attacker = await system.createTenant('attacker', [eventsTable('own', ['x'])], eventsMap(['own']));
  const put = await attacker.call('PUT', '/data-map', eventsMap(['events'])(victim.dataset), yaml);
  const { json } = await attacker.requestDeletion([jane]);
  await system.settled();
  await system.stack.moveClock(MINUTE);

  expect(await system.snapshot(victim.dataset, 'events')).toHaveLength(4);
  expect([put.status, json.state]).not.toEqual([200, 'pending']);
});
