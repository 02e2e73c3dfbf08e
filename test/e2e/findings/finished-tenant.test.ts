/** One batch, two tenants: the first is done, the second's table is missing for a while. */
import { eventsMap, eventsTable } from '../../support/events-table.ts';
import { System, type Tenant } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

const DAY = 86_400_000;
const jane = { type: 'distinct_id', value: 'jane' };

async function pair(prefix: string): Promise<[Tenant, Tenant, string, string]> {
  const make = (name: string) =>
    system.createTenant(name, [eventsTable('events', ['jane', 'joe'])], eventsMap(['events']));
  const one = await make(`${prefix}-a`);
  const two = await make(`${prefix}-b`);
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    times: 2,
    action: { kind: 'drop', when: 'before' },
  });
  const first = (await one.requestDeletion([jane])).json.id;
  const second = (await two.requestDeletion([jane])).json.id;
  await system.settled();
  system.stack.faults.clear();
  await system.bigquery.dataset(two.dataset).table('events').delete();
  await system.stack.tick();
  await system.settled();
  expect((await one.get(`/requests/${first}`)).json.state).toBe('completed');
  expect((await two.get(`/requests/${second}`)).json.condition).toBe('blocked');
  return [one, two, first, second];
}

test('a sweep that is done stays done while another tenant of the first batch is blocked', async () => {
  const [one, , id] = await pair('again');
  await system.stack.moveClock(3 * DAY);
  await system.stack.tick();
  await system.settled();
  expect((await one.get(`/requests/${id}/receipts`)).json).toHaveLength(2);
  // Jane signs up again, after the only sweep of these days.
  await system.load(one.dataset, 'events', [{ distinct_id: 'jane', event: 'signed up again' }]);

  await system.stack.tick();
  await system.stack.tick();
  await system.settled();

  expect((await one.get(`/requests/${id}/receipts`)).json).toHaveLength(2);
  expect(await system.snapshot(one.dataset, 'events')).toHaveLength(3);
});

test('a blocked deletion is finished after another tenant of its batch was forgotten', async () => {
  const [one, two, first, second] = await pair('later');
  for (const days of [3, 28, 1]) {
    await system.stack.moveClock(days * DAY);
    await system.stack.tick();
    await system.settled();
    await system.stack.tick();
  }
  expect((await one.get(`/requests/${first}`)).status).toBe(404);
  await system.createTable(two.dataset, eventsTable('events', ['jane', 'joe']));
  expect((await two.call('POST', `/requests/${second}:retry`)).status).toBe(202);
  await system.settled();
  await system.stack.tick();

  expect((await two.get(`/requests/${second}`)).json.state).toBe('completed');
  expect(await system.snapshot(two.dataset, 'events')).toHaveLength(2);
});
