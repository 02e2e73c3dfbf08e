/** What a preview cannot ask is told table by table; what a request would be refused for, its preview is refused for. */
import { setImmediate } from 'node:timers/promises';
import { eventsMap, eventsTable } from '../support/events-table.ts';
import { peopleOf } from '../support/people-table.ts';
import { type HttpAnswer, PROJECT, System, Tenant } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());
afterEach(() => system.stack.faults.clear());

const jane = { type: 'distinct_id', value: 'jane' };
const everything = { type: 'deletion', subjects: [jane], scope: 'everything' };

const preview = (tenant: Tenant, body: unknown = everything) => tenant.post('/requests:preview', body);

const UNASKED = {
  rows: null,
  partitions: null,
  bytes_locate: null,
  bytes_change: null,
  bytes_billed_estimate: null,
  estimated_cost: null,
};

async function twoTables(name: string): Promise<Tenant> {
  const tables = [eventsTable('kept', ['jane']), eventsTable('other', ['jane'])];
  return system.createTenant(name, tables, eventsMap(['kept', 'other']));
}

test('a table that is missing says so, and the others are shown', async () => {
  const tenant = await twoTables('missing');
  await system.bigquery.dataset(tenant.dataset).table('other').delete();

  const { status, json } = await preview(tenant);

  expect(status).toBe(200);
  expect(json.tables).toMatchObject([
    { rows: 2 },
    {
      ...UNASKED,
      searched: true,
      reason: 'table_missing',
      advice: expect.stringContaining('data map'),
    },
  ]);
  expect(json.totals).toMatchObject({ complete: false, tables: 2, rows: 2 });
});

test('a right that is missing is told where it was needed; what is known is shown', async () => {
  const tenant = await twoTables('rights');
  const refuse = (operation: string, resource: string, skip = 0) =>
    system.stack.faults.add({
      operation,
      resource,
      skip,
      action: { kind: 'fail', status: 403, reason: 'accessDenied', message: 'Access Denied: no' },
    });
  refuse('bigquery.tables.get', `${tenant.dataset}.other`);

  expect((await preview(tenant)).json.tables).toMatchObject([
    { rows: 2 },
    { ...UNASKED, reason: 'access_denied', advice: expect.stringContaining('rights') },
  ]);

  const readable = await peopleOf(system, 'readable');
  // The locate may run; the dry run of the change is the second insert.
  refuse('bigquery.jobs.insert', PROJECT, 1);
  const { json } = await preview(readable, { ...everything, scope: { properties: ['plan'] } });
  expect(json.tables[0]).toMatchObject({
    rows: 2,
    bytes_locate: expect.any(Number),
    bytes_change: null,
    bytes_billed_estimate: null,
    estimated_cost: null,
    reason: 'access_denied',
  });
  expect(json.totals).toMatchObject({ complete: false, rows: 2, bytes_change: 0 });
});

test('a table whose columns are no longer those of the map says so', async () => {
  const tenant = await twoTables('changed');
  const other = system.bigquery.dataset(tenant.dataset).table('other');
  await other.delete();
  await system.createTable(tenant.dataset, {
    table: 'other',
    schema: [{ name: 'someone', type: 'STRING' }],
    rows: [],
  });
  expect((await preview(tenant)).json.tables).toMatchObject([
    { rows: 2 },
    { ...UNASKED, reason: 'schema_changed' },
  ]);
});

test('a preview that takes longer than a call may ends with what is known', async () => {
  const tenant = await twoTables('slow');
  const { faults } = system.stack;
  const run = 'bigquery.jobs.run';
  faults.add({ operation: run, resource: '_1', action: { kind: 'delay', milliseconds: 3_000 } });
  faults.record();
  const asked = preview(tenant);
  while (faults.calls.filter(({ operation }) => operation === run).length < 2) await setImmediate();
  await system.stack.moveClock(5 * 60_000);

  const { status, json } = await asked;
  expect(status).toBe(200);
  expect(json.tables[1]).toMatchObject({
    ...UNASKED,
    reason: 'too_slow',
    advice: expect.stringContaining('worker'),
  });
  expect(json.totals.complete).toBe(false);
});

test('a missing table is no fault of a correction: it is previewed and accepted', async () => {
  const tenant = await peopleOf(system, 'mended');
  await system.bigquery.dataset(tenant.dataset).table('people').delete();
  const body = { type: 'correction', subjects: [jane], properties: { plan: 'silver' } };

  const shown = await preview(tenant, body);
  const accepted = await tenant.post('/requests', body);
  await system.settled();

  expect(shown.status).toBe(200);
  expect(shown.json.tables).toMatchObject([{ reason: 'table_missing' }, { searched: false }]);
  expect(accepted.status).toBe(202);
  expect((await tenant.get(`/requests/${accepted.json.id}`)).json.condition_reason).toBe('table_missing');
});

describe('what a request is refused for, its preview is refused for', () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await peopleOf(system, 'refused');
  });

  test.each<[string, number, unknown]>([
    ['a missing type', 400, { subjects: [jane], scope: 'everything' }],
    ['an unknown field', 400, { ...everything, dry_run: true }],
    ['no subjects', 400, { ...everything, subjects: [] }],
    ['a body that is no object', 400, null],
    ['an unknown identifier type', 422, { ...everything, subjects: [{ type: 'email', value: 'x' }] }],
    ['an unknown property', 422, { ...everything, scope: { properties: ['email', 'shoe_size'] } }],
    ['a wrong value', 422, { type: 'correction', subjects: [jane], properties: { email: 5 } }],
    ['an unknown property to correct', 422, { type: 'correction', subjects: [jane], properties: { x: 5 } }],
  ])('%s', async (_name, status, body) => {
    const [request, shown] = [await tenant.post('/requests', body), await preview(tenant, body)];
    expect(shown.status).toBe(status);
    expect(refusal(shown)).toEqual(refusal(request));
  });

  test.each<[string, number, string, Record<string, string>]>([
    ['malformed JSON', 400, '{', { 'content-type': 'application/json' }],
    ['another media type', 415, JSON.stringify(everything), { 'content-type': 'text/plain' }],
    [
      'a body of 10 MB',
      413,
      JSON.stringify({ ...everything, padding: 'x'.repeat(10_000_000) }),
      { 'content-type': 'application/json' },
    ],
    ['a wrong key', 401, '{}', { authorization: 'Bearer lethe_demo' }],
  ])('%s', async (_name, status, body, headers) => {
    const request = await tenant.call('POST', '/requests', body, headers);
    const shown = await tenant.call('POST', '/requests:preview', body, headers);
    expect(shown.status).toBe(status);
    expect(refusal(shown)).toEqual(refusal(request));
  });

  test('a tenant without a data map', async () => {
    const bare = new Tenant(system, 'bare', await system.stack.createApiKey('bare'), 'bare');
    const [request, shown] = [await bare.post('/requests', everything), await preview(bare)];
    expect([shown.status, shown.json.code]).toEqual([422, 'no_data_map']);
    expect(refusal(shown)).toEqual(refusal(request));
  });

  test('another method', async () => {
    const answer = await tenant.get('/requests:preview');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  const refusal = ({ status, headers, text }: HttpAnswer) => [status, headers.get('content-type'), text];
});
