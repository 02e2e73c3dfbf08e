import type { MappedTable } from '../../../functions/domain/data-map.ts';
import {
  type MetadataField,
  planTable,
  type TableMetadata,
  tableLabel,
} from '../../../functions/domain/planned-table.ts';

const FIELDS: MetadataField[] = [
  { name: 'user_id', type: 'STRING' },
  { name: 'user_no', type: 'INTEGER', mode: 'REQUIRED' },
  { name: 'score', type: 'FLOAT64' },
  { name: 'tags', type: 'STRING', mode: 'REPEATED' },
  { name: 'folded', type: 'STRING', collation: 'und:ci' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'device', type: 'RECORD', fields: [{ name: 'advertising_id', type: 'STRING' }] },
  {
    name: 'items',
    type: 'RECORD',
    mode: 'REPEATED',
    fields: [{ name: 'owner', type: 'STRING' }],
  },
];

function plan(mapped: Partial<MappedTable> = {}, metadata: Partial<TableMetadata> = {}) {
  return planTable(
    { table: 'd.events', identifiers: [{ type: 'user', column: 'user_id' }], ...mapped },
    { type: 'TABLE', location: 'EU', fields: FIELDS, timeTravelHours: 168, ...metadata },
    { project: 'p', location: 'EU' },
  );
}
const by = (column: string) => ({ identifiers: [{ type: 'user', column }] });

test('map and metadata together are what a batch needs to know', () => {
  expect(plan({}, { requirePartitionFilter: true, timeTravelHours: 48 })).toEqual({
    table: {
      name: { project: 'p', dataset: 'd', table: 'events', isSharded: false },
      places: [],
      location: 'EU',
      identifiers: [{ type: 'user', column: 'user_id', valueType: 'STRING' }],
      requirePartitionFilter: true,
      timeTravelHours: 48,
    },
  });
});

test.each([
  ['user_no', 'INT64'],
  ['USER_ID', 'STRING'],
  ['device.advertising_id', 'STRING'],
  ['Device.Advertising_ID', 'STRING'],
])('%s is an identifier column of type %s', (column, valueType) => {
  expect(plan(by(column))).toMatchObject({ table: { identifiers: [{ type: 'user', column, valueType }] } });
});

test.each([
  ['userid', /p\.d\.events has no column userid \(it has user_id, user_no, .*items\)/],
  ['device.vendor_id', /has no column device\.vendor_id/],
  ['user_id.x', /has no column user_id\.x/],
  ['items.owner', /has no column items\.owner/],
  ['tags', /tags is REPEATED; an identifier is one value a row/],
  ['folded', /folded has collation und:ci, which compares inexactly/],
  ['score', /score is FLOAT64; an identifier is STRING or INT64/],
  ['device', /device is RECORD; an identifier is STRING or INT64/],
])('%s is no identifier column, and the finding says why', (column, detail) => {
  expect(plan(by(column))).toEqual({
    findings: [{ field: 'identifiers[0].column', detail: expect.stringMatching(detail) }],
  });
});

test.each(['VIEW', 'MATERIALIZED_VIEW', 'EXTERNAL', 'SNAPSHOT'])('a %s cannot be worked on', (type) => {
  expect(plan({}, { type })).toEqual({
    findings: [{ field: 'table', detail: `p.d.events is a ${type}, not a table: name the tables behind it` }],
  });
});

test('every finding is told at once', () => {
  const result = plan(
    {
      identifiers: [
        { type: 'user', column: 'nobody' },
        { type: 'user', column: 'user_id' },
        { type: 'user', column: 'tags' },
      ],
      event_time: { column: 'when' },
    },
    { location: 'US' },
  );

  expect('findings' in result && result.findings.map(({ field }) => field)).toEqual([
    'location',
    'identifiers[0].column',
    'identifiers[2].column',
    'event_time.column',
  ]);
});

test('a location is the same in small letters; a table may have its own', () => {
  expect(plan({}, { location: 'eu' })).toHaveProperty('table');
  expect(plan({ location: 'europe-west3' }, { location: 'europe-west3' })).toMatchObject({
    table: { location: 'europe-west3' },
  });
  expect(plan({ location: 'US' })).toEqual({
    findings: [{ field: 'location', detail: 'p.d.events is in EU, not in US' }],
  });
});

describe('partitioning', () => {
  const partitioning = (metadata: Partial<TableMetadata>) => {
    const result = plan({}, metadata);
    return 'table' in result ? result.table.partitioning : undefined;
  };

  test('by a time column has the column and its type', () => {
    expect(partitioning({ timePartitioning: { type: 'HOUR', field: 'AT' } })).toEqual({
      kind: 'time',
      unit: 'HOUR',
      column: 'AT',
      columnType: 'TIMESTAMP',
    });
  });

  test('without a column is by ingestion time', () => {
    expect(partitioning({ timePartitioning: { type: 'MONTH' } })).toEqual({
      kind: 'ingestion_time',
      unit: 'MONTH',
    });
  });

  test('by a range of integers has its bounds', () => {
    const range = { start: '-25', end: '42', interval: '10' };
    const found = partitioning({ rangePartitioning: { field: 'user_no', range } });

    expect(found).toMatchObject({ kind: 'range', column: 'user_no' });
    expect(found?.kind === 'range' && [found.start, found.end, found.interval].map(String)).toEqual([
      '-25',
      '42',
      '10',
    ]);
  });

  test('is absent where the table has none', () => {
    expect(partitioning({})).toBeUndefined();
  });
});

test('the label of date shards ends in their star', () => {
  expect(tableLabel({ project: 'p', dataset: 'd', table: 'events_', isSharded: true })).toBe('p.d.events_*');
});
