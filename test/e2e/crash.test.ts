/**
 * The worker is killed at every call that it makes to a store or to BigQuery, in turn: once before the call has any
 * effect, once after it took effect but before its answer. Each time the end must be the same.
 */
import { eventsMap, eventsTable } from '../support/events-table.ts';
import { System } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

const jane = { type: 'distinct_id', value: 'jane' };
const DAY = { timePartitioning: { type: 'DAY', field: 'time' } };
/** Longer than a lease, so that the next worker may begin. */
const LEASE_OVER = 21_000;

async function newTenant(name: string) {
  const tables = [
    eventsTable('events', ['jane', 'joe'], { resource: DAY }),
    eventsTable('people', ['jane', 'joe']),
  ];
  return system.createTenant(name, tables, eventsMap(['events', 'people']));
}

/** A deletion whose wake-up is lost, so that the tick below does all of the work. */
async function requestSilently(tenant: Awaited<ReturnType<typeof newTenant>>): Promise<string> {
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    action: { kind: 'drop', when: 'before' },
  });
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  system.stack.faults.clear();
  return json.id;
}

test('the worker may die at any of its calls: rows, receipt and ledger come out the same', async () => {
  const rehearsal = await newTenant('rehearsal');
  const rehearsed = await requestSilently(rehearsal);
  system.stack.faults.record();
  await system.stack.tick();
  const calls = system.stack.faults.calls.filter(({ operation }) => !operation.startsWith('pubsub.push'));
  system.stack.faults.clear();
  expect((await rehearsal.get(`/requests/${rehearsed}`)).json.state).toBe('completed');
  expect(calls.length).toBeGreaterThan(20);

  for (const [index] of calls.entries()) {
    for (const when of ['before', 'after'] as const) {
      const name = `killed-${index}-${when}`;
      const tenant = await newTenant(name);
      const id = await requestSilently(tenant);
      system.stack.faults.add({
        operation: '*',
        skip: index,
        action: { kind: 'die', process: 'erase', when },
      });
      await system.stack
        .tick()
        .catch((error: Error) => expect(error.message).toMatch(/fetch failed|terminated|socket/));
      system.stack.faults.clear();
      await system.stack.function('erase').ready();
      await system.stack.moveClock(LEASE_OVER);
      expect(await system.stack.tick()).toBe(204);
      await system.settled();

      const shown = (await tenant.get(`/requests/${id}`)).json;
      expect([name, shown.state]).toEqual([name, 'completed']);
      const counts = shown.tables.map((table: Record<string, number>) => [
        table['rows_located'],
        table['rows_changed'],
        table['rows_left'],
      ]);
      expect([name, counts]).toEqual([
        name,
        [
          [2, 2, 0],
          [2, 2, 0],
        ],
      ]);
      expect(await system.snapshot(tenant.dataset, 'events')).toHaveLength(2);
      expect(await system.snapshot(tenant.dataset, 'people')).toHaveLength(2);
      const ledger = await system.query(
        `SELECT DISTINCT revision, state FROM lethe.ledger WHERE request = '${id}' ORDER BY revision`,
      );
      expect([name, ledger.map((row) => row['state'])]).toEqual([name, ['pending', 'running', 'completed']]);
    }
  }
}, 600_000);

test('a worker that dies between a claim and its event leaves the event to whoever comes, in any location', async () => {
  const tables = [eventsTable('events', ['jane']), eventsTable('events', ['jane'], { location: 'US' })];
  const tenant = await system.createTenant('two-places', tables, (dataset) =>
    JSON.stringify({
      version: 1,
      location: 'EU',
      tables: ['EU', 'US'].map((location) => ({
        table: location === 'EU' ? `${dataset}.events` : `${dataset}_us.events`,
        location,
        identifiers: [{ type: 'distinct_id', column: 'distinct_id' }],
      })),
    }),
  );
  const { faults } = system.stack;
  faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    times: 2,
    action: { kind: 'drop', when: 'before' },
  });
  const { id } = (await tenant.requestDeletion([jane])).json;
  faults.add({
    operation: 'storage.objects.patch',
    resource: `requests/${tenant.name}`,
    action: { kind: 'die', process: 'erase', when: 'after' },
  });
  await expect(push(tenant.name, id, 'EU')).rejects.toThrow(/fetch failed|terminated/);
  faults.clear();
  await system.stack.function('erase').ready();

  expect(await push(tenant.name, id, 'US')).toBe(204);
  await system.stack.moveClock(LEASE_OVER);
  expect(await system.stack.tick()).toBe(204);
  await system.settled();

  const ledger = await system.query(
    `SELECT DISTINCT revision, state FROM lethe.ledger WHERE request = '${id}' ORDER BY revision`,
  );
  expect(ledger.map((row) => row['state'])).toEqual(['pending', 'running', 'completed']);
});

/** A wake-up, as Pub/Sub pushes it. */
async function push(tenant: string, request: string, location: string): Promise<number> {
  const data = Buffer.from(JSON.stringify({ tenant, request })).toString('base64');
  const body = JSON.stringify({
    message: { data, attributes: { location }, messageId: '1' },
    subscription: 'erase',
  });
  const response = await fetch(system.stack.function('erase').url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}
