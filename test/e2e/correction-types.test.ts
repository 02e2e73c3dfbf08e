/** A correction sets a column of every type that it can set, through Google's client as it is. */
import { System } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

const VALUES: Record<string, [before: unknown, after: unknown]> = {
  STRING: ['old', 'new'],
  INT64: [1, '9223372036854775807'],
  FLOAT64: [1.5, 2.5],
  NUMERIC: ['1.5', '123456789012345678.5'],
  BOOL: [false, true],
  TIMESTAMP: ['2020-01-01T00:00:00Z', '2026-01-02T03:04:05.000006Z'],
  DATETIME: ['2020-01-01T00:00:00', '2026-01-02T03:04:05.000006'],
  DATE: ['2020-01-01', '2026-01-02'],
  TIME: ['00:00:00', '03:04:05.000006'],
  BYTES: ['AAAA', '//79'],
};

test('a correction sets properties of all types', async () => {
  const types = Object.keys(VALUES);
  const schema = [{ name: 'id', type: 'STRING' }, ...types.map((type) => ({ name: `p_${type}`, type }))];
  const rowOf = (id: string) => ({
    id,
    ...Object.fromEntries(types.map((type) => [`p_${type}`, VALUES[type]?.[0]])),
  });
  const map = (dataset: string) => `version: 1
location: EU
tables:
  - table: ${dataset}.people
    identifiers: [{type: id, column: id}]
    properties: [${types.map((type) => `{name: ${type}, column: p_${type}}`).join(', ')}]
`;
  const rows = [rowOf('jane'), rowOf('joe')];
  const tenant = await system.createTenant('types', [{ table: 'people', schema, rows }], map);

  const properties = Object.fromEntries(types.map((type) => [type, VALUES[type]?.[1]]));
  const { json } = await tenant.post('/requests', {
    type: 'correction',
    subjects: [{ type: 'id', value: 'jane' }],
    properties,
  });
  await system.settled();

  expect((await tenant.get(`/requests/${json.id}`)).json).toMatchObject({
    state: 'completed',
    tables: [{ rows_changed: 1 }],
  });
  const shown = await system.query('SELECT id, TO_JSON_STRING(p) AS json FROM types.people AS p ORDER BY id');
  const [janes, joes] = shown.map((row) => JSON.parse(row['json'] as string));
  const expected = (index: 0 | 1) =>
    Object.fromEntries(types.map((type) => [`p_${type}`, VALUES[type]?.[index]]));
  expect(janes).toEqual({ id: 'jane', ...expected(1) });
  expect(joes).toEqual({
    id: 'joe',
    ...expected(0),
    p_NUMERIC: expect.anything(),
    p_TIME: expect.anything(),
  });
});
