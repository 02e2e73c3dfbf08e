/** Deletion of named properties and corrections, in every form in which tables store properties. */
import { System, type Tenant } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

const SCHEMA = [
  { name: 'distinct_id', type: 'STRING' },
  { name: 'day', type: 'DATE' },
  { name: 'email', type: 'STRING' },
  { name: 'name', type: 'STRING', mode: 'REQUIRED' },
  { name: 'age', type: 'INT64' },
  { name: 'tags', type: 'STRING', mode: 'REPEATED' },
  {
    name: 'device',
    type: 'RECORD',
    fields: [
      { name: 'ad_id', type: 'STRING' },
      {
        name: 'os',
        type: 'RECORD',
        fields: [
          { name: 'build', type: 'STRING' },
          { name: 'name', type: 'STRING' },
        ],
      },
    ],
  },
  { name: 'properties', type: 'JSON' },
  { name: 'raw', type: 'STRING' },
  {
    name: 'event_params',
    type: 'RECORD',
    mode: 'REPEATED',
    fields: [
      { name: 'key', type: 'STRING' },
      {
        name: 'value',
        type: 'RECORD',
        fields: [
          { name: 'string_value', type: 'STRING' },
          { name: 'int_value', type: 'INT64' },
          { name: 'double_value', type: 'FLOAT64' },
        ],
      },
    ],
  },
  {
    name: 'contexts',
    type: 'RECORD',
    mode: 'REPEATED',
    fields: [
      { name: 'id', type: 'STRING' },
      { name: 'kind', type: 'STRING' },
    ],
  },
];

const MAP = (dataset: string) => `
version: 1
location: EU
tables:
  - table: ${dataset}.events
    identifiers: [{type: distinct_id, column: distinct_id}]
    properties:
      - {name: $email, column: email}
      - {name: name, column: name, replacement: deleted}
      - {name: age, column: age}
      - {name: tags, column: tags}
      - {name: ad_id, column: device.ad_id}
      - {name: build, column: device.os.build}
      - {name: city, column: properties, key: [address, city]}
      - {name: city, column: raw, key: [address, city]}
      - {name: page, column: contexts, item_field: id}
      - {name: '*', column: properties, key: '*'}
      - {name: '*', column: event_params, entry: '*'}
`;

function rowOf(distinct_id: string | null, day = '2026-01-02') {
  return {
    distinct_id,
    day,
    email: `${distinct_id}@example.com`,
    name: `Name of ${distinct_id}`,
    age: 30,
    tags: ['a', 'b'],
    device: { ad_id: 'ad', os: { build: 'b1', name: 'Linux' } },
    properties: { $email: 'x@example.com', address: { city: 'Bonn', street: 'S' }, 'a.b c': 1, plan: 'gold' },
    raw: JSON.stringify({ address: { city: 'Bonn', street: 'S' }, n: 1 }),
    event_params: [
      { key: 'plan', value: { string_value: 'gold' } },
      { key: 'page', value: { string_value: '/' } },
      { key: 'plan', value: { int_value: 7 } },
    ],
    contexts: [
      { id: 'c1', kind: 'web' },
      { id: null, kind: 'app' },
    ],
  };
}

async function newTenant(name: string): Promise<Tenant> {
  const bare = { distinct_id: 'jane', day: '2026-01-03', name: 'bare' };
  const rows = [rowOf('jane'), rowOf('jane', '2026-01-05'), rowOf('janet'), rowOf('joe'), rowOf(null), bare];
  const resource = { timePartitioning: { type: 'DAY', field: 'day' }, requirePartitionFilter: true };
  return system.createTenant(name, [{ table: 'events', schema: SCHEMA, rows, resource }], MAP);
}

// biome-ignore lint/suspicious/noExplicitAny: rows of any shape
type Rows = any[];

/** As plain JSON, JSON columns parsed. */
async function rowsOf({ dataset }: Tenant): Promise<Rows> {
  const [rows] = await system.bigquery.dataset(dataset).table('events').getRows();
  return (rows as Rows).map((row) => {
    const { properties, ...rest } = JSON.parse(JSON.stringify(row));
    const json = typeof properties === 'string' ? JSON.parse(properties) : properties;
    return { ...rest, day: row.day.value, properties: json };
  });
}

const jane = [{ type: 'distinct_id', value: 'jane' }];
const isJanes = (row: { distinct_id: string | null }) => row.distinct_id === 'jane';

async function order(tenant: Tenant, body: object) {
  const { status, json } = await tenant.post('/requests', body);
  expect([status, json.errors]).toEqual([202, undefined]);
  await system.settled();
  const shown = (await tenant.get(`/requests/${json.id}`)).json;
  expect([shown.state, shown.condition_reason]).toEqual(['completed', null]);
  return shown;
}

test('named properties go, in all forms of storage; everything else of everybody stays', async () => {
  const tenant = await newTenant('properties');
  const before = await rowsOf(tenant);

  const properties = ['$email', 'name', 'age', 'tags', 'ad_id', 'build', 'city', 'page', 'plan', 'a.b c'];
  const shown = await order(tenant, { type: 'deletion', subjects: jane, scope: { properties } });

  const after = await rowsOf(tenant);
  const others = (rows: Rows) => rows.filter((row) => !isJanes(row));
  expect(others(after)).toEqual(others(before));
  const expected = {
    distinct_id: 'jane',
    email: null,
    name: 'deleted',
    age: null,
    tags: [],
    device: { ad_id: null, os: { build: null, name: 'Linux' } },
    // $email is named as a column of its own: the map's * does not reach it.
    properties: { $email: 'x@example.com', address: { street: 'S' } },
    raw: JSON.stringify({ address: { street: 'S' }, n: 1 }),
    // `page` is named as a field of contexts.
    event_params: [{ key: 'page', value: { string_value: '/', int_value: null, double_value: null } }],
    contexts: [
      { id: null, kind: 'web' },
      { id: null, kind: 'app' },
    ],
  };
  const full = after.filter((row) => isJanes(row) && row.properties !== null);
  expect(full).toEqual([
    { ...expected, day: '2026-01-02' },
    { ...expected, day: '2026-01-05' },
  ]);
  // STRUCTs, JSON and texts that are NULL stay NULL.
  expect(after.filter((row) => isJanes(row) && row.properties === null)).toEqual([
    expect.objectContaining({ name: 'deleted', device: null, raw: null, event_params: [], contexts: [] }),
  ]);
  expect(shown.tables).toEqual([
    expect.objectContaining({ rows_located: 3, rows_changed: 3, rows_left: 0, searched: true }),
  ]);
  const receipt = await tenant.get(`/requests/${shown.id}/receipt`);
  const payload = JSON.parse(Buffer.from(receipt.text.split('.')[1] ?? '', 'base64url').toString());
  expect(payload).toMatchObject({ type: 'deletion', scope: { properties }, rows_changed: 3 });
});

test('a correction sets what is there, typed as the column is, and makes nothing that was not', async () => {
  const tenant = await newTenant('corrections');
  const before = await rowsOf(tenant);
  const properties = {
    $email: 'new@example.com',
    age: 31,
    ad_id: 'new',
    city: 'Köln "am" Rhein',
    plan: 'silver',
    page: 'p',
  };

  const shown = await order(tenant, { type: 'correction', subjects: jane, properties });

  const after = await rowsOf(tenant);
  const others = (rows: Rows) => rows.filter((row) => !isJanes(row));
  expect(others(after)).toEqual(others(before));
  const silver = { key: 'plan', value: { string_value: 'silver', int_value: null, double_value: null } };
  expect(after.find((row) => isJanes(row) && row.day === '2026-01-02')).toEqual({
    ...before.find((row) => isJanes(row) && row.day === '2026-01-02'),
    email: 'new@example.com',
    age: 31,
    device: { ad_id: 'new', os: { build: 'b1', name: 'Linux' } },
    properties: {
      $email: 'x@example.com',
      address: { city: 'Köln "am" Rhein', street: 'S' },
      'a.b c': 1,
      plan: 'silver',
    },
    raw: JSON.stringify({ address: { city: 'Köln "am" Rhein', street: 'S' }, n: 1 }),
    event_params: [
      silver,
      { key: 'page', value: { string_value: '/', int_value: null, double_value: null } },
      silver,
    ],
    contexts: [
      { id: 'p', kind: 'web' },
      { id: null, kind: 'app' },
    ],
  });
  expect(after.find((row) => isJanes(row) && row.day === '2026-01-03')).toEqual(
    before.find((row) => isJanes(row) && row.day === '2026-01-03'),
  );
  expect(shown.tables[0]).toMatchObject({ rows_located: 2, rows_changed: 2, rows_left: 0 });
  expect(shown).toMatchObject({
    type: 'correction',
    scope: { properties: Object.keys(properties) },
    properties,
  });
  const ledger = await system.query(`SELECT * FROM lethe.ledger WHERE request = '${shown.id}'`);
  expect(JSON.stringify(ledger)).not.toContain('new@example.com');
  expect(ledger[0]).toMatchObject({
    type: 'correction',
    scope: 'properties',
    properties: Object.keys(properties),
  });
});

test('subjects with different properties share one statement a table; edits of one subject keep their order', async () => {
  const tenant = await newTenant('together');
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    times: 10,
    action: { kind: 'drop', when: 'before' },
  });
  const bodies = [
    { type: 'deletion', subjects: jane, scope: { properties: ['$email'] } },
    {
      type: 'deletion',
      subjects: [{ type: 'distinct_id', value: 'joe' }],
      scope: { properties: ['age', 'plan'] },
    },
    { type: 'correction', subjects: [{ type: 'distinct_id', value: 'janet' }], properties: { age: 40 } },
    { type: 'correction', subjects: jane, properties: { name: 'Jane Two' } },
    { type: 'correction', subjects: jane, properties: { name: 'Jane Three' } },
  ];
  const ids: string[] = [];
  for (const body of bodies) {
    ids.push((await tenant.post('/requests', body)).json.id);
    await system.stack.moveClock(1);
  }
  await system.settled();
  system.stack.faults.clear();
  system.stack.faults.record();
  expect(await system.stack.tick()).toBe(204);
  await system.settled();
  expect(await system.stack.tick()).toBe(204);
  const statements = system.stack.faults.calls.filter(
    ({ operation, resource }) => operation === 'bigquery.jobs.run' && resource.includes('_change'),
  );
  system.stack.faults.clear();

  for (const id of ids) expect((await tenant.get(`/requests/${id}`)).json.state).toBe('completed');
  const rows = await rowsOf(tenant);
  expect(rows.filter(isJanes).map(({ email, name }) => [email, name])).toEqual([
    [null, 'Jane Three'],
    [null, 'Jane Three'],
    [null, 'Jane Three'],
  ]);
  expect(rows.find(({ distinct_id }) => distinct_id === 'joe')).toMatchObject({
    age: null,
    email: 'joe@example.com',
  });
  expect(rows.find(({ distinct_id }) => distinct_id === 'janet')).toMatchObject({ age: 40 });
  // The first three together, then Jane's other two one after the other.
  expect(statements).toHaveLength(3);
});

describe('what cannot be done is refused by name', () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await newTenant('refused-properties');
  });

  test.each([
    [
      'no properties',
      { type: 'deletion', subjects: jane, scope: { properties: [] } },
      400,
      'scope.properties',
    ],
    [
      'a key with a quote',
      { type: 'deletion', subjects: jane, scope: { properties: ['a"b'] } },
      422,
      'scope.properties[0]',
    ],
    [
      'a key that ends in a backslash',
      { type: 'deletion', subjects: jane, scope: { properties: ['plan', 'a\\'] } },
      422,
      'scope.properties[1]',
    ],
    [
      'the * of the data map',
      { type: 'deletion', subjects: jane, scope: { properties: ['*'] } },
      422,
      'scope.properties[0]',
    ],
    [
      'a text for INT64',
      { type: 'correction', subjects: jane, properties: { age: 'old' } },
      422,
      'properties.age',
    ],
    [
      'a fraction for INT64',
      { type: 'correction', subjects: jane, properties: { age: 1.5 } },
      422,
      'properties.age',
    ],
    [
      'a number for STRING',
      { type: 'correction', subjects: jane, properties: { $email: 5 } },
      422,
      'properties.$email',
    ],
    [
      'an array column',
      { type: 'correction', subjects: jane, properties: { tags: 'x' } },
      422,
      'properties.tags',
    ],
    ['no new value', { type: 'correction', subjects: jane, properties: {} }, 400, 'properties'],
    ['null', { type: 'correction', subjects: jane, properties: { age: null } }, 400, 'properties.age'],
  ])('%s', async (_, body, status, field) => {
    const answer = await tenant.post('/requests', body);

    expect([answer.status, answer.json.errors[0].field]).toEqual([status, field]);
  });

  test('a property that the map does not know', async () => {
    const closed = (dataset: string) => MAP(dataset).replaceAll(/^.*'\*'.*$/gm, '');
    await tenant.call('PUT', '/data-map', closed(tenant.dataset), { 'content-type': 'application/yaml' });
    const answer = await tenant.post('/requests', {
      type: 'deletion',
      subjects: jane,
      scope: { properties: ['age', 'shoe size'] },
    });

    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({
      code: 'unknown_property',
      errors: [{ field: 'scope.properties[1]', detail: expect.stringContaining('shoe size') }],
    });
  });

  test('a map that does not say what a REQUIRED column holds instead', async () => {
    const map = MAP(tenant.dataset).replace(', replacement: deleted', '');
    const answer = await tenant.call('PUT', '/data-map', map, { 'content-type': 'application/yaml' });

    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.json.errors)).toContain('REQUIRED');
  });
});

test('a column whose type changes after the acceptance blocks its step, and says what to do', async () => {
  const schema = [
    { name: 'distinct_id', type: 'STRING' },
    { name: 'age', type: 'INT64' },
  ];
  const map = (dataset: string) =>
    `version: 1\nlocation: EU\ntables:\n  - {table: ${dataset}.people, identifiers: [{type: distinct_id, column: distinct_id}], properties: [{name: age, column: age}]}\n`;
  const people = { table: 'people', schema, rows: [{ distinct_id: 'jane', age: 30 }] };
  const tenant = await system.createTenant('retyped', [people], map);
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    action: { kind: 'drop', when: 'before' },
  });
  const { json } = await tenant.post('/requests', {
    type: 'correction',
    subjects: jane,
    properties: { age: 31 },
  });
  await system.settled();
  system.stack.faults.clear();
  await system.bigquery.dataset(tenant.dataset).table('people').delete();
  const texts = schema.map((field) => ({ ...field, type: 'STRING' }));
  await system.createTable(tenant.dataset, {
    ...people,
    schema: texts,
    rows: [{ distinct_id: 'jane', age: '30' }],
  });

  expect(await system.stack.tick()).toBe(204);

  const shown = (await tenant.get(`/requests/${json.id}`)).json;
  expect(shown).toMatchObject({
    state: 'running',
    condition: 'blocked',
    tables: [{ state: 'blocked', reason: 'schema_changed', advice: expect.stringContaining(':retry') }],
  });
});
