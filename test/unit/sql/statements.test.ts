import { SHARD_SUFFIX } from '../../../functions/domain/data-map.ts';
import type { PlannedTable } from '../../../functions/domain/planned-table.ts';
import { deleteRows } from '../../../functions/sql/delete-rows.ts';
import { locate, readLocatedRow } from '../../../functions/sql/locate.ts';
import { quoteName, quotePath } from '../../../functions/sql/statement.ts';

const JANE = [{ type: 'user', value: 'jane' }];
const TABLE: PlannedTable = {
  name: { project: 'my-project', dataset: 'd', table: 'events', isSharded: false },
  location: 'EU',
  identifiers: [{ type: 'user', column: 'user_id', valueType: 'STRING' }],
  places: [],
  requirePartitionFilter: false,
  timeTravelHours: 168,
};
const SHARDED: PlannedTable = { ...TABLE, name: { ...TABLE.name, table: 'events_', isSharded: true } };
const DAILY: PlannedTable = {
  ...TABLE,
  partitioning: { kind: 'time', unit: 'DAY', column: 'day', columnType: 'DATE' },
};

describe('locate', () => {
  test('asks nothing where no column can hold any subject', () => {
    expect(locate(TABLE, [{ type: 'email', value: 'jane' }])).toBeUndefined();
  });

  test('asks all date shards at once, and no other table whose name begins alike', () => {
    const statement = locate(SHARDED, JANE);

    expect(statement?.query).toContain('FROM `my-project.d.events_*`');
    expect(statement?.query).toContain(`REGEXP_CONTAINS(_TABLE_SUFFIX, r'${SHARD_SUFFIX}')`);
  });

  test('names the partition column in the filter exactly where BigQuery requires one', () => {
    const filterOf = (table: PlannedTable) => /WHERE ([^\n]*)/.exec(locate(table, JANE)?.query ?? '')?.[1];

    expect(filterOf(DAILY)).not.toContain('day');
    expect(filterOf({ ...DAILY, requirePartitionFilter: true })).toMatch(
      /day.* IS NULL OR .*day.* IS NOT NULL/,
    );
  });

  test('names the partition column of date shards too, where they require a filter', () => {
    const shards: PlannedTable = { ...DAILY, name: SHARDED.name, requirePartitionFilter: true };

    expect(locate(shards, JANE)?.query).toMatch(/_TABLE_SUFFIX, .* AND \(.*day.* IS NULL OR/);
    expect(deleteRows(shards, { shard: '20261124' }, JANE).query).toMatch(/AND \(.*day.* IS NULL OR/);
  });

  test('carries the identifiers in its parameters only', () => {
    const statement = locate(TABLE, [{ type: 'user', value: "' OR 1=1 --" }]);

    expect(statement?.query).not.toContain('1=1');
    expect(statement?.params).toEqual({ id_0: ["' OR 1=1 --"] });
  });
});

describe('a located row', () => {
  test('is read with its identifiers by index, its partition and its count', () => {
    expect(
      readLocatedRow({ id_0: 'jane', id_2: null, id_10: '7', partition_id: '20261124', row_count: 3 }),
    ).toEqual({
      values: { 0: 'jane', 10: '7' },
      partition: '20261124',
      rows: 3,
    });
  });

  test('keeps an identifier that is the empty text or looks like nothing', () => {
    expect(readLocatedRow({ id_0: 'null', id_1: '', partition_id: '', row_count: 1 }).values).toEqual({
      0: 'null',
      1: '',
    });
  });

  test.each([undefined, 'many', 1.5, Number.POSITIVE_INFINITY])(
    'without a count (%p) is refused',
    (row_count) => {
      expect(() => readLocatedRow({ partition_id: '', row_count })).toThrow('did not count');
    },
  );
});

describe('deleteRows', () => {
  test('names the shard, for BigQuery refuses to change a wildcard table', () => {
    expect(deleteRows(SHARDED, { shard: '20261124' }, JANE).query).toContain(
      'DELETE FROM `my-project.d.events_20261124`',
    );
  });

  test('asks a shard only for the columns that found something there, for an older one may lack the others', () => {
    const device = { type: 'device', column: 'device_id', valueType: 'STRING' as const };
    const table = { ...SHARDED, identifiers: [...SHARDED.identifiers, device] };
    const subjects = [...JANE, { type: 'device', value: 'phone' }];

    const { query, params } = deleteRows(table, { shard: '20261124', identifiers: [1] }, subjects);

    expect(query).toContain('`device_id`');
    expect(query).not.toContain('user_id');
    expect(params).toEqual({ id_1: ['phone'] });
  });

  test('is restricted to the located partitions by literals', () => {
    const { query, params } = deleteRows(DAILY, { partitions: ['20261124'] }, JANE);

    expect(query).toMatch(/>= DATE '2026-11-24' AND .* < DATE '2026-11-25'/);
    expect(params).toEqual({ id_0: ['jane'] });
  });

  test('refuses to delete where nobody is asked for', () => {
    expect(() => deleteRows(TABLE, {}, [])).toThrow('no subject can be in my-project.d.events');
    expect(() => deleteRows(TABLE, {}, [{ type: 'email', value: 'jane' }])).toThrow('no subject can be in');
  });

  test('refuses to delete in no partition at all, instead of in every one', () => {
    expect(() => deleteRows(DAILY, { partitions: [] }, JANE)).toThrow('at least one partition');
  });
});

describe('names', () => {
  test('are put in backticks, each part of a path by itself', () => {
    expect(quoteName('select')).toBe('`select`');
    expect(quotePath('device.advertising_id')).toBe('`device`.`advertising_id`');
  });

  test.each(['a`b', 'a\\', 'a\nb', 'a\rb'])('that could leave their backticks are refused: %p', (name) => {
    expect(() => quoteName(name)).toThrow('not a BigQuery name');
  });
});
