/** The same idempotency key, after its request was forgotten. */
import { eventsMap, eventsTable } from '../../support/events-table.ts';
import { System } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start({ settings: { LETHE_SWEEP_DAYS: '', LETHE_FORGET_DAYS: '1' } });
}, 60_000);
afterAll(() => system.close());

const DAY = 86_400_000;
const user = (value: string) => ({ type: 'distinct_id', value });

test('a request whose key was used before has a receipt of its own, or is refused', async () => {
  const tenant = await system.createTenant(
    'reused',
    [eventsTable('events', ['jane', 'joe'])],
    eventsMap(['events']),
  );
  const headers = { 'idempotency-key': 'erase-it' };
  const first = await tenant.requestDeletion([user('jane')], headers);
  await system.settled();
  await system.stack.moveClock(2 * DAY);
  await system.stack.tick();
  await system.settled();
  expect((await tenant.get(`/requests/${first.json.id}`)).status).toBe(404);

  const second = await tenant.requestDeletion([user('joe')], headers);
  await system.settled();
  if (second.status === 409) return;

  const shown = (await tenant.get(`/requests/${second.json.id}`)).json;
  const jws = (await tenant.get(`/requests/${second.json.id}/receipt`)).text;
  const receipt = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
  expect(shown.subjects).toEqual([user('joe')]);
  expect(receipt.accepted_at).toBe(shown.accepted_at);
  expect(Date.parse(receipt.completed_at)).toBeGreaterThanOrEqual(Date.parse(shown.accepted_at));
  const ledger = await system.query(
    `SELECT COUNT(*) AS n FROM lethe.ledger_events WHERE request = '${second.json.id}'`,
  );
  expect(ledger[0]?.['n']).toBe(6);
});
