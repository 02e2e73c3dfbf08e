/** An export that was accepted before a deletion of the same subject is finished first. */
import { eventsMap, eventsTable } from '../support/events-table.ts';
import { download, order, rowsOf } from '../support/exports.ts';
import { System } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

const user = (value: string) => ({ type: 'distinct_id', value });

/** The next wake-up of the exporter is lost: its export stays open until the next tick. */
function loseWakeUp(): void {
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'export',
    action: { kind: 'drop', when: 'before' },
  });
}

test('a deletion waits for an earlier export of its subject, and goes on by itself when that has ended', async () => {
  const tenant = await system.createTenant(
    'order-waits',
    [eventsTable('events', ['jane', 'joe', 'jim'])],
    eventsMap(['events']),
  );
  loseWakeUp();
  const exported = await order(tenant, { subjects: [user('jane')] });
  const waiting = (await tenant.requestDeletion([user('jane'), user('jim')])).json.id;
  const free = (await tenant.requestDeletion([user('joe')])).json.id;
  await system.settled();

  const shown = (await tenant.get(`/requests/${waiting}`)).json;
  expect([shown.state, shown.condition, shown.condition_reason]).toEqual([
    'pending',
    'waiting_for_export',
    'earlier_export',
  ]);
  expect((await tenant.get(`/requests/${free}`)).json.state).toBe('completed');
  expect(await system.stack.tick('export')).toBe(204);
  await system.settled();

  const files = await download(tenant, exported);
  expect(rowsOf(files, 'order_waits.events.ndjson.gz')).toHaveLength(2);
  const ended = (await tenant.get(`/requests/${waiting}`)).json;
  expect([ended.state, ended.condition, ended.tables[0].rows_changed]).toEqual(['completed', null, 4]);
  expect(await system.snapshot(tenant.dataset, 'events')).toEqual([]);
  const ledger = await system.query(
    `SELECT state, condition FROM lethe.ledger_events WHERE request = '${waiting}' ORDER BY revision`,
  );
  expect(ledger.map((row) => [row['state'], row['condition']])).toEqual([
    ['pending', null],
    ['pending', 'waiting_for_export'],
    ['running', null],
    ['completed', null],
  ]);
});

test('a correction waits too, and an export that is cancelled holds nobody up', async () => {
  const map = (dataset: string) => `version: 1
location: EU
tables:
  - table: ${dataset}.events
    identifiers: [{type: distinct_id, column: distinct_id}]
    properties: [{name: user, column: user_id}]
`;
  const tenant = await system.createTenant('order-cancel', [eventsTable('events', ['jane'])], map);
  loseWakeUp();
  const exported = await order(tenant, { subjects: [user('jane')] });
  const correction = { type: 'correction', subjects: [user('jane')], properties: { user: 'new' } };
  const waiting = (await tenant.post('/requests', correction)).json.id;
  await system.settled();
  expect((await tenant.get(`/requests/${waiting}`)).json.condition).toBe('waiting_for_export');

  const cancelled = await tenant.call('POST', `/requests/${exported}:cancel`);
  await system.settled();

  expect(cancelled.json.state).toBe('cancelled');
  expect((await tenant.get(`/requests/${waiting}`)).json.state).toBe('completed');
});

test('a deletion that was accepted before the export does not wait', async () => {
  const tenant = await system.createTenant(
    'order-first',
    [eventsTable('events', ['jane'])],
    eventsMap(['events']),
  );
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    action: { kind: 'drop', when: 'before' },
  });
  const deletion = (await tenant.requestDeletion([user('jane')])).json.id;
  loseWakeUp();
  await system.stack.moveClock(1_000);
  await order(tenant, { subjects: [user('jane')] });
  await system.settled();

  expect(await system.stack.tick()).toBe(204);

  expect((await tenant.get(`/requests/${deletion}`)).json.state).toBe('completed');
});
