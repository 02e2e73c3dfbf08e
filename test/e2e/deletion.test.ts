import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compactVerify, createLocalJWKSet } from 'jose';
import { eventsMap, eventsTable, LOOK_ALIKES, NUMBER_LOOK_ALIKES } from '../support/events-table.ts';
import { http, PROJECT, System } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

/** Not the synchronous form: the stand-ins that the command asks are in this process. */
const run = promisify(execFile);

const DAY = { timePartitioning: { type: 'DAY', field: 'time' }, clustering: { fields: ['distinct_id'] } };

test('a deletion removes every row of the subject from every table of the map, and no other row', async () => {
  const owners = ['jane', ...LOOK_ALIKES];
  const tables = [
    eventsTable('plain', owners),
    eventsTable('by_day', owners, { resource: DAY }),
    eventsTable('by_month', owners, { resource: { timePartitioning: { type: 'MONTH', field: 'time' } } }),
    eventsTable('by_ingestion', owners, { resource: { timePartitioning: { type: 'DAY' } } }),
    eventsTable('must_filter', owners, { resource: { ...DAY, requirePartitionFilter: true } }),
    eventsTable('sharded_20260101', owners),
    eventsTable('sharded_20260102', ['somebody else']),
    eventsTable('sharded_intraday_20260103', owners),
  ];
  const mapped = ['plain', 'by_day', 'by_month', 'by_ingestion', 'must_filter', 'sharded_*'];
  const tenant = await system.createTenant('shapes', tables, eventsMap(mapped));
  const before = await Promise.all(tables.map(({ table }) => system.snapshot(tenant.dataset, table)));

  const accepted = await tenant.requestDeletion([{ type: 'distinct_id', value: 'jane' }]);
  await system.settled();

  expect(accepted.status).toBe(202);
  expect(accepted.headers.get('location')).toBe(`/v1/tenants/shapes/requests/${accepted.json.id}`);
  expect(accepted.json).toMatchObject({ state: 'pending', type: 'deletion', scope: 'everything' });
  const after = await Promise.all(tables.map(({ table }) => system.snapshot(tenant.dataset, table)));
  const isJanes = (row: string) => JSON.parse(row).distinct_id === 'jane';
  expect(after).toEqual(before.map((rows) => rows.filter((row) => !isJanes(row))));

  const shown = await tenant.get(`/requests/${accepted.json.id}`);
  expect(shown.json.state).toBe('completed');
  const counts = shown.json.tables.map((table: Record<string, unknown>) => [
    table['table'],
    table['rows_located'],
    table['rows_changed'],
    table['rows_left'],
  ]);
  const name = (table: string) => `${PROJECT}.shapes.${table}`;
  expect(counts).toEqual([
    [name('plain'), 2, 2, 0],
    [name('by_day'), 2, 2, 0],
    [name('by_month'), 2, 2, 0],
    [name('by_ingestion'), 2, 2, 0],
    [name('must_filter'), 2, 2, 0],
    [name('sharded_*'), 4, 4, 0],
  ]);
});

test('identifiers that differ only in how numbers or Unicode are written are different people', async () => {
  const owners = NUMBER_LOOK_ALIKES.flat();
  const tenant = await system.createTenant('numbers', [eventsTable('events', owners)], eventsMap(['events']));

  await tenant.requestDeletion(NUMBER_LOOK_ALIKES.map(([, value]) => ({ type: 'distinct_id', value })));
  await system.settled();

  const left = await system.snapshot(tenant.dataset, 'events');
  const keepers = new Set(left.map((row) => JSON.parse(row).distinct_id));
  expect(keepers).toEqual(new Set(NUMBER_LOOK_ALIKES.map(([kept]) => kept)));
  expect(left).toHaveLength(NUMBER_LOOK_ALIKES.length * 2);
});

test('an integer column is searched for integers only', async () => {
  const schema = [
    { name: 'account', type: 'INTEGER' },
    { name: 'note', type: 'STRING' },
  ];
  const rows = [{ account: 7, note: 'seven' }, { account: 70, note: 'seventy' }, { note: 'nobody' }];
  const map = (dataset: string) =>
    `{version: 1, location: EU, tables: [{table: ${dataset}.accounts, identifiers: [{type: account, column: account}]}]}`;
  const tenant = await system.createTenant('integers', [{ table: 'accounts', schema, rows }], map);

  await tenant.requestDeletion(
    ['007', '7.0', '7e1', ' 7', '99999999999999999999'].map((value) => ({ type: 'account', value })),
  );
  await system.settled();
  expect(await system.snapshot(tenant.dataset, 'accounts')).toHaveLength(3);

  await tenant.requestDeletion([{ type: 'account', value: '7' }]);
  await system.settled();
  const left = (await system.snapshot(tenant.dataset, 'accounts')).map((row) => JSON.parse(row).note);
  expect(left.sort()).toEqual(['nobody', 'seventy']);
});

test('equal ids of another tenant stay', async () => {
  const one = await system.createTenant('one', [eventsTable('events', ['jane'])], eventsMap(['events']));
  const other = await system.createTenant('other', [eventsTable('events', ['jane'])], eventsMap(['events']));

  await one.requestDeletion([{ type: 'distinct_id', value: 'jane' }]);
  await system.settled();

  expect(await system.snapshot(one.dataset, 'events')).toHaveLength(0);
  expect(await system.snapshot(other.dataset, 'events')).toHaveLength(2);
});

test('tables in several locations are worked off, and the request is completed when all are', async () => {
  const tables = [
    eventsTable('events', ['jane', 'joe']),
    eventsTable('events', ['jane', 'joe'], { location: 'US' }),
  ];
  const map = (dataset: string) => `version: 1
location: EU
tables:
  - {table: ${dataset}.events, identifiers: [{type: distinct_id, column: distinct_id}]}
  - {table: ${dataset}_us.events, location: US, identifiers: [{type: distinct_id, column: distinct_id}]}
`;
  const tenant = await system.createTenant('places', tables, map);

  const { json } = await tenant.requestDeletion([{ type: 'distinct_id', value: 'jane' }]);
  await system.settled();

  const shown = await tenant.get(`/requests/${json.id}`);
  expect(shown.json.state).toBe('completed');
  expect(
    shown.json.tables.map((table: Record<string, unknown>) => [table['location'], table['rows_changed']]),
  ).toEqual([
    ['EU', 2],
    ['US', 2],
  ]);
  expect(await system.snapshot('places_us', 'events')).toHaveLength(2);
});

test('the receipt is signed, names what was done, and holds no identifier', async () => {
  const subject = 'jane.receipt@example.com';
  const owners = [subject, 'joe'];
  const tables = [eventsTable('events', owners, { resource: DAY }), eventsTable('people', owners)];
  const people = `{table: receipts.people, identifiers: [{type: user_id, column: user_id}]}`;
  const tenant = await system.createTenant(
    'receipts',
    tables,
    (dataset) => `${eventsMap(['events'])(dataset)}  - ${people}\n`,
  );

  const { json } = await tenant.requestDeletion([{ type: 'distinct_id', value: subject }]);
  await system.settled();
  const answer = await tenant.get(`/requests/${json.id}/receipt`);
  const jwks = await http(`${system.stack.url}/.well-known/jwks.json`, 'GET');

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/jose');
  const { payload, protectedHeader } = await compactVerify(answer.text, createLocalJWKSet(jwks.json));
  expect(protectedHeader).toMatchObject({ alg: 'ES256' });
  const receipt = JSON.parse(new TextDecoder().decode(payload));
  expect(JSON.stringify(receipt)).not.toContain(subject);
  expect(receipt).toMatchObject({
    request: json.id,
    tenant: 'receipts',
    rows_located: 2,
    rows_changed: 2,
    rows_left: 0,
  });
  expect(receipt.subjects).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  const [events, unsearched] = receipt.tables;
  expect(events).toMatchObject({
    table: `${PROJECT}.receipts.events`,
    searched: true,
    rows_located: 2,
    rows_left: 0,
  });
  expect(events.jobs.map((job: { kind: string }) => job.kind)).toEqual(['locate', 'change', 'verify']);
  expect(events.jobs[1]).toMatchObject({ rows_affected: 2, target: `${PROJECT}.receipts.events` });
  expect(events.jobs[1].job).toMatch(new RegExp(`^${PROJECT}:EU\\.lethe_`));
  expect(events.jobs[1].bytes_processed).toBeGreaterThan(0);
  // The table has no identifier of type distinct_id: that is said, not passed off as a search.
  expect(unsearched).toMatchObject({
    table: `${PROJECT}.receipts.people`,
    searched: false,
    rows_located: 0,
    jobs: [],
  });
  // Time travel of 7 days, BigQuery's default, and 7 days of fail-safe.
  const changedAt = Date.parse(events.jobs[1].finished_at);
  expect(Date.parse(receipt.no_copy_after) - changedAt).toBe(14 * 86_400_000);

  const file = join(system.home, 'receipt.jws');
  writeFileSync(file, answer.text);
  const env = { ...process.env, LETHE_URL: system.stack.url };
  const { stdout } = await run(process.execPath, ['bin/lethe.mjs', 'verify', file], { env });
  expect(JSON.parse(stdout)).toEqual(receipt);
  const [header, body = '', signature] = answer.text.split('.');
  const forged = Buffer.from(
    Buffer.from(body, 'base64url').toString().replace('"rows_left":0', '"rows_left":1'),
  );
  writeFileSync(file, `${header}.${forged.toString('base64url')}.${signature}`);
  await expect(run(process.execPath, ['bin/lethe.mjs', 'verify', file], { env })).rejects.toThrow(
    /NOT genuine/,
  );
});

test('ledger and access log tell the same story, and nothing that is logged holds an identifier', async () => {
  const subject = 'jane.canary+7f3a@example.com';
  const tenant = await system.createTenant(
    'stories',
    [eventsTable('events', [subject])],
    eventsMap(['events']),
  );

  const { json } = await tenant.requestDeletion([{ type: 'distinct_id', value: subject }]);
  await system.settled();
  await tenant.get(`/requests/${json.id}`);
  await system.settled();

  const ledger = await system.query(
    `SELECT * FROM lethe.ledger WHERE request = '${json.id}' ORDER BY revision`,
  );
  expect(ledger.map((row) => [row['revision'], row['state'], row['rows_changed']])).toEqual([
    [1, 'pending', null],
    [2, 'running', null],
    [3, 'completed', 2],
  ]);
  const access = await system.query(
    `SELECT * FROM lethe.access_log WHERE request = '${json.id}' ORDER BY occurred_at`,
  );
  expect(
    access.map((row) => [row['actor_type'], row['action'], row['outcome'], row['subjects'], row['rows']]),
  ).toEqual([
    ['key', 'request.create', 'allowed', 1, null],
    ['service', 'rows.delete', 'allowed', 1, 2],
    ['key', 'request.read', 'allowed', 1, null],
  ]);
  const hashes = new Set([...ledger, ...access].flatMap((row) => row['subject_hashes'] as string[]));
  expect(hashes.size).toBe(1);
  expect(JSON.stringify([ledger, access])).not.toContain('canary');
  expect(system.printed.join('')).not.toContain('canary');
  expect(system.printed.join('')).toContain('completed a request');
});

test('a subject that no table knows is a completed request that changed nothing', async () => {
  const tenant = await system.createTenant('nobody', [eventsTable('events', ['joe'])], eventsMap(['events']));

  const { json } = await tenant.requestDeletion([{ type: 'distinct_id', value: 'jane' }]);
  await system.settled();

  const shown = await tenant.get(`/requests/${json.id}`);
  expect(shown.json).toMatchObject({
    state: 'completed',
    tables: [{ rows_located: 0, rows_changed: 0, rows_left: 0 }],
  });
  const jobs = await system.bigquery.getJobs({ maxResults: 1000 });
  const statements = jobs[0].filter(({ id }) => id?.startsWith('lethe_')).map(({ metadata }) => metadata);
  const ofTenant = statements.filter(({ configuration }) =>
    configuration.query.query.includes('nobody.events'),
  );
  expect(ofTenant.map(({ statistics }) => statistics.query.statementType)).toEqual(['SELECT']);
});
