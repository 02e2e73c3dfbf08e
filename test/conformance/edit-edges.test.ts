/** Edits of what is rare, legal, and easily got wrong. */
import type { Scalar } from '../../functions/domain/property-place.ts';
import { editRows, locateEdits } from '../../functions/sql/edits.ts';
import { describeWithGoogleSql, type GoogleSql } from '../support/googlesql.ts';
import type { Value } from '../support/googlesql-values.ts';
import { askEdits, askLocateEdits } from './ask-edits.ts';
import { field, list, member, scalar, whole } from './edit-effects.ts';
import { ADA, type EditTable, editTable, group, JANE, PLACINGS } from './edit-table.ts';
import type { Stored, StoredProperty } from './stored-scalars.ts';

const [PLAIN] = PLACINGS;
const effect = member('?');

/** One column, of which every person has every content. */
function one(
  column: Stored['columns'][number]['column'],
  cells: Value[],
  maps: StoredProperty['map'][],
): EditTable {
  if (PLAIN === undefined) throw new Error('no placing');
  const properties = maps.map((map) => ({ map, effect, values: [] }));
  return editTable(PLAIN, [{ name: column.name, columns: [{ column, cells }], properties }]);
}

const erase = (...names: string[]) =>
  group(
    JANE,
    names.map((property) => ({ property })),
  );
const correct = (subjects: typeof JANE, property: string, value: Scalar) =>
  group(subjects, [{ property, value }]);

/** What Jane's own rows have in the column, once for each content before. */
async function janes(
  judge: GoogleSql,
  table: EditTable,
  groups: ReturnType<typeof erase>[],
): Promise<Value[]> {
  const { rows } = await askEdits(judge, table, groups);
  expect(await askLocateEdits(judge, table, groups, rows)).toEqual([]);
  const column = table.columns.at(-1)?.name ?? '';
  return rows
    .filter((row) => row['user_id'] === 'jane' && row['device_id'] === null)
    .map((row) => row[column] ?? null);
}

describeWithGoogleSql('edits at the edges', (judge) => {
  const RAW = { name: 'raw', type: 'STRING' as const };
  const EMAIL = { name: 'email', column: 'raw', key: 'email' };

  test('numbers beside the erased key stay exact up to 64 bits; wider ones are rounded, and the key goes all the same', async () => {
    const cells = [
      '{"email":"x","n":9007199254740993,"m":18446744073709551615}',
      '{"email":"x","n":123456789012345678901234567890}',
      '{"email":"x","n":0.12345678901234567890123}',
      '{"n":123456789012345678901234567890}',
    ];

    expect(await janes(judge(), one(RAW, cells, [EMAIL]), [erase('email')])).toEqual([
      '{"m":18446744073709551615,"n":9007199254740993}',
      '{"n":1.2345678901234568e+29}',
      '{"n":0.12345678901234568}',
      cells[3],
    ]);
  });

  test('a member that a text has twice goes twice', async () => {
    const cells = ['{"email":"x","a":1,"email":"y"}', '{"a":1,"a":2}'];

    expect(await janes(judge(), one(RAW, cells, [EMAIL]), [erase('email')])).toEqual(['{"a":1}', cells[1]]);
  });

  const BROKEN = [
    '{"email":"x"',
    '{"email":"x"} ',
    "{'email':'x'}",
    '{"\\u0065mail":"x"',
    '{"e": 1e999, "email": 1}',
  ];
  const HARMLESS = ['', ' ', 'none', '{"plan":"gold"', '{"Email":1,}'];

  test('a text that is no JSON and may hold the key is counted, and fails the statement, so that nobody reports success', async () => {
    for (const text of BROKEN.filter((broken) => !broken.endsWith(' '))) {
      const table = one(RAW, [text], [EMAIL]);
      const found = await askLocateEdits(judge(), table, [erase('email')], table.rows);

      expect(found.reduce((sum, row) => sum + row.rows, 0)).toBeGreaterThan(0);
      await expect(askEdits(judge(), table, [erase('email')])).rejects.toThrow('should be JSON is not');
    }
  });

  test('such a text becomes what the map says, and one that cannot hold the key stays', async () => {
    const table = one(RAW, [...BROKEN, ...HARMLESS, null], [{ ...EMAIL, replacement: '{}' }]);

    expect(await janes(judge(), table, [erase('email')])).toEqual([
      ...BROKEN.map(() => '{}'),
      ...HARMLESS,
      null,
    ]);
  });

  test('a replacement that is no JSON itself and names the key is written once', async () => {
    const table = one(RAW, [...BROKEN], [{ ...EMAIL, replacement: 'email erased' }]);

    expect(await janes(judge(), table, [erase('email')])).toEqual(
      BROKEN.map((text) => (text.endsWith(' ') ? '{}' : 'email erased')),
    );
  });

  test('a correction leaves a text that is no JSON as it is', async () => {
    const texts = BROKEN.filter((broken) => !broken.endsWith(' '));

    expect(await janes(judge(), one(RAW, texts, [EMAIL]), [correct(JANE, 'email', 'new')])).toEqual(texts);
  });

  test('a hundred keys of one document are corrected by statements that are not nested a hundred times', async () => {
    const keys = Array.from({ length: 100 }, (_, at) => `k${at}`);
    const document = JSON.stringify(Object.fromEntries(keys.map((key) => [key, 1])));
    const table = one(
      { name: 'j', type: 'JSON' },
      [document, '{}'],
      keys.map((key) => ({ name: key, column: 'j', key })),
    );
    const edits = keys.map((property) => ({ property, value: 2 }));

    const [full, empty] = await janes(judge(), table, [group(JANE, edits)]);

    expect(full).toBe(effect.erase(document.replaceAll(':1', ':2')));
    expect(empty).toBe('{}');
  });

  test('two names of one column, in two spellings, are one edit', async () => {
    const maps = [
      { name: 'a', column: 'city' },
      { name: 'b', column: 'City' },
    ];
    const table = one({ name: 'city', type: 'STRING' }, ['Bonn', null], maps);

    expect(await janes(judge(), table, [erase('a', 'b')])).toEqual([null, null]);
    const both = group(JANE, [
      { property: 'a', value: 'Ulm' },
      { property: 'b', value: 'Jena' },
    ]);
    expect(await janes(judge(), table, [both])).toEqual(['Jena', null]);
  });

  const ENTRY = [
    { name: 'key', type: 'STRING' as const },
    { name: 'value', type: 'STRING' as const },
    { name: 'note', type: 'STRING' as const },
  ];
  test('an entry and a field of all entries of one array go together, and a field named twice goes once', async () => {
    const cells: Value[] = [
      [
        { key: 'a', value: '1', note: 'x' },
        { key: 'b', value: '2', note: 'y' },
      ],
      [{ key: 'c', value: null, note: null }],
    ];
    const maps = [
      { name: 'a', column: 'params', entry: 'a' },
      { name: 'note', column: 'params', item_field: 'note' },
      { name: 'remark', column: 'params', item_field: 'NOTE' },
    ];
    const table = one({ name: 'params', type: { arrayOf: ENTRY } }, cells, maps);

    expect(await janes(judge(), table, [erase('a', 'note', 'remark')])).toEqual([
      [{ key: 'b', value: '2', note: null }],
      cells[1],
    ]);
  });

  test('of two corrections that a row is subject to, the later is made; what somebody wants erased is not corrected', async () => {
    const stored: Stored = {
      name: 'contested',
      columns: [
        { column: { name: 'name', type: 'STRING' }, isRequired: true, cells: ['Jane', 'x'] },
        {
          column: {
            name: 'device',
            type: [
              { name: 'age', type: 'INT64' },
              { name: 'tags', type: { arrayOf: 'STRING' } },
            ],
          },
          cells: [{ age: '7', tags: [] }, null],
        },
      ],
      properties: [
        {
          map: { name: 'name', column: 'name', replacement: 'deleted' },
          effect: scalar('deleted'),
          values: [],
        },
        { map: { name: 'age', column: 'device.age' }, effect: field('age', scalar()), values: [] },
        { map: { name: 'tags', column: 'device.tags' }, effect: field('tags', list), values: [] },
        { map: { name: 'device', column: 'device' }, effect: whole, values: [] },
      ],
    };
    if (PLAIN === undefined) throw new Error('no placing');
    const table = editTable(PLAIN, [stored]);
    const both = (rows: EditTable['rows']) =>
      rows.filter(({ user_id, device_id }) => user_id === 'ada' && device_id === 'd-jane');

    const ages = await askEdits(judge(), table, [correct(ADA, 'age', 1), correct(JANE, 'age', 2)]);
    const names = await askEdits(judge(), table, [erase('name'), correct(ADA, 'name', 'Ada')]);

    expect(both(ages.rows).map(({ device }) => device)).toEqual([null, { age: '2', tags: [] }]);
    expect(both(names.rows).map(({ name }) => name)).toEqual(['deleted', 'deleted']);
    expect([ages.rounds, names.rounds]).toEqual([1, 1]);
  });

  test.each(['JSON', 'STRING'] as const)(
    'the largest batch of keys in %s fits into a statement',
    async (type) => {
      const groups = Array.from({ length: 50 }, (_, at) =>
        group(
          [{ type: 'distinct_id', value: `person-${at}` }],
          Array.from({ length: 20 }, (_one, key) => ({ property: `p${at}.${key}` })),
        ),
      );
      const maps = groups.flatMap(({ edits }) =>
        edits.map(({ property }) => ({ name: property, column: 'raw', key: property })),
      );
      const table = one({ name: 'raw', type }, ['{}'], maps);

      const statements = [locateEdits(table.planned, groups), editRows(table.planned, {}, groups)];

      for (const statement of statements) {
        if (statement === undefined) throw new Error('nothing to ask');
        const judged = { name: 'lethe-test.judged.people', columns: table.columns, rows: [] };
        expect(await judge().analyze(statement, judged)).toEqual({ ok: true });
        // https://cloud.google.com/bigquery/quotas#query_jobs: unresolved text of a query, and its parameters.
        expect(Buffer.byteLength(statement.query)).toBeLessThan(1_000_000);
        expect(Object.keys(statement.params).length).toBeLessThan(10_000);
      }
    },
  );
});
