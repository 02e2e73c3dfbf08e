/** Too many identifiers, or one that several people share: somebody looks first. And what can go wrong on the way. */
import {
  eventsOf,
  identifies,
  identityMap,
  jane,
  merges,
  ownersLeft,
  payloadOf,
} from '../support/identity-tenant.ts';
import { System, type Tenant } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());
afterEach(() => system.stack.faults.clear());

const MINUTE = 60_000;

/** A tablet that Jane and Joe have both logged in from. */
function sharedDevice(name: string): Promise<Tenant> {
  return system.createTenant(
    name,
    [
      eventsOf(['jane', 'tablet', 'phone', 'joe', 'ann']),
      merges([['jane', 'phone']]),
      identifies([
        ['jane', 'u-jane'],
        ['tablet', 'u-jane'],
        ['tablet', 'u-joe'],
        ['joe', 'u-joe'],
      ]),
    ],
    identityMap(),
  );
}

async function ordered(tenant: Tenant, subjects: { type: string; value: string }[] = [jane]) {
  const { json } = await tenant.requestDeletion(subjects);
  await system.settled();
  return (await tenant.get(`/requests/${json.id}`)).json;
}

async function review(tenant: Tenant, id: string, decision: string) {
  const answer = await tenant.post(`/requests/${id}:review`, { decision });
  await system.settled();
  return answer;
}

async function receiptOf(tenant: Tenant, id: string) {
  return payloadOf((await tenant.get(`/requests/${id}/receipt`)).text);
}

test('a shared device stops the request until somebody decides: only the named identifiers', async () => {
  const tenant = await sharedDevice('shared-named');

  const shown = await ordered(tenant);

  expect(shown).toMatchObject({
    state: 'pending',
    condition: 'needs_review',
    condition_reason: 'shared_identifier',
    identities: 5,
  });
  await system.stack.tick();
  expect(await ownersLeft(system, tenant)).toHaveLength(5);

  const answer = await review(tenant, shown.id, 'only_named');
  expect([answer.status, answer.json.identities]).toEqual([202, 0]);

  expect((await tenant.get(`/requests/${shown.id}`)).json).toMatchObject({
    state: 'completed',
    condition: null,
  });
  expect(await ownersLeft(system, tenant)).toEqual(['ann', 'joe', 'phone', 'tablet']);
  expect((await receiptOf(tenant, shown.id)).identities).toEqual({
    count: 0,
    hashes: [],
    decision: 'only_named',
  });
  const ledger = await system.query(
    `SELECT revision, state, condition FROM lethe.ledger_events WHERE request = '${shown.id}' ORDER BY revision`,
  );
  expect(ledger.map(({ state, condition }) => [state, condition])).toEqual([
    ['pending', null],
    ['pending', 'needs_review'],
    ['pending', null],
    ['running', null],
    ['completed', null],
  ]);
  const access = await system.query(
    `SELECT action, outcome FROM lethe.access_log_events WHERE request = '${shown.id}' AND action = 'request.review'`,
  );
  expect(access).toEqual([{ action: 'request.review', outcome: 'allowed' }]);
});

test('… or all that were found; deciding the same again is no error, another decision is', async () => {
  const tenant = await sharedDevice('shared-all');
  const { id } = await ordered(tenant);

  expect((await review(tenant, id, 'all')).status).toBe(202);

  expect((await tenant.get(`/requests/${id}`)).json).toMatchObject({ state: 'completed', identities: 5 });
  expect(await ownersLeft(system, tenant)).toEqual(['ann']);
  expect((await receiptOf(tenant, id)).identities).toMatchObject({ count: 5, decision: 'all' });
  expect((await review(tenant, id, 'all')).status).toBe(202);
  const other = await review(tenant, id, 'only_named');
  expect([other.status, other.json.code]).toEqual([409, 'nothing_to_review']);
});

test('… or it is cancelled; what is no decision is refused', async () => {
  const tenant = await sharedDevice('shared-cancelled');
  const { id } = await ordered(tenant);
  const wrong = await review(tenant, id, 'some');
  expect([wrong.status, wrong.json.errors[0].field]).toEqual([400, 'decision']);

  expect((await tenant.post(`/requests/${id}:cancel`, {})).status).toBe(200);

  expect((await review(tenant, id, 'all')).json.code).toBe('nothing_to_review');
  expect((await tenant.post('/requests/r-none:review', { decision: 'all' })).status).toBe(404);
  expect(await ownersLeft(system, tenant)).toHaveLength(5);
});

test('people who share a device are both deleted without a review when the request names both', async () => {
  const tenant = await sharedDevice('shared-both');
  const people = ['u-jane', 'u-joe'].map((value) => ({ type: 'user_id', value }));

  expect(await ordered(tenant, people)).toMatchObject({ state: 'completed', identities: 4 });

  expect(await ownersLeft(system, tenant)).toEqual(['ann']);
});

test('one request that waits for a review holds up no other', async () => {
  const tenant = await sharedDevice('shared-others');
  await ordered(tenant);

  expect(await ordered(tenant, [{ type: 'distinct_id', value: 'ann' }])).toMatchObject({
    state: 'completed',
  });

  expect(await ownersLeft(system, tenant)).toEqual(['jane', 'joe', 'phone', 'tablet']);
});

test('exactly as many identifiers as the limit are found; one more, and nothing is cut silently', async () => {
  const ids = Array.from({ length: 6 }, (_, index) => `d-${index}`);
  const tables = (count: number) => [
    eventsOf(['jane', ...ids]),
    merges(ids.slice(0, count).map((id) => ['jane', id] as const)),
    identifies([]),
  ];
  const within = await system.createTenant('limit-5', tables(5), identityMap({ limit: 5 }));
  const beyond = await system.createTenant('limit-6', tables(6), identityMap({ limit: 5 }));

  expect(await ordered(within)).toMatchObject({ state: 'completed', identities: 5 });
  const cut = await ordered(beyond);

  expect(await ownersLeft(system, within)).toEqual(['d-5']);
  expect(cut).toMatchObject({
    state: 'pending',
    condition: 'needs_review',
    condition_reason: 'too_many_identifiers',
  });
  const refused = await review(beyond, cut.id, 'all');
  expect([refused.status, refused.json.code]).toEqual([409, 'identities_cut']);
  expect(await ownersLeft(system, beyond)).toHaveLength(7);
  await review(beyond, cut.id, 'only_named');
  expect(await ownersLeft(system, beyond)).toEqual(ids);
});

test('a chain longer than may be followed needs a review too', async () => {
  const chain = Array.from({ length: 12 }, (_, index) => (index === 0 ? 'jane' : `d-${index}`));
  const links = chain.slice(1).map((id, index) => [chain[index] ?? '', id] as const);
  const tenant = await system.createTenant(
    'long',
    [eventsOf(chain), merges(links), identifies([])],
    identityMap(),
  );

  expect(await ordered(tenant)).toMatchObject({
    condition: 'needs_review',
    condition_reason: 'too_many_identifiers',
  });

  expect(await ownersLeft(system, tenant)).toHaveLength(12);
});

test('a mapping table that is gone blocks the request, visibly; :retry goes on when it is back', async () => {
  const spec = merges([['jane', 'd-1']]);
  const tenant = await system.createTenant(
    'no-mapping',
    [eventsOf(['jane', 'd-1', 'joe']), spec, identifies([])],
    identityMap(),
  );
  await system.bigquery.dataset(tenant.dataset).table('merges').delete();

  const blocked = await ordered(tenant);
  expect(blocked).toMatchObject({
    state: 'pending',
    condition: 'blocked',
    condition_reason: 'table_missing',
  });
  expect(await ownersLeft(system, tenant)).toHaveLength(3);
  await system.createTable(tenant.dataset, spec);
  await system.stack.tick();
  expect((await tenant.get(`/requests/${blocked.id}`)).json.state).toBe('pending');

  expect((await tenant.post(`/requests/${blocked.id}:retry`, {})).status).toBe(202);
  await system.settled();

  expect((await tenant.get(`/requests/${blocked.id}`)).json).toMatchObject({
    state: 'completed',
    condition: null,
  });
  expect(await ownersLeft(system, tenant)).toEqual(['joe']);
});

test('a query that fails in passing defers the request, and is another job the next time', async () => {
  const tenant = await sharedDevice('passing');
  system.stack.faults.add({
    operation: 'bigquery.jobs.run',
    resource: 'lethe_identity_',
    action: { kind: 'fail', status: 400, reason: 'backendError', message: 'try again' },
  });
  const deferred = await ordered(tenant);
  expect(deferred).toMatchObject({ state: 'pending', condition: 'deferred', condition_reason: 'transient' });

  await system.stack.moveClock(MINUTE);
  await system.stack.tick();

  expect((await tenant.get(`/requests/${deferred.id}`)).json.condition).toBe('needs_review');
});

test('a preview counts the rows of all identifiers and says that a review would be needed; it keeps nothing', async () => {
  const tenant = await sharedDevice('previewed');
  const body = { type: 'deletion', subjects: [jane], scope: 'everything' };

  const { json } = await tenant.post('/requests:preview', body);
  expect([json.subjects, json.identities, json.totals.rows]).toEqual([
    1,
    { count: 5, review: 'shared_identifier' },
    4,
  ]);
  await system.bigquery.dataset(tenant.dataset).table('merges').delete();
  const refused = (await tenant.post('/requests:preview', body)).json;

  expect(refused.identities).toMatchObject({ count: null, reason: 'table_missing' });
  expect([refused.totals.rows, refused.totals.complete]).toEqual([1, false]);
});
