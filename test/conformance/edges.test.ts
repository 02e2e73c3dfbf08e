/** Tables that are rare, legal, and easily got wrong. */
import { chunksOf, PARTITIONS_PER_STATEMENT_MAX } from '../../functions/domain/located.ts';
import { type Partitioning, type PlannedTable, planTable } from '../../functions/domain/planned-table.ts';
import { deleteRows } from '../../functions/sql/delete-rows.ts';
import { describeWithGoogleSql } from '../support/googlesql.ts';
import type { Column, Row } from '../support/googlesql-values.ts';
import { askLocate, eraseLocated, located } from './ask.ts';
import { expectedLocated, isTheirs, placesOf } from './oracle.ts';
import { NAMES, OTHER_TYPE, TYPE } from './people.ts';
import { rowsOf } from './rows.ts';
import { SHAPES, type Shape } from './shapes.ts';

const JANE = [{ type: TYPE, value: 'jane' }];
const EVERYBODY = NAMES.map((value) => ({ type: TYPE, value }));

function edge(
  table: Partial<PlannedTable> & { name?: PlannedTable['name'] },
  columns: Column[],
  placeColumn?: string,
): Shape {
  return {
    name: 'edge',
    table: {
      name: { project: 'lethe-test', dataset: 'judged', table: 'events', isSharded: false },
      location: 'EU',
      identifiers: [{ type: 'distinct_id', column: 'distinct_id', valueType: 'STRING' }],
      requirePartitionFilter: false,
      places: [],
      timeTravelHours: 168,
      ...table,
    },
    columns: [{ name: 'distinct_id', type: 'STRING' }, ...columns],
    ...(placeColumn !== undefined && { placeColumn }),
    places: [],
    owners: {},
  };
}

const named = (table: string) => ({ project: 'lethe-test', dataset: 'judged', table, isSharded: false });

describeWithGoogleSql('locate and delete at the edges', (judge) => {
  const zoned = SHAPES.filter(
    ({ table: { partitioning }, columns }) =>
      columns.some(({ type }) => type === 'TIMESTAMP') &&
      partitioning?.kind !== 'range' &&
      columns[0]?.name === 'distinct_id',
  );
  test.each(zoned)(
    'partitions are cut at UTC, whatever default time zone the project has: $name',
    async (shape) => {
      // https://cloud.google.com/bigquery/docs/default-configuration: it governs functions, not partitioned tables.
      const rows = rowsOf(shape);
      const options = { timeZone: 'America/Los_Angeles' };

      const found = await askLocate(judge(), shape, rows, EVERYBODY, options);

      expect(located(found)).toEqual(expectedLocated(shape, rows, EVERYBODY));
    },
  );

  // 9999-12-31 is what many systems write for "never", 0001-01-01 for "unknown".
  const farDays = ['0001-01-01', '0999-12-31', '1000-01-01', '9998-12-31', '9999-12-30', '9999-12-31'];
  test.each(
    (['DATE', 'DATETIME', 'TIMESTAMP'] as const).flatMap((columnType) =>
      (['HOUR', 'DAY', 'MONTH', 'YEAR'] as const)
        .filter((unit) => columnType !== 'DATE' || unit !== 'HOUR')
        .map((unit) => ({ columnType, unit })),
    ),
  )(
    'rows at both ends of the calendar are located and deleted, by $unit of $columnType',
    async ({ columnType, unit }) => {
      const shape = edge(
        { partitioning: { kind: 'time', unit, column: 'event_time', columnType } },
        [{ name: 'event_time', type: columnType }],
        'event_time',
      );
      const time = { DATE: '', DATETIME: 'T23:59:59.999999', TIMESTAMP: 'T23:59:59.999999Z' }[columnType];
      const rows: Row[] = farDays.flatMap((day) =>
        ['jane', 'janet'].map((distinct_id) => ({ distinct_id, event_time: day + time })),
      );

      const found = await askLocate(judge(), shape, rows, JANE);
      const left = await eraseLocated(judge(), shape, rows, JANE, found);

      // How the places are called is another matter: BigQuery keeps years this far in no partition of their own.
      expect(found.reduce((sum, row) => sum + row.rows, 0)).toBe(farDays.length);
      expect(left).toEqual(rows.filter((row) => !isTheirs(shape, row, JANE)));
    },
  );

  test('a table named as its identifier column is searched by the column', async () => {
    const shape = edge({ name: named('distinct_id') }, []);
    const rows = ['jane', 'janet'].map((distinct_id) => ({ distinct_id }));

    const found = await askLocate(judge(), shape, rows, JANE);

    expect(await eraseLocated(judge(), shape, rows, JANE, found)).toEqual([rows[1]]);
  });

  test("a table named as its STRUCT column is searched by the field, not by a column of the field's name", async () => {
    const identifiers = [{ type: 'distinct_id', column: 'device.id', valueType: 'STRING' as const }];
    const shape = edge({ name: named('device'), identifiers }, [
      { name: 'device', type: [{ name: 'id', type: 'STRING' }] },
      { name: 'id', type: 'STRING' },
    ]);
    const rows: Row[] = [
      { distinct_id: 'hers', device: { id: 'jane' }, id: 'row-1' },
      { distinct_id: 'another', device: { id: 'x' }, id: 'jane' },
    ];

    const found = await askLocate(judge(), shape, rows, JANE);

    expect(await eraseLocated(judge(), shape, rows, JANE, found)).toEqual([rows[1]]);
  });

  test('a column that is called as the alias in the statements hides nothing, and is not hidden', async () => {
    const identifiers = ['t.distinct_id', 't'].map((column) => ({
      type: column === 't' ? OTHER_TYPE : TYPE,
      column,
      valueType: 'STRING' as const,
    }));
    const inStruct = edge({ identifiers: identifiers.slice(0, 1) }, [
      { name: 't', type: [{ name: 'distinct_id', type: 'STRING' }] },
    ]);
    const plain = edge({ identifiers: identifiers.slice(1) }, [{ name: 't', type: 'STRING' }]);
    const nested: Row[] = [
      { distinct_id: 'another', t: { distinct_id: 'jane' } },
      { distinct_id: 'jane', t: { distinct_id: 'another' } },
    ];
    const flat: Row[] = [
      { distinct_id: 'another', t: 'jane' },
      { distinct_id: 'jane', t: null },
    ];
    const asked = [...JANE, { type: OTHER_TYPE, value: 'jane' }];

    for (const [shape, rows] of [
      [inStruct, nested],
      [plain, flat],
    ] as const) {
      const found = await askLocate(judge(), shape, rows, asked);
      expect(await eraseLocated(judge(), shape, rows, asked, found)).toEqual([rows[1]]);
    }
  });

  test('a table named as its partition column is restricted by the column', async () => {
    const partitioning: Partitioning = { kind: 'time', unit: 'DAY', column: 'day', columnType: 'DATE' };
    const shape = edge({ name: named('day'), partitioning }, [{ name: 'day', type: 'DATE' }], 'day');
    const rows = ['jane', 'janet'].map((distinct_id) => ({ distinct_id, day: '2026-11-24' }));

    const found = await askLocate(judge(), shape, rows, JANE);

    expect(await eraseLocated(judge(), shape, rows, JANE, found)).toEqual([rows[1]]);
  });

  test('a table partitioned by ranges that no floating-point number holds keeps them exactly', async () => {
    const planned = planTable(
      { table: 'judged.events', identifiers: [{ type: 'distinct_id', column: 'distinct_id' }] },
      {
        type: 'TABLE',
        location: 'EU',
        fields: [
          { name: 'distinct_id', type: 'STRING' },
          { name: 'hash', type: 'INTEGER' },
        ],
        rangePartitioning: {
          field: 'hash',
          range: {
            start: '0',
            end: '9223372036854775807',
            interval: '9007199254740993',
          },
        },
        timeTravelHours: 168,
      },
      { project: 'lethe-test', location: 'EU' },
    );
    if (!('table' in planned)) throw new Error('the table was not planned');
    const shape = edge(planned.table, [{ name: 'hash', type: 'INT64' }], 'hash');
    const hashes = [
      '-1',
      '0',
      '9007199254740992',
      '9007199254740993',
      '9223372036854775806',
      '9223372036854775807',
    ];
    const rows = hashes.flatMap((hash) => ['jane', 'janet'].map((distinct_id) => ({ distinct_id, hash })));

    const found = await askLocate(judge(), shape, rows, JANE);

    expect(await eraseLocated(judge(), shape, rows, JANE, found)).toEqual(
      rows.filter((row) => !isTheirs(shape, row, JANE)),
    );
  });

  test('a table partitioned by ranges over all of INT64, as fingerprints are, keeps them exactly', async () => {
    const [least, most] = ['-9223372036854775808', '9223372036854775807'];
    const partitioning: Partitioning = {
      kind: 'range',
      column: 'hash',
      start: least,
      end: most,
      interval: '4611686018427387904',
    };
    const shape = edge({ partitioning }, [{ name: 'hash', type: 'INT64' }], 'hash');
    const rows: Row[] = [
      least,
      '-4611686018427387905',
      '-4611686018427387904',
      '-1',
      '0',
      most,
      null,
    ].flatMap((hash) => ['jane', 'janet'].map((distinct_id) => ({ distinct_id, hash })));

    const found = await askLocate(judge(), shape, rows, JANE);

    expect(located(found)).toEqual(expectedLocated(shape, rows, JANE));
    expect(await eraseLocated(judge(), shape, rows, JANE, found)).toEqual(
      rows.filter((row) => !isTheirs(shape, row, JANE)),
    );
  });

  test('a statement over as many scattered partitions as BigQuery allows is understood, and not too long', async () => {
    // https://cloud.google.com/bigquery/docs/schemas#column_names: as long as a name may be, in two bytes a letter.
    const longest = 'é'.repeat(300);
    const partitioning = (column: string): Partitioning => ({
      kind: 'time',
      unit: 'HOUR',
      column,
      columnType: 'TIMESTAMP',
    });
    const shape = edge(
      { partitioning: partitioning('event_time') },
      [
        { name: 'event_time', type: 'TIMESTAMP' },
        { name: longest, type: 'TIMESTAMP' },
      ],
      'event_time',
    );
    // Every second hour: no two are neighbours, so that each takes a condition of its own.
    const places = Array.from({ length: PARTITIONS_PER_STATEMENT_MAX }, (_, index) =>
      new Date(Date.UTC(2020, 0, 1, index * 2)).toISOString().replaceAll(/\D/g, '').slice(0, 10),
    );
    const found = places.map((partition) => ({ values: {}, partition, rows: 1 }));
    const longNamed = { ...shape.table, partitioning: partitioning(longest) };

    expect(chunksOf(shape.table, found)).toHaveLength(1);
    expect(chunksOf(longNamed, found).flatMap(placesOf)).toEqual(places);
    const table = { name: 'lethe-test.judged.events', columns: shape.columns, rows: [] };
    for (const planned of [shape.table, longNamed]) {
      for (const chunk of chunksOf(planned, found)) {
        const statement = deleteRows(planned, chunk, JANE);
        expect(await judge().analyze(statement, table)).toEqual({ ok: true });
        // https://cloud.google.com/bigquery/quotas#query_jobs: unresolved text of a query.
        expect(Buffer.byteLength(statement.query)).toBeLessThan(1_000_000);
      }
    }
  });
});
