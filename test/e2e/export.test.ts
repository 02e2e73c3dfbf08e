/** Exports: what is in the files, for whom, and what is left behind. */
import { gunzipSync } from 'node:zlib';
import { eventsMap, eventsTable, LOOK_ALIKES } from '../support/events-table.ts';
import { download, fileOf, linesOf, order, rowsOf } from '../support/exports.ts';
import { PROJECT, System } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

const user = (value: string, type = 'distinct_id') => ({ type, value });
const DAY = { timePartitioning: { type: 'DAY', field: 'time' }, clustering: { fields: ['distinct_id'] } };
const DAYS = 86_400_000;
const idMap = (table: string) => (dataset: string) =>
  `{version: 1, location: EU, tables: [{table: ${dataset}.${table}, identifiers: [{type: distinct_id, column: distinct_id}]}]}`;

test('an export holds every row of the subject, from every table of the map, and no other row', async () => {
  const owners = ['jane', ...LOOK_ALIKES];
  const tables = [
    eventsTable('plain', owners),
    eventsTable('by_ingestion', owners, { resource: { timePartitioning: { type: 'DAY' } } }),
    eventsTable('must_filter', owners, { resource: { ...DAY, requirePartitionFilter: true } }),
    eventsTable('sharded_20260101', owners),
    eventsTable('sharded_20260102', ['somebody else']),
    eventsTable('sharded_intraday_20260103', owners),
    eventsTable('without', ['somebody else']),
  ];
  const mapped = ['plain', 'by_ingestion', 'must_filter', 'sharded_*', 'without'];
  const tenant = await system.createTenant('export-shapes', tables, eventsMap(mapped));

  const id = await order(tenant, { subjects: [user('jane')] });
  await system.settled();

  const shown = await tenant.get(`/requests/${id}`);
  expect(shown.json).toMatchObject({
    state: 'completed',
    links: { files: `/v1/tenants/export-shapes/requests/${id}/files` },
  });
  const name = (table: string) => `${PROJECT}.export_shapes.${table}`;
  expect(
    shown.json.tables.map((table: Record<string, unknown>) => [
      table['table'],
      table['rows_located'],
      table['rows_changed'],
      table['rows_left'],
    ]),
  ).toEqual([
    [name('plain'), 2, 0, 0],
    [name('by_ingestion'), 2, 0, 0],
    [name('must_filter'), 2, 0, 0],
    [name('sharded_*'), 4, 0, 0],
    [name('without'), 0, 0, 0],
  ]);
  const files = await download(tenant, id);
  expect(files.map((file) => [file.name, file.rows])).toEqual([
    ['export_shapes.plain.ndjson.gz', 2],
    ['export_shapes.by_ingestion.ndjson.gz', 2],
    ['export_shapes.must_filter.ndjson.gz', 2],
    ['export_shapes.sharded_.ndjson.gz', 4],
    ['manifest.json', undefined],
    ['index.html', undefined],
  ]);
  const rows = files.filter(({ format }) => format === 'ndjson').flatMap((file) => rowsOf(files, file.name));
  expect(new Set(rows.map((row) => row.distinct_id))).toEqual(new Set(['jane']));
  expect(rowsOf(files, 'export_shapes.plain.ndjson.gz')).toEqual(
    expect.arrayContaining([
      { distinct_id: 'jane', user_id: null, event: 'opened', time: '2026-01-11T10:00:00Z' },
      { distinct_id: 'jane', user_id: 'u-0', event: 'closed', time: '2026-01-12T23:59:59.999999Z' },
    ]),
  );
});

test('manifest.json and index.html say what is there, and the page runs nothing and asks for nothing', async () => {
  const evil = '<script>alert(1)</script>&"\'';
  const tenant = await system.createTenant(
    'export-about',
    [eventsTable('events', [evil, 'joe'])],
    eventsMap(['events']),
  );

  const id = await order(tenant, { subjects: [user(evil)] });
  await system.settled();

  const files = await download(tenant, id);
  const manifest = JSON.parse(fileOf(files, 'manifest.json').bytes.toString());
  expect(manifest).toMatchObject({
    tenant: 'export-about',
    request: id,
    subjects: [user(evil)],
    tables: [{ table: `${PROJECT}.export_about.events`, rows: 2, searched: true }],
    files: [
      { name: 'export_about.events.ndjson.gz', rows: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ],
  });
  expect(manifest.tables[0].schema.map(({ name, type }: Record<string, string>) => [name, type])).toEqual([
    ['distinct_id', 'STRING'],
    ['user_id', 'STRING'],
    ['event', 'STRING'],
    ['time', 'TIMESTAMP'],
  ]);
  const page = fileOf(files, 'index.html').bytes.toString();
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&amp;');
  expect(page).not.toMatch(/<script|\bsrc=|\bhref=|url\(/);
  expect(page).toContain('opened');
});

test('values come out exactly as BigQuery holds them', async () => {
  const schema = [
    { name: 'distinct_id', type: 'STRING' },
    { name: 'big', type: 'INT64' },
    { name: 'small', type: 'INT64' },
    { name: 'amount', type: 'NUMERIC' },
    { name: 'ratio', type: 'FLOAT64' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'day', type: 'DATE' },
    { name: 'clock', type: 'TIME' },
    { name: 'raw', type: 'BYTES' },
    { name: 'properties', type: 'JSON' },
    { name: 'isOn', type: 'BOOL' },
    { name: 'tags', type: 'STRING', mode: 'REPEATED' },
    {
      name: 'items',
      type: 'RECORD',
      mode: 'REPEATED',
      fields: [
        { name: 'sku', type: 'STRING' },
        { name: 'counts', type: 'INT64', mode: 'REPEATED' },
      ],
    },
    { name: 'text', type: 'STRING' },
  ];
  const full = {
    distinct_id: 'jane',
    big: '9223372036854775807',
    small: 7,
    amount: '12345678901234567890.123456789',
    ratio: 0.1,
    at: '2026-01-02T03:04:05.000001Z',
    day: '2026-01-02',
    clock: '03:04:05.5',
    raw: Buffer.from([0, 255, 1]).toString('base64'),
    properties: { a: [1, null, { b: 'x' }] },
    isOn: true,
    tags: ['a', 'b'],
    items: [
      { sku: 's', counts: [1, 2] },
      { sku: null, counts: [] },
    ],
    text: 'line\nbreak, "quote", \u2028 and 😀',
  };
  const tenant = await system.createTenant(
    'export-values',
    [{ table: 'events', schema, rows: [full, { distinct_id: 'jane' }, { ...full, distinct_id: 'joe' }] }],
    (dataset) =>
      `{version: 1, location: EU, tables: [{table: ${dataset}.events, identifiers: [{type: distinct_id, column: distinct_id}]}]}`,
  );

  const id = await order(tenant, { subjects: [user('jane')] });
  await system.settled();

  const files = await download(tenant, id);
  const rows = rowsOf(files, 'export_values.events.ndjson.gz').sort((a, b) =>
    a.big === null ? 1 : b.big === null ? -1 : 0,
  );
  expect(rows).toEqual([
    { ...full, clock: expect.stringMatching(/^03:04:05\.50*$/) },
    {
      distinct_id: 'jane',
      big: null,
      small: null,
      amount: null,
      ratio: null,
      at: null,
      day: null,
      clock: null,
      raw: null,
      properties: null,
      isOn: null,
      tags: [],
      items: [],
      text: null,
    },
  ]);
});

test('requests of one batch share one scan a table, and each gets its own rows only', async () => {
  const people = ['ann', 'bob', 'cem'];
  const tenant = await system.createTenant(
    'export-batch',
    [eventsTable('events', people)],
    eventsMap(['events']),
  );
  const other = await system.createTenant(
    'export-other',
    [eventsTable('events', people)],
    eventsMap(['events']),
  );
  // Both of ann's identifiers in one request; bob in two requests; a row found by two identifiers of one request.
  const orders = [
    [user('ann'), user('u-0', 'user_id')],
    [user('bob')],
    [user('bob'), user('u-2', 'user_id')],
    [user('nobody')],
  ];

  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'export',
    times: 5,
    action: { kind: 'drop', when: 'before' },
  });
  const ids: string[] = [];
  for (const subjects of orders) ids.push(await order(tenant, { subjects }));
  const others = await order(other, { subjects: [user('ann')] });
  await system.settled();
  system.stack.faults.clear();
  expect(await system.stack.tick('export')).toBe(204);
  await system.settled();

  const found: string[][] = [];
  for (const id of ids) {
    const files = await download(tenant, id);
    const hasRows = files.some(({ format }) => format === 'ndjson');
    const rows = hasRows ? rowsOf(files, 'export_batch.events.ndjson.gz') : [];
    found.push(rows.map((row) => `${row.distinct_id} ${row.event}`).sort());
  }
  expect(found).toEqual([
    ['ann closed', 'ann opened'],
    ['bob closed', 'bob opened'],
    ['bob closed', 'bob opened', 'cem closed'],
    [],
  ]);
  expect(linesOf(await download(other, others), 'export_other.events.ndjson.gz')).toHaveLength(2);
  const [jobs] = await system.bigquery.getJobs({ maxResults: 1000 });
  const scans = jobs.filter(({ metadata }) =>
    metadata.configuration.query?.query.includes('export_batch.events'),
  );
  expect(scans.map(({ metadata }) => metadata.statistics.query.statementType)).toEqual([
    'CREATE_TABLE_AS_SELECT',
  ]);
});

test('of named properties the export holds these, the identifiers and the time, and nothing else', async () => {
  const schema = [
    { name: 'distinct_id', type: 'STRING' },
    { name: 'time', type: 'TIMESTAMP' },
    { name: 'secret', type: 'STRING' },
    { name: 'email', type: 'STRING' },
    { name: 'properties', type: 'JSON' },
  ];
  const row = {
    distinct_id: 'jane',
    time: '2026-01-02T03:04:05Z',
    secret: 'hidden',
    email: 'jane@example.com',
    properties: { 'plan "gold" `x`': 1, plan: 'gold', other: 'hidden' },
  };
  const map = (dataset: string) => `version: 1
location: EU
tables:
  - table: ${dataset}.events
    identifiers: [{type: distinct_id, column: distinct_id}]
    event_time: {column: time}
    properties:
      - {name: $email, column: email}
      - {name: '*', column: properties, key: '*'}
  - table: ${dataset}.bare
    identifiers: [{type: distinct_id, column: distinct_id}]
`;
  const tables = [
    { table: 'events', schema, rows: [row] },
    { table: 'bare', schema, rows: [row] },
  ];
  const tenant = await system.createTenant('export-named', tables, map);

  const id = await order(tenant, { subjects: [user('jane')], scope: { properties: ['$email', 'plan'] } });
  await system.settled();

  const files = await download(tenant, id);
  expect(rowsOf(files, 'export_named.events.ndjson.gz')).toEqual([
    { distinct_id: 'jane', time: '2026-01-02T03:04:05Z', $email: 'jane@example.com', plan: 'gold' },
  ]);
  expect(files.map(({ name }) => name)).not.toContain('export_named.bare.ndjson.gz');
  for (const { bytes } of files) expect(bytes.toString()).not.toContain('hidden');
});

test('files are gone when they have expired, and the API says so', async () => {
  const tenant = await system.createTenant(
    'export-expiry',
    [eventsTable('events', ['jane'])],
    eventsMap(['events']),
  );
  const id = await order(tenant, { subjects: [user('jane')] });
  await system.settled();
  const before = await tenant.get(`/requests/${id}/files`);
  const [first] = before.json.files;

  await system.stack.moveClock(13 * DAYS);
  const again = await tenant.get(`/requests/${id}/files`);
  const stale = await fetch(first.url);
  const fresh = await fetch(again.json.files[0].url);
  await system.stack.moveClock(DAYS + 60_000);
  const after = await tenant.get(`/requests/${id}/files`);

  expect([stale.status, fresh.status]).toEqual([400, 200]);
  expect([after.status, after.json.code]).toEqual([410, 'files_expired']);
  expect(await objectsOf('export-expiry')).toEqual([]);
});

test('nothing is left of the staging, and no identifier is in ledger, access log or logs', async () => {
  const subject = 'jane.export+canary@example.com';
  const tenant = await system.createTenant(
    'export-traces',
    [eventsTable('events', [subject])],
    eventsMap(['events']),
  );

  const id = await order(tenant, { subjects: [user(subject)] });
  await system.settled();
  await download(tenant, id);
  await system.settled();

  for (const location of ['eu', 'us']) {
    const [tables] = await system.bigquery.dataset(`lethe_staging_${location}`).getTables();
    expect(tables).toEqual([]);
  }
  const ledger = await system.query(`SELECT * FROM lethe.ledger WHERE request = '${id}' ORDER BY revision`);
  expect(ledger.map((row) => [row['state'], row['type'], row['rows_located']])).toEqual([
    ['pending', 'export', null],
    ['running', 'export', null],
    ['completed', 'export', 2],
  ]);
  const access = await system.query(
    `SELECT * FROM lethe.access_log WHERE request = '${id}' ORDER BY occurred_at`,
  );
  expect(access.map((row) => [row['actor_type'], row['action'], row['rows']])).toEqual([
    ['key', 'request.create', null],
    ['service', 'rows.export', 2],
    ['key', 'export.read', null],
  ]);
  const receipt = await tenant.get(`/requests/${id}/receipt`);
  const said = JSON.stringify([ledger, access]) + system.printed.join('') + receipt.text;
  expect(said).not.toContain('canary');
  const payload = Buffer.from(receipt.text.split('.')[1] ?? '', 'base64url').toString();
  expect(payload).not.toContain('canary');
  expect(JSON.parse(payload)).toMatchObject({
    type: 'export',
    rows_located: 2,
    rows_changed: 0,
    no_copy_after: null,
  });
  expect((await objectsOf('export-traces')).join()).not.toContain('canary');
});

async function objectsOf(tenant: string): Promise<string[]> {
  const url = `${system.stack.addresses.storage}/storage/v1/b/lethe-exports/o?prefix=${tenant}/`;
  const { items = [] } = (await (await fetch(url)).json()) as { items?: { name: string }[] };
  return items.map(({ name }) => name);
}

test('CSV has a header, keeps numbers as they are, and tells NULL from an empty text', async () => {
  const schema = [
    { name: 'distinct_id', type: 'STRING' },
    { name: 'big', type: 'INT64' },
    { name: 'text', type: 'STRING' },
    { name: 'properties', type: 'JSON' },
    { name: 'tags', type: 'STRING', mode: 'REPEATED' },
  ];
  const rows = [
    {
      distinct_id: 'jane',
      big: '9223372036854775807',
      text: 'a "b", c\nd',
      properties: { n: 1 },
      tags: ['x', 'y'],
    },
    { distinct_id: 'jane', big: 7, text: '' },
    { distinct_id: 'jane' },
  ];
  const tenant = await system.createTenant(
    'export-csv',
    [{ table: 'events', schema, rows }],
    idMap('events'),
  );

  const id = await order(tenant, { subjects: [user('jane')], formats: ['csv', 'ndjson'] });
  await system.settled();

  const files = await download(tenant, id);
  expect(files.map(({ name, rows: count }) => [name, count])).toEqual([
    ['export_csv.events.csv.gz', 3],
    ['export_csv.events.ndjson.gz', 3],
    ['manifest.json', undefined],
    ['index.html', undefined],
  ]);
  const csv = gunzipSync(fileOf(files, 'export_csv.events.csv.gz').bytes).toString();
  const [header, ...records] = csv.split('\r\n');
  expect(header).toBe('distinct_id,big,text,properties,tags');
  expect(records.sort()).toEqual([
    '',
    'jane,,,,[]',
    'jane,7,"",,[]',
    'jane,9223372036854775807,"a ""b"", c\nd","{""n"":1}","[""x"",""y""]"',
  ]);
});

test('an export since a time leaves older rows out, and keeps those that say no time', async () => {
  const times = { TIMESTAMP: 'T00:00:00Z', DATETIME: 'T00:00:00', DATE: '' };
  const tables = Object.entries(times).map(([type, suffix]) => ({
    table: type.toLowerCase(),
    schema: [
      { name: 'distinct_id', type: 'STRING' },
      { name: 'at', type },
    ],
    rows: [
      { distinct_id: 'jane', at: `2025-11-24${suffix}` },
      { distinct_id: 'jane', at: `2025-11-25${suffix}` },
      { distinct_id: 'jane', at: null },
    ],
  }));
  const millis = {
    table: 'millis',
    schema: [
      { name: 'distinct_id', type: 'STRING' },
      { name: 'at', type: 'INT64' },
    ],
    rows: [-1, 0].map((distance) => ({
      distinct_id: 'jane',
      at: Date.parse('2025-11-25T00:00:00Z') + distance,
    })),
  };
  const timeless = { ...millis, table: 'timeless' };
  const map = (dataset: string) => `version: 1
location: EU
tables:
${tables.map(({ table }) => `  - {table: ${dataset}.${table}, identifiers: [{type: distinct_id, column: distinct_id}], event_time: {column: at}}`).join('\n')}
  - {table: ${dataset}.millis, identifiers: [{type: distinct_id, column: distinct_id}], event_time: {column: at, unit: milliseconds}}
  - {table: ${dataset}.timeless, identifiers: [{type: distinct_id, column: distinct_id}]}
`;
  const tenant = await system.createTenant('export-since', [...tables, millis, timeless], map);

  const since = await order(tenant, { subjects: [user('jane')], since: '2025-11-25T01:00:00+01:00' });
  const all = await order(tenant, { subjects: [user('jane')] });
  await system.settled();

  const counts = async (id: string) =>
    (await tenant.get(`/requests/${id}`)).json.tables.map(
      (table: Record<string, unknown>) => table['rows_located'],
    );
  expect(await counts(since)).toEqual([2, 2, 2, 1, 2]);
  expect(await counts(all)).toEqual([3, 3, 3, 2, 2]);
  const refused = await tenant.post('/requests', {
    type: 'export',
    subjects: [user('jane')],
    scope: 'everything',
    since: 'last year',
  });
  expect([refused.status, refused.json.errors[0].field]).toEqual([400, 'since']);
});

test('an export of categories says which kinds of data there are and from where, and holds no row', async () => {
  const tables = [
    eventsTable('events', ['jane']),
    eventsTable('orders', ['jane']),
    eventsTable('others', ['joe']),
  ];
  const map = (dataset: string) => `version: 1
location: EU
tables:
  - table: ${dataset}.events
    identifiers: [{type: distinct_id, column: distinct_id}, {type: user_id, column: user_id}]
    category: Use of the website
    source: The website itself
    properties: [{name: kind, column: event, replacement: deleted}]
  - {table: ${dataset}.orders, identifiers: [{type: distinct_id, column: distinct_id}]}
  - {table: ${dataset}.others, identifiers: [{type: distinct_id, column: distinct_id}], category: Nothing of hers}
`;
  const tenant = await system.createTenant('export-kinds', tables, map);

  const id = await order(tenant, { subjects: [user('jane')], content: 'categories' });
  await system.settled();

  const files = await download(tenant, id);
  expect(files.map(({ name }) => name)).toEqual(['categories.json', 'manifest.json', 'index.html']);
  expect(JSON.parse(fileOf(files, 'categories.json').bytes.toString())).toEqual({
    categories: [
      {
        table: `${PROJECT}.export_kinds.events`,
        category: 'Use of the website',
        source: 'The website itself',
        identifiers: ['distinct_id', 'user_id'],
        properties: ['kind'],
        records: 2,
      },
      {
        table: `${PROJECT}.export_kinds.orders`,
        category: 'export_kinds.orders',
        source: null,
        identifiers: ['distinct_id'],
        properties: [],
        records: 2,
      },
    ],
  });
  const text = files.map(({ bytes }) => bytes.toString()).join();
  expect(text).toContain('Use of the website');
  expect(text).not.toMatch(/opened|Nothing of hers/);
});

test('the preview of an export counts its rows, and asks for no change', async () => {
  const tenant = await system.createTenant(
    'export-preview',
    [eventsTable('events', ['jane', 'joe'])],
    eventsMap(['events']),
  );

  const { status, json } = await tenant.post('/requests:preview', {
    type: 'export',
    subjects: [user('jane')],
    scope: 'everything',
  });

  expect([status, json.type]).toEqual([200, 'export']);
  expect(json.tables).toEqual([expect.objectContaining({ rows: 2, searched: true })]);
  expect(json.tables[0].bytes_change).toBeGreaterThan(json.tables[0].bytes_locate);
  const [jobs] = await system.bigquery.getJobs({ maxResults: 1000 });
  const left = jobs.filter(({ metadata }) =>
    metadata.configuration.query?.query.includes('export_preview.events'),
  );
  // Nobody remembers a preview, so its job goes at once, and the identifiers in it.
  expect(left).toEqual([]);
  expect(await system.snapshot(tenant.dataset, 'events')).toHaveLength(4);
});

test('staged rows that are gone before they are written are staged anew', async () => {
  const tenant = await system.createTenant(
    'export-lost',
    [eventsTable('events', ['jane'])],
    eventsMap(['events']),
  );
  // The first page cannot be read: what a worker finds whose staging table has expired.
  system.stack.faults.add({
    operation: 'bigquery.tabledata.list',
    action: { kind: 'fail', status: 404, reason: 'notFound', message: 'Not found: Table' },
  });

  const id = await order(tenant, { subjects: [user('jane')] });
  await system.settled();
  system.stack.faults.clear();

  expect(rowsOf(await download(tenant, id), 'export_lost.events.ndjson.gz')).toHaveLength(2);
  const [tables] = await system.bigquery.dataset('lethe_staging_eu').getTables();
  expect(tables.map((table) => table.id)).toEqual([]);
});

test('of several locations each has files of its own, and all are there when the request is completed', async () => {
  const tables = [
    eventsTable('events', ['jane', 'joe']),
    eventsTable('events', ['jane'], { location: 'US' }),
  ];
  const map = (dataset: string) => `version: 1
location: EU
tables:
  - {table: ${dataset}.events, identifiers: [{type: distinct_id, column: distinct_id}]}
  - {table: ${dataset}_us.events, location: US, identifiers: [{type: distinct_id, column: distinct_id}]}
`;
  const tenant = await system.createTenant('export-places', tables, map);

  const id = await order(tenant, { subjects: [user('jane')] });
  await system.settled();

  const { json } = await tenant.get(`/requests/${id}/files`);
  expect(
    json.files.map((file: Record<string, string>) => `${file['location']} ${file['name']}`).sort(),
  ).toEqual([
    'EU export_places.events.ndjson.gz',
    'EU index.html',
    'EU manifest.json',
    'US export_places_us.events.ndjson.gz',
    'US index.html',
    'US manifest.json',
  ]);
  expect(rowsOf(await download(tenant, id), 'export_places_us.events.ndjson.gz')).toHaveLength(2);
});

test('a tenant says for how many days its files are kept', async () => {
  const map = (dataset: string) => `${eventsMap(['events'])(dataset)}exports: {keep_days: 2}\n`;
  const tenant = await system.createTenant('export-days', [eventsTable('events', ['jane'])], map);

  const id = await order(tenant, { subjects: [user('jane')] });
  await system.settled();

  const { json } = await tenant.get(`/requests/${id}/files`);
  const kept = Date.parse(json.files_expire_at) - system.stack.now();
  expect(Math.round(kept / DAYS)).toBe(2);
  expect(await objectsOf('export-days')).toHaveLength(3);
  await system.stack.moveClock(2 * DAYS);
  expect(await objectsOf('export-days')).toEqual([]);
});

test('an export whose tables have left the data map meanwhile ends with files that say so', async () => {
  const tables = [eventsTable('events', ['jane']), eventsTable('events', ['jane'], { location: 'US' })];
  const both = (dataset: string) => `version: 1
location: EU
tables:
  - {table: ${dataset}.events, identifiers: [{type: distinct_id, column: distinct_id}]}
  - {table: ${dataset}_us.events, location: US, identifiers: [{type: distinct_id, column: distinct_id}]}
`;
  const tenant = await system.createTenant('export-moved', tables, both);
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'export',
    times: 2,
    action: { kind: 'drop', when: 'before' },
  });
  const id = await order(tenant, { subjects: [user('jane')] });
  await system.settled();
  system.stack.faults.clear();
  const put = await tenant.call('PUT', '/data-map', idMap('events')('export_moved'), {
    'content-type': 'application/yaml',
  });
  expect(put.status).toBe(200);

  expect(await system.stack.tick('export')).toBe(204);
  await system.settled();

  const files = await download(tenant, id);
  expect(files.map(({ name }) => name).sort()).toEqual([
    'export_moved.events.ndjson.gz',
    'index.html',
    'index.html',
    'manifest.json',
    'manifest.json',
  ]);
});
