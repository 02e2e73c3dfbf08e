/** Mapping tables: a request reaches every identifier of its subject, and nobody else's. */
import { hashSubject } from '../../functions/domain/subject.ts';
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

const distinctId = (value: string) => ({ type: 'distinct_id', value });

async function deleted(tenant: Tenant, subjects = [jane]) {
  const { json } = await tenant.requestDeletion(subjects);
  await system.settled();
  const shown = (await tenant.get(`/requests/${json.id}`)).json;
  expect([shown.state, shown.condition, shown.condition_reason]).toEqual(['completed', null, null]);
  return shown;
}

async function identityJobs(dataset: string): Promise<string[]> {
  const [jobs] = await system.bigquery.getJobs({ maxResults: 1000 });
  return jobs.flatMap(({ id, metadata }) => {
    const { labels, query } = metadata.configuration;
    return labels?.lethe === 'identity' && query.query.includes(`${dataset}.`) ? [String(id)] : [];
  });
}

test('a chain over two tables and three levels, with a cycle in it, is one person; the receipt lists it by hashes', async () => {
  const tenant = await system.createTenant(
    'chain',
    [
      eventsOf(['jane', 'd-1', 'd-2', 'd-3', 'joe', 'd-4', null]),
      // d-1 is reached by the user id, d-2 by d-1, d-3 by d-2 and back to jane.
      merges([
        ['d-1', 'd-2'],
        ['d-2', 'd-3'],
        ['d-3', 'jane'],
        ['d-3', 'd-1'],
        ['joe', 'd-4'],
      ]),
      identifies([
        ['jane', 'u-1'],
        ['d-1', 'u-1'],
        ['joe', 'u-2'],
      ]),
    ],
    identityMap(),
  );

  const shown = await deleted(tenant);

  expect(await ownersLeft(system, tenant)).toEqual([null, 'd-4', 'joe']);
  expect(shown).toMatchObject({ subjects: [jane], identities: 4 });
  expect(shown.tables[0]).toMatchObject({ rows_located: 4, rows_changed: 4, rows_left: 0 });
  const receipt = payloadOf((await tenant.get(`/requests/${shown.id}/receipt`)).text);
  const key = Buffer.from(system.stack.secrets.hashKey, 'base64');
  const hash = (type: string, value: string) => hashSubject(key, 'chain', { type, value });
  expect(receipt.subjects).toEqual([hash('distinct_id', 'jane')]);
  expect(receipt.identities).toEqual({
    count: 4,
    hashes: [
      ...['d-1', 'd-2', 'd-3'].map((value) => hash('distinct_id', value)),
      hash('user_id', 'u-1'),
    ].sort(),
  });
  const jobs = await identityJobs('chain');
  expect(jobs.every((id) => /^lethe_identity_[0-9a-f]{40}$/.test(id))).toBe(true);
  expect(system.printed.join('')).not.toContain('d-2');
});

test('a subject may be named by an identifier that is in mapping tables only', async () => {
  const links = '[{type: distinct_id, column: distinct_id}, {type: email, column: other_id}]';
  const tenant = await system.createTenant(
    'by-email',
    [
      eventsOf(['jane', 'joe']),
      merges([
        ['jane', 'jane@example.com'],
        ['joe', 'joe@example.com'],
      ]),
      identifies([]),
    ],
    identityMap({ merges: `{table: DATASET.merges, links: ${links}}` }),
  );

  await deleted(tenant, [{ type: 'email', value: 'jane@example.com' }]);

  expect(await ownersLeft(system, tenant)).toEqual(['joe']);
});

test('look-alikes, NULL, empty links and equal values of another type link nobody', async () => {
  const tenant = await system.createTenant(
    'alike',
    [
      eventsOf(['jane', 'd-1', 'janet', 'Jane', ' jane', 'x-1', 'x-2', 'x-3', 'x-4', '']),
      merges([
        ['jane', 'd-1'],
        ['janet', 'x-1'],
        ['Jane', 'x-1'],
        [' jane', 'x-2'],
        ['jane', ''],
        ['x-3', ''],
        ['jane', null],
        ['x-4', null],
      ]),
      // The user id `jane` is another's; so are those who have no user id.
      identifies([
        ['x-1', 'jane'],
        ['jane', ''],
        ['x-2', ''],
        [null, 'u-9'],
        ['', 'u-9'],
        ['d-1', null],
        ['x-3', null],
      ]),
    ],
    identityMap(),
  );

  expect(await deleted(tenant)).toMatchObject({ identities: 1 });

  expect(await ownersLeft(system, tenant)).toEqual([
    '',
    ' jane',
    'Jane',
    'janet',
    'x-1',
    'x-2',
    'x-3',
    'x-4',
  ]);
});

test("equal identifiers of another tenant's mapping tables lead nowhere", async () => {
  const theirs = await system.createTenant(
    'theirs',
    [eventsOf(['jane', 'd-1']), merges([['jane', 'd-1']]), identifies([])],
    identityMap(),
  );
  const ours = await system.createTenant(
    'ours',
    [eventsOf(['jane', 'd-1']), merges([]), identifies([])],
    identityMap(),
  );

  expect(await deleted(ours)).toMatchObject({ identities: 0 });

  expect(await ownersLeft(system, ours)).toEqual(['d-1']);
  expect(await ownersLeft(system, theirs)).toEqual(['d-1', 'jane']);
});

test('requests that wait together ask each mapping table once a level, and each reaches its own', async () => {
  const people = ['jane', 'joe', 'ann'];
  const tenant = await system.createTenant(
    'together',
    [
      eventsOf(people.flatMap((person) => [person, `${person}-1`, `${person}-2`])),
      merges(
        people.flatMap(
          (person) =>
            [
              [person, `${person}-1`],
              [`${person}-1`, `${person}-2`],
            ] as [string, string][],
        ),
      ),
      identifies([]),
    ],
    identityMap(),
  );
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    times: 3,
    action: { kind: 'drop', when: 'before' },
  });
  const ids: string[] = [];
  for (const person of people.slice(0, 2))
    ids.push((await tenant.requestDeletion([distinctId(person)])).json.id);
  await system.settled();
  await system.stack.tick();

  expect(await ownersLeft(system, tenant)).toEqual(['ann', 'ann-1', 'ann-2']);
  for (const id of ids)
    expect((await tenant.get(`/requests/${id}`)).json).toMatchObject({ state: 'completed', identities: 2 });
  // Three levels: the named ones, their neighbours, and those, who have no further ones; only distinct ids are asked for.
  expect(await identityJobs('together')).toHaveLength(6);
});

test('the mapping table may be in another location; it is asked once for both, before either deletes from it', async () => {
  const spec = merges(
    [
      ['jane', 'd-1'],
      ['d-1', 'd-2'],
      ['joe', 'd-3'],
    ],
    { location: 'US' },
  );
  const columns =
    'identifiers: [{type: distinct_id, column: distinct_id}, {type: distinct_id, column: other_id}]';
  const tenant = await system.createTenant(
    'abroad',
    [eventsOf(['jane', 'd-1', 'd-2', 'd-3', 'joe']), spec, identifies([])],
    identityMap({
      merges:
        '{table: DATASET_us.merges, location: US, links: [{type: distinct_id, column: distinct_id}, {type: distinct_id, column: other_id}]}',
      more: `  - {table: DATASET_us.merges, location: US, ${columns}}\n`,
    }),
  );
  // EU comes later: by then US has deleted what the mapping table knew.
  system.stack.faults.add({
    operation: 'bigquery.jobs.run',
    resource: 's0_r0_locate',
    action: { kind: 'delay', milliseconds: 1_000 },
  });

  const shown = await deleted(tenant);

  expect(await ownersLeft(system, tenant)).toEqual(['d-3', 'joe']);
  expect(await system.query('SELECT distinct_id FROM abroad_us.merges', 'US')).toEqual([
    { distinct_id: 'joe' },
  ]);
  expect(shown.identities).toBe(2);
});

test('named properties of all identifiers are erased, and an export holds the rows of all', async () => {
  const map = (dataset: string) =>
    identityMap()(dataset).replace(
      'identity:',
      `  - table: ${dataset}.people
    identifiers: [{type: distinct_id, column: distinct_id}]
    properties: [{name: email, column: email}]
identity:`,
    );
  const schema = ['distinct_id', 'email'].map((name) => ({ name, type: 'STRING' }));
  const rows = ['jane', 'd-1', 'joe'].map((distinct_id) => ({
    distinct_id,
    email: `${distinct_id}@example.com`,
  }));
  const tenant = await system.createTenant(
    'scoped',
    [
      eventsOf(['jane', 'd-1', 'joe']),
      { table: 'people', schema, rows },
      merges([['jane', 'd-1']]),
      identifies([]),
    ],
    map,
  );
  const exported = await tenant.post('/requests', { type: 'export', subjects: [jane], scope: 'everything' });
  await system.settled();
  expect((await tenant.get(`/requests/${exported.json.id}`)).json).toMatchObject({
    state: 'completed',
    identities: 1,
    tables: [{ rows_located: 2 }, { rows_located: 2 }],
  });

  const { json } = await tenant.post('/requests', {
    type: 'deletion',
    subjects: [jane],
    scope: { properties: ['email'] },
  });
  await system.settled();

  expect((await tenant.get(`/requests/${json.id}`)).json).toMatchObject({
    state: 'completed',
    identities: 1,
  });
  expect(await system.query('SELECT distinct_id, email FROM scoped.people ORDER BY 1')).toEqual([
    { distinct_id: 'd-1', email: null },
    { distinct_id: 'jane', email: null },
    { distinct_id: 'joe', email: 'joe@example.com' },
  ]);
});

test('a deletion waits for an earlier export that names the same person by another identifier', async () => {
  const tenant = await system.createTenant(
    'after-export',
    [eventsOf(['jane', 'd-1']), merges([['jane', 'd-1']]), identifies([['jane', 'u-1']])],
    identityMap(),
  );
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'export',
    action: { kind: 'drop', when: 'before' },
  });
  const subjects = [{ type: 'user_id', value: 'u-1' }];
  const exported = await tenant.post('/requests', { type: 'export', subjects, scope: 'everything' });
  const { json } = await tenant.requestDeletion([distinctId('d-1')]);
  await system.settled();
  expect((await tenant.get(`/requests/${json.id}`)).json.condition).toBe('waiting_for_export');

  expect(await system.stack.tick('export')).toBe(204);
  await system.settled();

  expect((await tenant.get(`/requests/${exported.json.id}`)).json.tables[0].rows_located).toBe(2);
  expect((await tenant.get(`/requests/${json.id}`)).json.state).toBe('completed');
  expect(await ownersLeft(system, tenant)).toEqual([]);
});

test('a map whose mapping tables do not fit the real ones is refused whole; one without a person is warned of', async () => {
  const tenant = await system.createTenant(
    'checked',
    [eventsOf(['jane']), merges([['jane', 'd-1']]), identifies([])],
    identityMap(),
  );
  const view = 'CREATE VIEW checked.merges_view AS SELECT * FROM checked.merges';
  await system.query(view);
  const put = (text: string) => tenant.call('PUT', '/data-map', text, { 'content-type': 'application/yaml' });
  const standing = identityMap()(tenant.dataset);

  const missing = await put(standing.replace('checked.merges', 'checked.gone'));
  const column = await put(standing.replace('column: other_id', 'column: another_id'));
  const ofView = await put(standing.replace('checked.merges', 'checked.merges_view'));
  const personless = await put(standing.replace('  person: user_id\n', ''));

  expect([missing, column, ofView].map(({ status, json }) => [status, json.errors[0].field])).toEqual([
    [422, 'identity.tables[0].table'],
    [422, 'identity.tables[0].links[1].column'],
    [422, 'identity.tables[0].table'],
  ]);
  expect([personless.status, personless.json.warnings[0].field]).toEqual([200, 'identity.person']);
});
