/** POST …/requests:preview: what a request would find, change and cost, while nothing is changed and no request is made. */
import { Storage } from '@google-cloud/storage';
import { RECEIPTS_BUCKET, STATE_BUCKET } from '../../local/provision.ts';
import { eventsMap, eventsTable, LOOK_ALIKES } from '../support/events-table.ts';
import { peopleOf } from '../support/people-table.ts';
import { PROJECT, System, type Tenant } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());
afterEach(() => system.stack.faults.clear());

const MEGABYTE = 1024 ** 2;
const jane = { type: 'distinct_id', value: 'jane' };
const everything = { type: 'deletion', subjects: [jane], scope: 'everything' };
const DAY = { timePartitioning: { type: 'DAY', field: 'time' }, clustering: { fields: ['distinct_id'] } };

const preview = (tenant: Tenant, body: unknown = everything) => tenant.post('/requests:preview', body);

/** Every object of both buckets with its versions: equal exactly when nothing was written. */
async function stored(): Promise<string[]> {
  const storage = new Storage({ projectId: PROJECT, apiEndpoint: system.stack.addresses.storage });
  const lists = await Promise.all(
    [STATE_BUCKET, RECEIPTS_BUCKET].map(async (bucket) => (await storage.bucket(bucket).getFiles())[0]),
  );
  return lists
    .flat()
    .map(({ bucket, name, metadata }) =>
      [bucket.name, name, metadata.generation, metadata.metageneration].join(' '),
    );
}

/** Jobs whose statement is about the tenant's tables. */
async function jobsOf({ dataset }: Tenant) {
  const [jobs] = await system.bigquery.getJobs({ maxResults: 1000 });
  return jobs
    .map(({ metadata }) => metadata)
    .filter(({ configuration }) => configuration.query?.query.includes(`.${dataset}.`));
}

const OWNERS = ['jane', ...LOOK_ALIKES];
const SHAPES = [
  eventsTable('plain', OWNERS),
  eventsTable('by_day', OWNERS, { resource: DAY }),
  eventsTable('must_filter', OWNERS, { resource: { ...DAY, requirePartitionFilter: true } }),
  eventsTable('by_ingestion', OWNERS, { resource: { timePartitioning: { type: 'DAY' } } }),
  eventsTable('sharded_20260101', OWNERS),
  eventsTable('sharded_20260102', ['somebody else']),
  eventsTable('sharded_intraday_20260103', OWNERS),
];
const MAPPED = ['plain', 'by_day', 'must_filter', 'by_ingestion', 'sharded_*'];
const snapshots = (dataset: string) =>
  Promise.all(SHAPES.map(({ table }) => system.snapshot(dataset, table)));

test('plain, partitioned and sharded tables show rows, partitions and bytes', async () => {
  const tenant = await system.createTenant('shown', SHAPES, eventsMap(MAPPED));

  const { status, json } = await preview(tenant);

  expect(status).toBe(200);
  expect(json).toMatchObject({ tenant: 'shown', type: 'deletion', scope: 'everything', subjects: 1 });
  const name = (table: string) => `${PROJECT}.shown.${table}`;
  const days = { count: 2, ids: ['20260111', '20260112'] };
  const today = new Date(system.stack.now()).toISOString().slice(0, 10).replaceAll('-', '');
  expect(json.tables).toMatchObject([
    { table: name('plain'), rows: 2, partitions: { count: 0, ids: [] } },
    { table: name('by_day'), rows: 2, partitions: days },
    { table: name('must_filter'), rows: 2, partitions: days },
    { table: name('by_ingestion'), rows: 2, partitions: { count: 1, ids: [today] } },
    { table: name('sharded_*'), rows: 4, partitions: { count: 2, ids: ['20260101', 'intraday_20260103'] } },
  ]);
  for (const table of json.tables) {
    expect(table).toMatchObject({ location: 'EU', searched: true });
    expect(table.bytes_locate).toBeGreaterThan(0);
    expect(table.bytes_change).toBeGreaterThan(0);
    expect(table.estimated_cost).toMatchObject({ currency: 'USD', price_per_tib: 6.25 });
  }
  // Locate, one change, verify; of the date shards a change each.
  expect(json.tables[0].bytes_billed_estimate).toBe(30 * MEGABYTE);
  expect(json.tables[0].estimated_cost.amount).toBeCloseTo((30 * MEGABYTE * 6.25) / 1024 ** 4, 6);
  const sum = (key: string) =>
    json.tables.reduce((total: number, table: Record<string, number>) => total + (table[key] ?? 0), 0);
  expect(json.totals).toEqual({
    complete: true,
    tables: 5,
    rows: 12,
    partitions: 7,
    bytes_locate: sum('bytes_locate'),
    bytes_change: sum('bytes_change'),
    bytes_billed_estimate: sum('bytes_billed_estimate'),
    estimated_cost: expect.objectContaining({ currency: 'USD' }),
  });
});

test('nothing is written, changed or announced but the entry of the access log', async () => {
  const tenant = await system.createTenant('untouched', SHAPES, eventsMap(MAPPED));
  await system.settled();
  const [objects, tables] = [await stored(), await snapshots(tenant.dataset)];
  system.stack.faults.record();

  const { status } = await preview(tenant);
  const { calls } = system.stack.faults;
  const published = calls.filter(({ operation }) => operation === 'pubsub.publish');
  await system.settled();

  expect(status).toBe(200);
  expect(await stored()).toEqual(objects);
  expect(await snapshots(tenant.dataset)).toEqual(tables);
  expect(published.map(({ resource }) => resource.split('/').at(-1))).toEqual(['access']);
  expect(calls.some(({ operation }) => /^storage\..*(insert|patch|update|delete)/.test(operation))).toBe(
    false,
  );
  const jobs = calls.filter(({ operation }) => operation === 'bigquery.jobs.run');
  expect(jobs.map(({ resource }) => resource)).toEqual(
    MAPPED.map(() => expect.stringMatching(/^lethe_preview_[0-9a-f]{32}_\d$/)),
  );
  // Nobody remembers a preview, so its jobs go at once, and the identifiers that are their parameters.
  expect(await jobsOf(tenant)).toEqual([]);
});

test('the access log tells of the preview by hashes; no job stays, and no log holds an identifier', async () => {
  const canary = 'jane.canary+preview@example.com';
  const tenant = await system.createTenant(
    'hashed',
    [eventsTable('events', [canary])],
    eventsMap(['events']),
  );

  const { json, text } = await preview(tenant, {
    ...everything,
    subjects: [{ type: 'distinct_id', value: canary }],
  });
  await system.settled();

  expect(json.totals.rows).toBe(2);
  expect(text).not.toContain('canary');
  const access = await system.query(
    `SELECT action, outcome, subjects, subject_hashes, request FROM lethe.access_log
     WHERE tenant = 'hashed' AND action = 'request.preview'`,
  );
  expect(access).toEqual([
    {
      action: 'request.preview',
      outcome: 'allowed',
      subjects: 1,
      subject_hashes: [expect.stringMatching(/^[0-9a-f]{64}$/)],
      request: null,
    },
  ]);
  expect(await jobsOf(tenant)).toEqual([]);
  expect(system.printed.join('')).not.toContain('canary');
});

test('without an access log there is no answer', async () => {
  const tenant = await system.createTenant(
    'unlogged',
    [eventsTable('events', ['jane'])],
    eventsMap(['events']),
  );
  system.stack.faults.add({
    operation: 'pubsub.publish',
    resource: 'access',
    times: 100,
    action: { kind: 'fail', status: 403, reason: 'forbidden', message: 'no' },
  });

  const { status, json } = await preview(tenant);

  expect([status, json.code]).toEqual([503, 'unavailable']);
});

test.each<[string, object]>([
  ['a deletion of everything', everything],
  ['a deletion of named properties', { ...everything, scope: { properties: ['email', 'plan'] } }],
  ['a correction', { type: 'correction', subjects: [jane], properties: { plan: 'silver' } }],
])('%s finds the rows that its preview has shown, and is billed no more', async (label, body) => {
  const tenant = await peopleOf(system, `real-${label.split(' ').at(-1)}`);

  const shown = (await preview(tenant, body)).json;
  const { json } = await tenant.post('/requests', body);
  await system.settled();

  const done = (await tenant.get(`/requests/${json.id}`)).json;
  expect(done.state).toBe('completed');
  expect(rowsAndSearched(shown.tables, 'rows')).toEqual(rowsAndSearched(done.tables, 'rows_located'));
  expect(shown.totals.rows).toBeGreaterThan(0);
  const receipt = (await tenant.get(`/requests/${json.id}/receipt`)).text.split('.')[1] ?? '';
  const { bytes_billed } = JSON.parse(Buffer.from(receipt, 'base64url').toString());
  expect(bytes_billed).toBeGreaterThan(0);
  expect(bytes_billed).toBeLessThanOrEqual(shown.totals.bytes_billed_estimate);
});

test('every shape of table is billed no more than its preview has said', async () => {
  const tenant = await system.createTenant('billed', SHAPES, eventsMap(MAPPED));

  const shown = (await preview(tenant)).json;
  const { json } = await tenant.post('/requests', everything);
  await system.settled();

  const done = (await tenant.get(`/requests/${json.id}`)).json;
  expect(rowsAndSearched(shown.tables, 'rows')).toEqual(rowsAndSearched(done.tables, 'rows_located'));
  const billed = new Map<string, number>();
  const text = (await tenant.get(`/requests/${json.id}/receipt`)).text.split('.')[1] ?? '';
  for (const table of JSON.parse(Buffer.from(text, 'base64url').toString()).tables)
    billed.set(
      table.table,
      table.jobs.reduce((sum: number, job: { bytes_billed: number }) => sum + job.bytes_billed, 0),
    );
  for (const { table, bytes_billed_estimate } of shown.tables)
    expect(billed.get(table)).toBeLessThanOrEqual(bytes_billed_estimate);
  // And afterwards a preview has nothing left to show but the price of looking.
  const after = (await preview(tenant)).json;
  expect(after.totals).toMatchObject({ rows: 0, partitions: 0, bytes_change: 0 });
});

type Shown = Record<string, unknown>[];
const rowsAndSearched = (tables: Shown, rows: string) =>
  tables.map((table) => [table['table'], table['location'], table['searched'], table[rows]]);

test('a table that has nothing of the request is not searched and costs nothing', async () => {
  const tenant = await peopleOf(system, 'unsearched');
  const { json } = await preview(tenant, { ...everything, scope: { properties: ['plan'] } });
  expect(json.tables).toMatchObject([
    { rows: 2, searched: true },
    {
      searched: false,
      rows: 0,
      partitions: { count: 0, ids: [] },
      bytes_locate: 0,
      bytes_change: 0,
      bytes_billed_estimate: 0,
      estimated_cost: { amount: 0 },
    },
  ]);
});

test('of more than a hundred partitions the first hundred are named and all are counted', async () => {
  const rows = Array.from({ length: 130 }, (_, day) => ({
    distinct_id: 'jane',
    event: 'opened',
    time: new Date(Date.UTC(2026, 0, 1 + day)).toISOString(),
  }));
  const tenant = await system.createTenant(
    'many',
    [{ ...eventsTable('events', []), rows, resource: DAY }],
    eventsMap(['events']),
  );
  const [table] = (await preview(tenant)).json.tables;
  expect(table).toMatchObject({ rows: 130, partitions: { count: 130 } });
  expect(table.partitions.ids).toHaveLength(100);
  expect(table.partitions.ids[0]).toBe('20260101');
});
