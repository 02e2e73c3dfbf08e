/** Corrections that meet: of one subject in two batches, and of one row by two identifiers in one batch. */
import { System, type Tenant } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());
afterEach(() => system.stack.faults.clear());

const MINUTE = 60_000;
const SCHEMA = [
  { name: 'distinct_id', type: 'STRING' },
  { name: 'user_id', type: 'STRING' },
  { name: 'email', type: 'STRING' },
];
const MAP = (dataset: string) => `
version: 1
location: EU
tables:
  - table: ${dataset}.people
    identifiers: [{type: distinct_id, column: distinct_id}, {type: user_id, column: user_id}]
    properties: [{name: email, column: email}]
`;

function people(name: string): Promise<Tenant> {
  const rows = [
    { distinct_id: 'jane', user_id: 'u1', email: 'old' },
    { distinct_id: 'joe', email: 'joe' },
  ];
  return system.createTenant(name, [{ table: 'people', schema: SCHEMA, rows }], MAP);
}

async function correct(tenant: Tenant, subject: { type: string; value: string }, email: string) {
  const { status, json } = await tenant.post('/requests', {
    type: 'correction',
    subjects: [subject],
    properties: { email },
  });
  expect(status).toBe(202);
  return json.id as string;
}

async function emailOfJane(tenant: Tenant): Promise<unknown> {
  const rows = await system.query(
    `SELECT email FROM \`${tenant.dataset}.people\` WHERE distinct_id = 'jane'`,
  );
  return rows[0]?.['email'];
}

test('a correction that had to wait does not undo a later one of the same subject', async () => {
  const tenant = await people('overtaking');
  system.stack.faults.add({
    operation: 'bigquery.jobs.run',
    resource: '_change0_',
    times: 1,
    action: {
      kind: 'fail',
      status: 400,
      reason: 'invalidQuery',
      message:
        'UPDATE or DELETE statement over table would affect rows in the streaming buffer, which is not supported',
    },
  });
  const jane = { type: 'distinct_id', value: 'jane' };
  const first = await correct(tenant, jane, 'first');
  await system.settled();
  expect((await tenant.get(`/requests/${first}`)).json.condition).toBe('deferred');
  await system.stack.moveClock(MINUTE);
  const second = await correct(tenant, jane, 'second');
  await system.settled();
  for (let round = 0; round < 3; round += 1) {
    await system.stack.moveClock(11 * MINUTE);
    await system.stack.tick();
    await system.settled();
  }

  expect((await tenant.get(`/requests/${first}`)).json.state).toBe('completed');
  expect((await tenant.get(`/requests/${second}`)).json.state).toBe('completed');
  expect(await emailOfJane(tenant)).toBe('second');
});

test('two corrections of one row, by different identifiers, come to an end, and the later one stands', async () => {
  const tenant = await people('fighting');
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    times: 2,
    action: { kind: 'drop', when: 'before' },
  });
  const first = await correct(tenant, { type: 'distinct_id', value: 'jane' }, 'first');
  await system.stack.moveClock(1_000);
  const second = await correct(tenant, { type: 'user_id', value: 'u1' }, 'second');
  await system.settled();
  system.stack.faults.clear();
  await system.stack.tick();
  await system.settled();
  for (let round = 0; round < 3; round += 1) {
    await system.stack.moveClock(2 * MINUTE);
    await system.stack.tick();
    await system.settled();
  }

  expect((await tenant.get(`/requests/${first}`)).json.state).toBe('completed');
  expect((await tenant.get(`/requests/${second}`)).json.state).toBe('completed');
  expect(await emailOfJane(tenant)).toBe('second');
});
