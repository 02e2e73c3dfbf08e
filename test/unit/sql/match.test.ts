import type { PlannedTable } from '../../../functions/domain/planned-table.ts';
import { matchSubjects } from '../../../functions/sql/match.ts';

const TABLE: PlannedTable = {
  name: { project: 'p', dataset: 'd', table: 't', isSharded: false },
  location: 'EU',
  identifiers: [
    { type: 'user', column: 'user_id', valueType: 'STRING' },
    { type: 'user', column: 'user_no', valueType: 'INT64' },
    { type: 'device', column: 'device.id', valueType: 'STRING' },
  ],
  places: [],
  requirePartitionFilter: false,
  timeTravelHours: 168,
};
const users = (...values: string[]) => values.map((value) => ({ type: 'user', value }));

test('a column that no subject can be in is not mentioned', () => {
  const match = matchSubjects(TABLE, [{ type: 'device', value: 'x' }]);

  expect(match?.predicate.match(/\S+ IN UNNEST\S+/g)).toEqual([
    expect.stringContaining('`device`.`id` IN UNNEST(@id_2)'),
  ]);
  expect(match?.params).toEqual({ id_2: ['x'] });
  expect(match?.types).toEqual({ id_2: ['STRING'] });
});

test('a subject is looked for in every column of its type', () => {
  const match = matchSubjects(TABLE, users('7'));

  expect(match?.predicate).toMatch(
    /^\(\S*`user_id` IN UNNEST\(@id_0\) OR \S*`user_no` IN UNNEST\(@id_1\)\)$/,
  );
  expect(match?.params).toEqual({ id_0: ['7'], id_1: ['7'] });
  expect(match?.types).toEqual({ id_0: ['STRING'], id_1: ['INT64'] });
});

test('columns that hold the same identifiers share one parameter, for a request may have 10 MB in all', () => {
  // https://cloud.google.com/bigquery/quotas#query_jobs
  const merged = { type: 'user', column: 'merged_user_id', valueType: 'STRING' as const };
  const table = { ...TABLE, identifiers: [...TABLE.identifiers, merged] };

  const match = matchSubjects(table, users('jane'));

  expect(match?.params).toEqual({ id_0: ['jane'] });
  expect(match?.predicate).toMatch(/`merged_user_id` IN UNNEST\(@id_0\)/);
});

test('nothing matches where no subject has a type of the table', () => {
  expect(matchSubjects(TABLE, [{ type: 'email', value: 'x' }])).toBeUndefined();
  expect(matchSubjects(TABLE, [])).toBeUndefined();
});

test('a value is passed once, unchanged, and never becomes text of the statement', () => {
  const values = ["' OR 1=1 --", ' x ', 'e\u0301', '\u00e9', "' OR 1=1 --"];

  const match = matchSubjects(TABLE, users(...values));

  expect(match?.params['id_0']).toEqual(["' OR 1=1 --", ' x ', 'e\u0301', '\u00e9']);
  expect(match?.predicate).not.toContain('OR 1=1');
});

test.each(['7', '-7', '0', '9223372036854775807', '-9223372036854775808', '9007199254740993'])(
  '%p is an INT64, and is passed as it was written',
  (value) => {
    expect(matchSubjects(TABLE, users(value))?.params['id_1']).toEqual([value]);
  },
);

test.each([
  '007',
  '+7',
  '-0',
  '7.0',
  '1e3',
  '0x7',
  ' 7',
  '7 ',
  '7\n',
  '',
  '٧',
  '9223372036854775808',
  '-9223372036854775809',
  '99999999999999999999',
  'NaN',
  'null',
])('%p is not the text of an INT64, and cannot be in such a column', (value) => {
  expect(matchSubjects(TABLE, users(value))?.params).not.toHaveProperty('id_1');
});
