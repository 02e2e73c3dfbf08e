import {
  identifierTypesOf,
  isShardSuffix,
  locationsOf,
  parseDataMap,
  splitTableName,
} from '../../../functions/domain/data-map.ts';
import { type FieldError, LetheError } from '../../../functions/domain/errors.ts';

const EVENTS = '{table: ds.events, identifiers: [{type: user, column: user_id}]}';
const mapOf = (...tables: string[]) =>
  `version: 1\nlocation: EU\ntables:\n${tables.map((table) => `  - ${table}\n`).join('')}`;
const tableNamed = (table: string) => `{table: "${table}", identifiers: [{type: user, column: user_id}]}`;
const tableBy = (identifier: string) => `{table: ds.events, identifiers: [${identifier}]}`;

function findingsOf(text: string): readonly FieldError[] {
  try {
    parseDataMap(text);
  } catch (error) {
    if (!(error instanceof LetheError)) throw error;
    expect(error.code).toBe('invalid_data_map');
    return error.fields;
  }
  throw new Error('the map was taken');
}

test('a map is read from YAML, and from JSON, which is YAML', () => {
  const expected = {
    version: 1,
    location: 'EU',
    tables: [{ table: 'ds.events', identifiers: [{ type: 'user', column: 'user_id' }] }],
  };

  expect(parseDataMap(mapOf(EVENTS))).toEqual(expected);
  expect(parseDataMap(JSON.stringify(expected))).toEqual(expected);
});

test.each(['ds.t', 'my-project.ds.t', 'ds.events_*', 'ds.my-table 2', 'ds.ünïcode_表', 'ds._x'])(
  '%s is a table name',
  (name) => {
    expect(parseDataMap(mapOf(tableNamed(name))).tables[0]?.table).toBe(name);
  },
);

test.each([
  't',
  'a.b.c.d',
  'ds.',
  '.t',
  'ds.a*b',
  'ds.*',
  'ds.a`b',
  'ds.a\\\\b',
  "ds.a'b",
  'ds.a\\n',
  'Upper.ds.t',
  'ds.t$20261124',
])('%s is no table name, and the finding says what one is', (name) => {
  expect(findingsOf(mapOf(tableNamed(name)))).toEqual([
    {
      field: 'tables[0].table',
      detail:
        'must be "dataset.table" or "project.dataset.table", with a * at the end for date shards ("events_*")',
    },
  ]);
});

test.each(['b c', 'a.', '.a', 'a..b', '1a', 'a`b', 'a\\nb', "a' OR '1'='1", 'a[0]', ''])(
  '%p is no column, and the finding says what one is',
  (column) => {
    expect(findingsOf(mapOf(tableBy(`{type: user, column: "${column}"}`)))).toEqual([
      {
        field: 'tables[0].identifiers[0].column',
        detail: 'must be a column, or a field of a STRUCT column ("device.advertising_id")',
      },
    ]);
  },
);

describe('a finding has the path, what is wrong and what is allowed', () => {
  test.each([
    ['version: 2', 'version', 'must be 1'],
    ['version: "1"', 'version', 'must be 1'],
    ['location: "E U"', 'location', 'must be a BigQuery location: "EU", "US", "europe-west3", …'],
    ['location: 5', 'location', 'must be a BigQuery location'],
    ['tables: x', 'tables', 'must be a list of tables'],
    ['tables: []', 'tables', 'must name at least one table'],
    ['owner: x', 'owner', 'is not a known field'],
  ])('%s: %s %s', (line, field, detail) => {
    const key = line.split(':')[0];
    const lines = ['version: 1', 'location: EU', `tables: [${EVENTS}]`].filter(
      (one) => !one.startsWith(`${key}:`),
    );

    expect(findingsOf([...lines, line].join('\n'))).toEqual([{ field, detail }]);
  });

  test.each([
    ['{table: ds.t}', 'tables[0].identifiers', 'must be a list of {type, column}'],
    ['{table: ds.t, identifiers: x}', 'tables[0].identifiers', 'must be a list of {type, column}'],
    ['{table: ds.t, identifiers: []}', 'tables[0].identifiers', 'must name at least one identifier column'],
    [tableBy('{column: b}'), 'tables[0].identifiers[0].type', 'must be a string'],
    [
      tableBy('{type: "1a", column: b}'),
      'tables[0].identifiers[0].type',
      'must be a name of 1 to 64 letters, digits and underscores',
    ],
    [tableBy('{type: a, column: b, colour: c}'), 'tables[0].identifiers[0].colour', 'is not a known field'],
    [
      '{table: ds.t, identifiers: [{type: a, column: b}], event_time: {column: c, unit: hours}}',
      'tables[0].event_time.unit',
      'must be seconds, milliseconds or microseconds',
    ],
  ])('%s: %s %s', (table, field, detail) => {
    expect(findingsOf(mapOf(table))).toEqual([{ field, detail }]);
  });

  test.each([
    ['- 1', 'body'],
    ['', 'body'],
    [mapOf('ds.events'), 'tables[0]'],
    [mapOf('null'), 'tables[0]'],
    [mapOf(tableBy('user_id')), 'tables[0].identifiers[0]'],
    [mapOf('{table: ds.t, identifiers: [{type: a, column: b}], event_time: at}'), 'tables[0].event_time'],
  ])(
    'something that is no mapping where one belongs is named, with the fields that it should have: %p',
    (text, field) => {
      const [finding] = findingsOf(text);

      expect(finding?.field).toBe(field);
      expect(finding?.detail).toMatch(/^must be .*(?:version|table|type|column)/);
    },
  );

  test('every finding is told at once', () => {
    const text = `version: 2\nlocation: EU\ntables:\n  - ${tableNamed('t')}\n  - ${tableBy('{type: "", column: "", x: 1}')}\n`;

    expect(findingsOf(text).map(({ field }) => field)).toEqual([
      'version',
      'tables[0].table',
      'tables[1].identifiers[0].type',
      'tables[1].identifiers[0].column',
      'tables[1].identifiers[0].x',
    ]);
  });

  test('a table that is named twice is one finding, at the second', () => {
    expect(findingsOf(mapOf(EVENTS, EVENTS))).toEqual([
      { field: 'tables[1].table', detail: 'ds.events is named twice' },
    ]);
  });
});

describe('text that is no YAML, or not one document of it', () => {
  test.each([
    ['a bracket that is not closed', 'version: [1', /at line 1, column 12/],
    ['a tab as indentation', 'version: 1\n\tx: y', /Tabs are not allowed .* at line 2/],
    ['a key that is there twice', 'version: 1\nversion: 1', /Map keys must be unique at line 2/],
    ['two documents', 'version: 1\n---\nversion: 1', /multiple documents/],
    ['an alias without an anchor', 'version: *one', /alias/],
    [
      'aliases that multiply',
      `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${'*a, '.repeat(10)}]\nc: &c [${'*b, '.repeat(10)}]\nd: [${'*c, '.repeat(10)}]`,
      /alias/,
    ],
  ])('%s is a finding of the body', (_, text, detail) => {
    expect(findingsOf(text)).toEqual([{ field: 'body', detail: expect.stringMatching(detail) }]);
  });
});

test('anchors may be used for what several tables have in common', () => {
  const map = parseDataMap(
    mapOf('{table: ds.a, identifiers: &ids [{type: user, column: id}]}', '{table: ds.b, identifiers: *ids}'),
  );

  expect(map.tables[1]?.identifiers).toEqual([{ type: 'user', column: 'id' }]);
});

test('locations and identifier types are told once each, sorted', () => {
  const map = parseDataMap(
    mapOf(
      '{table: ds.a, location: US, identifiers: [{type: user, column: a}, {type: device, column: b}]}',
      '{table: ds.b, identifiers: [{type: user, column: c}]}',
    ),
  );

  expect(locationsOf(map)).toEqual(['EU', 'US']);
  expect(identifierTypesOf(map)).toEqual(['device', 'user']);
});

test('a table name is split, with the default project where it has none', () => {
  expect(splitTableName('ds.t', 'p')).toEqual({ project: 'p', dataset: 'ds', table: 't', isSharded: false });
  expect(splitTableName('q.ds.events_*', 'p')).toEqual({
    project: 'q',
    dataset: 'ds',
    table: 'events_',
    isSharded: true,
  });
  expect(() => splitTableName('t', 'p')).toThrow('not a table name');
});

test.each([
  ['20261124', true],
  ['intraday_20261124', true],
  ['fresh_20261124', true],
  ['2026112', false],
  ['202611240', false],
  ['backup', false],
  ['20261124_old', false],
  ['INTRADAY_20261124', false],
  ['x20261124', false],
  ['20261124\n', false],
])('suffix %p is a date shard: %p', (suffix, expected) => {
  expect(isShardSuffix(suffix)).toBe(expected);
});

describe('mapping tables', () => {
  const LINKS = '[{type: user, column: a}, {type: device, column: b}]';
  const withIdentity = (identity: string) => `${mapOf(EVENTS)}identity: ${identity}\n`;

  test('have a limit unless the map says so, and their types can be asked for', () => {
    const map = parseDataMap(withIdentity(`{tables: [{table: ds.m, links: ${LINKS}}], person: user}`));

    expect(map.identity).toMatchObject({ limit: 1_000, person: 'user' });
    expect(identifierTypesOf(map)).toEqual(['device', 'user']);
  });

  test.each([
    ['{}', 'identity.tables', 'must be a list of tables'],
    ['{tables: []}', 'identity.tables', 'must name at least one table'],
    ['{tables: [{table: ds.m}]}', 'identity.tables[0].links', 'must be a list of {type, column}'],
    [
      '{tables: [{table: ds.m, links: [{type: user, column: a}]}]}',
      'identity.tables[0].links',
      'must name at least two columns, or one under two types',
    ],
    [
      '{tables: [{table: ds.m, links: [{type: user, column: a}, {type: user, column: a}]}]}',
      'identity.tables[0].links[1]',
      'is the same as links[0]',
    ],
    [
      `{tables: [{table: ds.m, links: ${LINKS}}, {table: ds.m, links: ${LINKS}}]}`,
      'identity.tables[1].table',
      'ds.m is named twice',
    ],
    [
      `{tables: [{table: ds.m, links: ${LINKS}}], person: email}`,
      'identity.person',
      'must be the type of a link',
    ],
    [`{tables: [{table: ds.m, links: ${LINKS}}], limit: 0}`, 'identity.limit', 'must be at least 1'],
    [`{tables: [{table: ds.m, links: ${LINKS}}], limit: 10001}`, 'identity.limit', 'must be at most 10000'],
    [`{tables: [{table: ds.m, links: ${LINKS}}], depth: 3}`, 'identity.depth', 'is not a known field'],
  ])('%s: %s %s', (identity, field, detail) => {
    expect(findingsOf(withIdentity(identity))).toEqual([{ field, detail }]);
  });
});
