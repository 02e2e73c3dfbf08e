import { connect } from 'node:net';
import { eventsMap, eventsTable } from '../support/events-table.ts';
import { type HttpAnswer, http, System, type Tenant } from '../support/system.ts';

let system: System;
let tenant: Tenant;
beforeAll(async () => {
  system = await System.start();
  tenant = await system.createTenant('refusals', [eventsTable('events', ['jane'])], eventsMap(['events']));
}, 60_000);
afterAll(() => system.close());

const jane = { type: 'distinct_id', value: 'jane' };
const order = { type: 'deletion', subjects: [jane], scope: 'everything' };

function expectProblem(answer: HttpAnswer, status: number, code: string, field: string): void {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ status, code, type: `urn:lethe:problem:${code}` });
  expect(answer.json.errors.map((error: { field: string }) => error.field)).toContain(field);
  expect(answer.json.errors.every((error: { detail: string }) => error.detail.length > 0)).toBe(true);
}

test.each<[string, unknown, string]>([
  ['a missing type', { subjects: [jane], scope: 'everything' }, 'type'],
  ['another type', { ...order, type: 'erase' }, 'type'],
  ['a missing scope', { type: 'deletion', subjects: [jane] }, 'scope'],
  ['another scope', { ...order, scope: 'all' }, 'scope'],
  ['an unknown field', { ...order, dry_run: true }, 'dry_run'],
  ['an unknown field of a subject', { ...order, subjects: [{ ...jane, note: 'x' }] }, 'subjects[0].note'],
  ['no subjects', { type: 'deletion', scope: 'everything' }, 'subjects'],
  ['an empty list', { ...order, subjects: [] }, 'subjects'],
  ['a text for the list', { ...order, subjects: 'jane' }, 'subjects'],
  ['a number for a value', { ...order, subjects: [{ type: 'distinct_id', value: 7 }] }, 'subjects[0].value'],
  ['an empty value', { ...order, subjects: [jane, { type: 'distinct_id', value: '' }] }, 'subjects[1].value'],
  ['null for a subject', { ...order, subjects: [null] }, 'subjects[0]'],
  ['a list for the body', [order], 'body'],
  ['null for the body', null, 'body'],
  ['a text for the body', 'delete jane', 'body'],
  [
    'a value longer than 1024 bytes',
    { ...order, subjects: [{ type: 'distinct_id', value: 'ü'.repeat(513) }] },
    'subjects[0].value',
  ],
])('%s is refused, and the field is named', async (_name, body, field) => {
  expectProblem(await tenant.post('/requests', body), 400, 'invalid_request', field);
});

test('2,000 subjects are taken, 2,001 are refused', async () => {
  const subjects = Array.from({ length: 2_001 }, (_, index) => ({
    type: 'distinct_id',
    value: `nobody-${index}`,
  }));
  expectProblem(await tenant.post('/requests', { ...order, subjects }), 400, 'invalid_request', 'subjects');
  const taken = await tenant.post('/requests', { ...order, subjects: subjects.slice(0, 2_000) });
  expect(taken.status).toBe(202);
  await system.settled();
  expect((await tenant.get(`/requests/${taken.json.id}`)).json.state).toBe('completed');
});

test('an identifier type that the data map does not know is refused, with those it knows', async () => {
  const answer = await tenant.requestDeletion([jane, { type: 'email', value: 'jane@example.com' }]);
  expectProblem(answer, 422, 'unknown_identifier_type', 'subjects[1].type');
  expect(answer.json.errors[0].detail).toContain('distinct_id, user_id');
});

test.each(['{', '{"type":"deletion",}', '', 'null null', '{"a":1}}', '[1,'])(
  "malformed JSON (%j) is a problem document, not the framework's HTML",
  async (body) => {
    const answer = await tenant.call('POST', '/requests', body, { 'content-type': 'application/json' });
    expectProblem(answer, 400, 'malformed_json', 'body');
  },
);

test('malformed JSON is not quoted back: it may hold identifiers', async () => {
  const answer = await tenant.call('POST', '/requests', '{"value": jane@example.com}', {
    'content-type': 'application/json',
  });
  expect(answer.text).not.toContain('jane');
});

test('a lone surrogate is refused: stored as UTF-8 it would be somebody else', async () => {
  const body =
    '{"type":"deletion","scope":"everything","subjects":[{"type":"distinct_id","value":"jane\\ud83d"}]}';
  const answer = await tenant.call('POST', '/requests', body, { 'content-type': 'application/json' });
  expectProblem(answer, 400, 'invalid_request', 'subjects[0].value');
});

test('a body that is not UTF-8 is refused', async () => {
  const body = new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]);
  const answer = await tenant.call('POST', '/requests', body, { 'content-type': 'application/json' });
  expectProblem(answer, 400, 'malformed_json', 'body');
});

test('a body of 10 MB is refused before it is read as JSON', async () => {
  const body = JSON.stringify({ ...order, padding: 'x'.repeat(10_000_000) });
  const answer = await tenant.call('POST', '/requests', body, { 'content-type': 'application/json' });
  expectProblem(answer, 413, 'body_too_large', 'body');
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])(
  'a body sent as %s is refused',
  async (type) => {
    const answer = await tenant.call('POST', '/requests', JSON.stringify(order), { 'content-type': type });
    expectProblem(answer, 415, 'unsupported_media_type', 'Content-Type');
  },
);

test('an encoding that nobody knows is refused by us, not by the framework', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'zstd-of-tomorrow' };
  const answer = await tenant.call('POST', '/requests', JSON.stringify(order), headers);
  expectProblem(answer, 415, 'unsupported_media_type', 'Content-Encoding');
});

test.each([
  ['without a key', {}],
  ['with another scheme', { authorization: 'Basic bGV0aGU6' }],
  ['with a malformed key', { authorization: 'Bearer lethe_demo' }],
  ['with an unknown key', { authorization: `Bearer lethe_000000000000_${'a'.repeat(43)}` }],
])('a call %s is not authenticated', async (_name, headers) => {
  const answer = await http(
    `${system.stack.url}/v1/tenants/refusals/requests`,
    'POST',
    JSON.stringify(order),
    headers,
  );
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  expect(answer.json.code).toBe('unauthenticated');
});

test('the right id with a wrong secret is not authenticated', async () => {
  const authorization = `Bearer ${tenant.apiKey.slice(0, -1)}${tenant.apiKey.endsWith('A') ? 'B' : 'A'}`;
  const answer = await http(`${system.stack.url}/v1/tenants/refusals/requests`, 'POST', '{}', {
    authorization,
  });
  expect(answer.status).toBe(401);
});

test('a foreign tenant and an unknown one are the same to a key', async () => {
  const other = await system.createTenant(
    'foreign',
    [eventsTable('events', ['jane'])],
    eventsMap(['events']),
  );
  const { json } = await other.requestDeletion([jane]);
  const ask = (name: string) =>
    http(`${system.stack.url}/v1/tenants/${name}/requests/${json.id}`, 'GET', undefined, {
      authorization: `Bearer ${tenant.apiKey}`,
    });
  const [foreign, unknown] = [await ask('foreign'), await ask('unknown')];
  expect([foreign.status, unknown.status]).toEqual([404, 404]);
  expect(foreign.text).toBe(unknown.text);
});

test.each([
  ['GET', '/v1/tenants/refusals/requests/r-unknown', 404, 'not_found'],
  ['GET', '/v1/nothing', 404, 'not_found'],
  ['GET', '/v1/tenants/refusals/requests/%2e%2e%2f%2e%2e', 404, 'not_found'],
  ['GET', '/robots.txt', 404, 'not_found'],
  ['DELETE', '/v1/tenants/refusals/requests/r-1', 405, 'method_not_allowed'],
])('%s %s is %i, as a problem document', async (method, path, status, code) => {
  const answer = await http(`${system.stack.url}${path}`, method, undefined, {
    authorization: `Bearer ${tenant.apiKey}`,
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.json.code).toBe(code);
});

test('a path that cannot be decoded is a problem document too', async () => {
  // fetch would mend the path, so the request is written by hand.
  const { hostname, port } = new URL(system.stack.url);
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('end', () => resolve(received)).on('error', reject);
    socket.write('GET /v1/tenants/%E0%A4%A/requests/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  });
  expect(text).toMatch(/^HTTP\/1\.1 404 /);
  expect(text).toContain('application/problem+json');
});

test('the same Idempotency-Key and body give the same request, another body is refused', async () => {
  const headers = { 'idempotency-key': 'key-1' };
  const first = await tenant.requestDeletion([jane], headers);
  const again = await tenant.requestDeletion([jane], headers);
  expect(again.status).toBe(202);
  expect(again.json.id).toBe(first.json.id);
  const other = await tenant.requestDeletion([{ ...jane, value: 'joe' }], headers);
  expectProblem(other, 409, 'idempotency_key_reused', 'Idempotency-Key');
});

test('of 50 identical calls at once one request is made', async () => {
  const calls = Array.from({ length: 50 }, () =>
    tenant.requestDeletion([jane], { 'idempotency-key': 'key-50' }),
  );
  const answers = await Promise.all(calls);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
});

test('a receipt is there only once the request is completed', async () => {
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    action: { kind: 'drop', when: 'before' },
  });
  const { json } = await tenant.requestDeletion([jane]);
  const early = await tenant.get(`/requests/${json.id}/receipt`);
  system.stack.faults.clear();
  expect(early.status).toBe(409);
  expect(early.json.code).toBe('not_completed');
});

test.each<[string, string, string, string]>([
  ['is not YAML', 'version: 1\n  tables: [', 'body', 'YAML'],
  [
    'has an unknown field',
    'version: 1\nlocation: EU\nretention: 5\ntables: []',
    'retention',
    'not a known field',
  ],
  ['names a missing table', eventsMap(['nowhere'])('refusals'), 'tables[0].table', 'does not exist'],
  [
    'names a missing column',
    eventsMap(['events'])('refusals').replace('column: user_id', 'column: customer'),
    'tables[0].identifiers[1].column',
    'no column customer',
  ],
  ['names a view', eventsMap(['a_view'])('refusals'), 'tables[0].table', 'VIEW'],
  [
    'names another location',
    eventsMap(['events'])('refusals').replace('EU', 'US'),
    'tables[0].location',
    'is in EU, not in US',
  ],
  [
    'names a foreign location',
    eventsMap(['events'])('refusals').replace('EU', 'asia-east1'),
    'tables[0].location',
    'asia-east1',
  ],
  ['names a table twice', eventsMap(['events', 'events'])('refusals'), 'tables[1].table', 'twice'],
  [
    'reaches a table by its name with and without the project',
    `${eventsMap(['events'])('refusals')}  - {table: lethe-local.refusals.events, identifiers: [{type: distinct_id, column: distinct_id}]}\n`,
    'tables[1].table',
    'tables[0]',
  ],
  [
    'reaches a date shard twice',
    eventsMap(['a_*', 'a_intraday_*'])('refusals'),
    'tables[1].table',
    'refusals.a_*',
  ],
])('a data map that %s is refused, and the old one stays', async (_name, map, field, detail) => {
  await system.bigquery
    .dataset('refusals')
    .createTable('a_view', { view: { query: 'SELECT 1 AS distinct_id', useLegacySql: false } } as never)
    .catch((error: { code: number }) => expect(error.code).toBe(409));
  const before = await tenant.get('/data-map');
  const answer = await tenant.call('PUT', '/data-map', map, { 'content-type': 'application/yaml' });
  expectProblem(answer, 422, 'invalid_data_map', field);
  expect(JSON.stringify(answer.json.errors)).toContain(detail);
  expect((await tenant.get('/data-map')).text).toBe(before.text);
});
