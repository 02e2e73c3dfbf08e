import { eventsMap, eventsTable } from '../support/events-table.ts';
import { System, type Tenant } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());
afterEach(() => system.stack.faults.clear());

const jane = { type: 'distinct_id', value: 'jane' };
const MINUTE = 60_000;

function eventsOf(name: string, owners: string[] = ['jane', 'joe']): Promise<Tenant> {
  return system.createTenant(name, [eventsTable('events', owners)], eventsMap(['events']));
}

async function changeJobs(dataset: string): Promise<unknown[]> {
  const [jobs] = await system.bigquery.getJobs({ maxResults: 1000 });
  return jobs.filter(({ metadata }) => {
    const query: string = metadata.configuration.query?.query ?? '';
    return query.startsWith('DELETE') && query.includes(`${dataset}.events`);
  });
}

test('when the same message arrives twice, rows are deleted once', async () => {
  const tenant = await eventsOf('twice');
  system.stack.faults.add({ operation: 'pubsub.push', resource: 'erase', action: { kind: 'duplicate' } });

  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();

  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
  expect(await changeJobs(tenant.dataset)).toHaveLength(1);
  expect(await system.snapshot(tenant.dataset, 'events')).toHaveLength(2);
});

test('when the message is lost, the tick finds the request', async () => {
  const tenant = await eventsOf('lost');
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    action: { kind: 'drop', when: 'before' },
  });
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('pending');

  expect(await system.stack.tick()).toBe(204);

  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
});

test('when nobody could be told of the acceptance, the caller is told, and repeating the call is enough', async () => {
  const tenant = await eventsOf('untold');
  system.stack.faults.add({
    operation: 'pubsub.publish',
    resource: 'events',
    times: 1,
    action: { kind: 'fail', status: 400, reason: 'invalid', message: 'no' },
  });
  const headers = { 'idempotency-key': 'once' };
  const failed = await tenant.requestDeletion([jane], headers);
  expect(failed.status).toBeGreaterThanOrEqual(500);

  const again = await tenant.requestDeletion([jane], headers);
  await system.settled();

  expect(again.status).toBe(202);
  expect((await tenant.get(`/requests/${again.json.id}`)).json.state).toBe('completed');
});

test('two workers at once do the work once', async () => {
  const tenant = await eventsOf('both');
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    action: { kind: 'drop', when: 'before' },
  });
  // Neither sees the other's lease: both believe that they are alone.
  system.stack.faults.add({
    operation: 'storage.objects.insert',
    resource: 'leases/EU',
    times: 2,
    action: { kind: 'delay', milliseconds: 50 },
  });
  const { json } = await tenant.requestDeletion([jane]);
  const statuses = await Promise.all([system.stack.tick(), system.stack.tick(), system.stack.tick()]);
  expect(statuses).toEqual([204, 204, 204]);
  await system.stack.tick();

  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
  expect(await changeJobs(tenant.dataset)).toHaveLength(1);
});

test('a worker whose lease has run out and the one that took it over do not delete twice', async () => {
  const tenant = await eventsOf('overtaken');
  // The first worker's change takes so long that its lease has gone by then.
  system.stack.faults.add({
    operation: 'bigquery.jobs.run',
    resource: '_change0_',
    action: { kind: 'delay', milliseconds: 1_500 },
  });
  const { json } = await tenant.requestDeletion([jane]);
  while ((await changeJobs(tenant.dataset)).length === 0);
  await system.stack.moveClock(25_000);
  expect(await system.stack.tick()).toBe(204);
  await system.settled();
  await system.stack.tick();

  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
  expect(await changeJobs(tenant.dataset)).toHaveLength(1);
});

test('either a cancellation or the start wins, never both', async () => {
  const graced = await System.start({ graceSeconds: 3600 });
  try {
    const tenant = await graced.createTenant(
      'racing',
      [eventsTable('events', ['jane'])],
      eventsMap(['events']),
    );
    const ids: string[] = [];
    for (let index = 0; index < 20; index += 1) {
      ids.push((await tenant.requestDeletion([{ ...jane, value: `nobody-${index}` }])).json.id);
    }
    await graced.settled();
    expect((await tenant.get(`/requests/${ids[0]}`)).json).toMatchObject({
      state: 'pending',
      condition: 'grace_period',
    });
    await graced.stack.moveClock(3_601_000);

    const [cancellations] = await Promise.all([
      Promise.all(ids.map((id) => tenant.post(`/requests/${id}:cancel`, {}))),
      graced.stack.tick(),
    ]);
    await graced.stack.tick();

    for (const [index, cancellation] of cancellations.entries()) {
      const { state } = (await tenant.get(`/requests/${ids[index]}`)).json;
      expect([cancellation.status, state]).toEqual(
        cancellation.status === 200 ? [200, 'cancelled'] : [409, 'completed'],
      );
    }
  } finally {
    await graced.close();
  }
}, 60_000);

test('rows in the streaming buffer defer the table, visibly, until BigQuery lets go of them', async () => {
  const tenant = await eventsOf('streamed', ['joe']);
  await system.bigquery
    .dataset(tenant.dataset)
    .table('events')
    .insert([{ distinct_id: 'jane', event: 'streamed' }]);
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();

  const waiting = (await tenant.get(`/requests/${json.id}`)).json;
  expect(waiting).toMatchObject({
    state: 'running',
    condition: 'deferred',
    condition_reason: 'streaming_buffer',
  });
  expect(waiting.tables[0]).toMatchObject({
    state: 'deferred',
    rows_located: 1,
    rows_changed: 0,
    rows_left: 1,
  });

  await system.stack.moveClock(95 * MINUTE);
  await system.stack.tick();
  await system.settled();

  const done = (await tenant.get(`/requests/${json.id}`)).json;
  expect(done).toMatchObject({ state: 'completed', condition: null });
  expect(done.tables[0]).toMatchObject({ rows_located: 1, rows_changed: 1, rows_left: 0 });
  const ledger = await system.query(
    `SELECT event_id, ANY_VALUE(state) AS state, ANY_VALUE(condition) AS condition FROM lethe.ledger WHERE request = '${json.id}' GROUP BY event_id ORDER BY event_id`,
  );
  expect(ledger.map(({ state, condition }) => [state, condition])).toEqual([
    ['pending', null],
    ['running', null],
    ['running', 'deferred'],
    ['completed', null],
  ]);
});

test('a table that is gone blocks itself, not the others, and goes on when it is back', async () => {
  const tables = [eventsTable('events', ['jane']), eventsTable('dropped', ['jane'])];
  const tenant = await system.createTenant('gone', tables, eventsMap(['events', 'dropped']));
  await system.bigquery.dataset(tenant.dataset).table('dropped').delete();

  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();

  const blocked = (await tenant.get(`/requests/${json.id}`)).json;
  expect(blocked).toMatchObject({
    state: 'running',
    condition: 'blocked',
    condition_reason: 'table_missing',
  });
  expect(blocked.tables).toMatchObject([
    { state: 'done', rows_changed: 2, rows_left: 0 },
    { state: 'blocked', reason: 'table_missing', advice: expect.stringContaining('data map') },
  ]);

  await system.createTable(tenant.dataset, eventsTable('dropped', ['jane', 'joe']));
  await system.stack.moveClock(16 * MINUTE);
  await system.stack.tick();

  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
  expect(await system.snapshot(tenant.dataset, 'dropped')).toHaveLength(2);
});

test('what fails in passing is tried again under a new job', async () => {
  const tenant = await eventsOf('passing');
  system.stack.faults.add({
    operation: 'bigquery.jobs.insert',
    times: 2,
    action: { kind: 'fail', status: 403, reason: 'rateLimitExceeded', message: 'Exceeded rate limits' },
  });
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
});

test('requests that wait together are worked off by one statement a table', async () => {
  const tenant = await eventsOf('together', ['jane', 'joe', 'jim', 'kim']);
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    times: 3,
    action: { kind: 'drop', when: 'before' },
  });
  const ids: string[] = [];
  for (const value of ['jane', 'joe', 'jim'])
    ids.push((await tenant.requestDeletion([{ ...jane, value }])).json.id);
  await system.stack.tick();

  for (const id of ids) {
    const { json } = await tenant.get(`/requests/${id}`);
    expect(json).toMatchObject({
      state: 'completed',
      tables: [{ rows_located: 2, rows_changed: 2, rows_left: 0 }],
    });
  }
  expect(await changeJobs(tenant.dataset)).toHaveLength(1);
  expect(await system.snapshot(tenant.dataset, 'events')).toHaveLength(2);
});

test('a push that is no wake-up is acknowledged and recorded, so that it does not come again', async () => {
  const { url } = system.stack.function('erase');
  for (const body of [
    '',
    'not json',
    '{}',
    '{"message":{"data":"!!"}}',
    '{"message":{"messageId":"1","data":"e30="},"subscription":"s"}',
  ]) {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect([204, 400]).toContain(response.status);
  }
  expect(system.printed.join('')).toContain('poison_message');
});

test('a date shard that is dropped after it was located holds nothing up', async () => {
  const shards = ['20260101', '20260102'].map((day) => eventsTable(`events_${day}`, ['jane', 'joe']));
  const tenant = await system.createTenant('dropped-shard', shards, eventsMap(['events_*']));
  system.stack.faults.add({
    operation: 'bigquery.jobs.run',
    resource: 'change1',
    action: { kind: 'fail', status: 403, reason: 'quotaExceeded', message: 'Quota exceeded' },
  });
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json).toMatchObject({ condition_reason: 'quota' });

  await system.bigquery.dataset(tenant.dataset).table('events_20260102').delete();
  await system.stack.moveClock(16 * MINUTE);
  await system.stack.tick();

  const shown = (await tenant.get(`/requests/${json.id}`)).json;
  expect(shown).toMatchObject({ state: 'completed', tables: [{ rows_located: 4, rows_left: 0 }] });
  expect(await system.snapshot(tenant.dataset, 'events_20260101')).toHaveLength(2);
});

test('a table that the map got after the acceptance, in another location, is searched too', async () => {
  const tables = [
    eventsTable('events', ['jane', 'joe']),
    eventsTable('events', ['jane', 'joe'], { location: 'US' }),
  ];
  const tenant = await system.createTenant('moved', tables, eventsMap(['events']));
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    action: { kind: 'drop', when: 'before' },
  });
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  const other =
    '  - {table: moved_us.events, location: US, identifiers: [{type: distinct_id, column: distinct_id}]}\n';
  const map = `${eventsMap(['events'])(tenant.dataset)}${other}`;
  expect((await tenant.call('PUT', '/data-map', map, { 'content-type': 'application/yaml' })).status).toBe(
    200,
  );

  await system.stack.tick();
  await system.settled();
  await system.stack.tick();

  const shown = (await tenant.get(`/requests/${json.id}`)).json;
  expect([shown.state, shown.tables.map(({ location }: { location: string }) => location)]).toEqual([
    'completed',
    ['EU', 'US'],
  ]);
  expect(await system.snapshot('moved_us', 'events')).toHaveLength(2);
});

test('after the map was mended, :retry goes on at once; a table taken out of it is named on the receipt', async () => {
  const tables = [
    eventsTable('events', ['jane']),
    eventsTable('renamed', ['jane']),
    eventsTable('dropped', ['jane']),
  ];
  const tenant = await system.createTenant('retried', tables, eventsMap(['events', 'renamed', 'dropped']));
  const dataset = system.bigquery.dataset(tenant.dataset);
  await dataset.table('renamed').delete();
  await dataset.table('dropped').delete();
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json).toMatchObject({ condition: 'blocked' });

  await system.createTable(tenant.dataset, eventsTable('renamed', ['jane', 'joe']));
  await tenant.call('PUT', '/data-map', eventsMap(['events', 'renamed'])(tenant.dataset), {
    'content-type': 'application/yaml',
  });
  expect((await tenant.post(`/requests/${json.id}:retry`, {})).status).toBe(202);
  await system.settled();

  const shown = (await tenant.get(`/requests/${json.id}`)).json;
  expect(shown.state).toBe('completed');
  expect(shown.tables).toMatchObject([
    { rows_changed: 2 },
    { rows_changed: 2 },
    { unmapped: true, rows_changed: 0 },
  ]);
  expect(await system.snapshot(tenant.dataset, 'renamed')).toHaveLength(2);
  const again = await tenant.post(`/requests/${json.id}:retry`, {});
  expect([again.status, again.json.code]).toEqual([409, 'already_closed']);
});

test('a request that is still open a week before its deadline is announced, once', async () => {
  const tenant = await system.createTenant('deadline', [eventsTable('gone', ['jane'])], eventsMap(['gone']));
  await system.bigquery.dataset(tenant.dataset).table('gone').delete();
  const { json } = await tenant.requestDeletion([jane]);
  await system.settled();
  const announced = async () => {
    const sql = `SELECT COUNT(*) AS n FROM lethe.ledger_events WHERE request = '${json.id}' AND condition = 'deadline_near'`;
    return (await system.query(sql))[0]?.['n'];
  };

  const counts: unknown[] = [];
  for (const days of [22, 1.5, 1]) {
    await system.stack.moveClock(days * 24 * 60 * MINUTE);
    await system.stack.tick();
    await system.settled();
    counts.push(await announced());
  }

  expect(counts).toEqual([0, 1, 1]);
  expect((await tenant.get(`/requests/${json.id}`)).json).toMatchObject({
    state: 'running',
    condition: 'blocked',
  });
});
