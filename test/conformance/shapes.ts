/** Every shape of table that the data map can name, with rows at the borders of its partitions. */
import type {
  Partitioning,
  PartitionUnit,
  PlannedIdentifier,
  PlannedTable,
} from '../../functions/domain/planned-table.ts';
import type { Column, Value } from '../support/googlesql-values.ts';
import { NAMES, NUMBERS, OTHER_TYPE, TYPE } from './people.ts';

export interface Shape {
  name: string;
  table: PlannedTable;
  columns: Column[];
  /** The column that says where a row is; absent: the table has one place only. */
  placeColumn?: string;
  /** Values of it: borders, and NULL where a row may have none. */
  places: Value[];
  /** Values of each identifier column. */
  owners: Record<string, readonly string[]>;
}

interface Placing {
  name: string;
  partitioning?: Partitioning;
  isSharded?: true;
  columns: Column[];
  placeColumn?: string;
  places: Value[];
}

/** The last moment of one unit and the first of the next, for every unit; a leap day; before the epoch. */
const MOMENTS = [
  '2026-11-24T09:59:59.999999',
  '2026-11-24T10:00:00',
  '2026-11-24T23:59:59.999999',
  '2026-11-25T00:00:00',
  '2026-11-30T23:59:59.999999',
  '2026-12-01T00:00:00.000001',
  '2026-12-31T23:59:59.999999',
  '2027-01-01T00:00:00',
  '2024-02-29T12:00:00',
  '1969-12-31T23:59:59.999999',
];
const DAYS = [...new Set(MOMENTS.map((moment) => moment.slice(0, 10)))];
const UNITS: readonly PartitionUnit[] = ['HOUR', 'DAY', 'MONTH', 'YEAR'];

function timePlacing(columnType: 'DATE' | 'DATETIME' | 'TIMESTAMP', unit: PartitionUnit): Placing {
  const zone = columnType === 'TIMESTAMP' ? 'Z' : '';
  return {
    name: `partitioned by ${unit} of a ${columnType}`,
    partitioning: { kind: 'time', unit, column: 'event_time', columnType },
    columns: [{ name: 'event_time', type: columnType }],
    placeColumn: 'event_time',
    places: [...(columnType === 'DATE' ? DAYS : MOMENTS.map((moment) => moment + zone)), null],
  };
}

/** BigQuery truncates the pseudo column to its unit. NULL: the row is still in the streaming buffer. */
function ingestionPlacing(unit: PartitionUnit): Placing {
  const length = { HOUR: 13, DAY: 10, MONTH: 7, YEAR: 4 }[unit];
  const truncated = MOMENTS.map((moment) => moment.slice(0, length) + '0000-01-01T00:00:00Z'.slice(length));
  return {
    name: `partitioned by ${unit} of ingestion`,
    partitioning: { kind: 'ingestion_time', unit },
    columns: [{ name: '_PARTITIONTIME', type: 'TIMESTAMP', isPseudo: true }],
    placeColumn: '_PARTITIONTIME',
    places: [...new Set(truncated), null],
  };
}

function rangePlacing(name: string, start: number, end: number, interval: number): Placing {
  return {
    name: `partitioned by ${name}`,
    partitioning: {
      kind: 'range',
      column: 'customer',
      start: String(start),
      end: String(end),
      interval: String(interval),
    },
    columns: [{ name: 'customer', type: 'INT64' }],
    placeColumn: 'customer',
    places: [
      ...new Set([
        start - 1,
        start,
        start + 1,
        start + interval - 1,
        start + interval,
        end - 1,
        end,
        end + 1,
      ]),
    ]
      .map<Value>(String)
      .concat(null),
  };
}

const PLACINGS: readonly Placing[] = [
  { name: 'plain', columns: [], places: [null] },
  ...UNITS.slice(1).map((unit) => timePlacing('DATE', unit)),
  ...UNITS.map((unit) => timePlacing('DATETIME', unit)),
  ...UNITS.map((unit) => timePlacing('TIMESTAMP', unit)),
  ...UNITS.map(ingestionPlacing),
  rangePlacing('a range of integers', 0, 100, 10),
  rangePlacing('a range that begins below zero and ends within an interval', -25, 42, 10),
  {
    name: 'sharded by date',
    isSharded: true,
    columns: [{ name: '_TABLE_SUFFIX', type: 'STRING', isPseudo: true }],
    placeColumn: '_TABLE_SUFFIX',
    // The last two are other tables whose names begin alike: no shards.
    places: ['20261124', '20261125', 'intraday_20261126', 'backup', '2026112'],
  },
];

interface Identifying {
  name: string;
  identifiers: PlannedIdentifier[];
  columns: Column[];
  owners: Record<string, readonly string[]>;
}

const string = (column: string, type = TYPE): PlannedIdentifier => ({ type, column, valueType: 'STRING' });
const integer = (column: string, type = TYPE): PlannedIdentifier => ({ type, column, valueType: 'INT64' });

const IDENTIFYINGS: readonly Identifying[] = [
  {
    name: 'one STRING identifier',
    identifiers: [string('distinct_id')],
    columns: [{ name: 'distinct_id', type: 'STRING' }],
    owners: { distinct_id: NAMES },
  },
  {
    name: 'one INT64 identifier',
    identifiers: [integer('user_no')],
    columns: [{ name: 'user_no', type: 'INT64' }],
    owners: { user_no: NUMBERS },
  },
  {
    name: 'identifiers in a STRUCT, beside a column of the same name',
    identifiers: [string('device.advertising_id'), string('device.owner.id', OTHER_TYPE)],
    columns: [
      {
        name: 'device',
        type: [
          { name: 'advertising_id', type: 'STRING' },
          { name: 'owner', type: [{ name: 'id', type: 'STRING' }] },
        ],
      },
      { name: 'advertising_id', type: 'STRING' },
    ],
    owners: {
      'device.advertising_id': NAMES,
      'device.owner.id': ['jane', '👩‍🦰', 'NULL'],
      advertising_id: ['jane', '7'],
    },
  },
  {
    // The names are those of locate's own result columns, and reserved words.
    name: 'several identifiers of several types, badly named',
    identifiers: [string('partition_id'), integer('row_count'), string('select', OTHER_TYPE), string('id_0')],
    columns: [
      { name: 'partition_id', type: 'STRING' },
      { name: 'row_count', type: 'INT64' },
      { name: 'select', type: 'STRING' },
      { name: 'id_0', type: 'STRING' },
    ],
    owners: {
      partition_id: NAMES,
      row_count: NUMBERS,
      select: ['jane', 'jane ', '-7', 'NULL'],
      id_0: ['jane', 'Jane', 'j%'],
    },
  },
];

export const SHAPES: readonly Shape[] = PLACINGS.flatMap((placing) => [
  ...IDENTIFYINGS.map((identifying) => shape(placing, identifying, false)),
  // What the filter adds to the statements has nothing to do with the identifiers: once is enough.
  ...IDENTIFYINGS.filter((_, index) => index === 0 && placing.partitioning !== undefined).map((identifying) =>
    shape(placing, identifying, true),
  ),
]).concat(partitionedByIdentifier());

/** Partitioned by the very column that says whose row it is. */
function partitionedByIdentifier(): Shape {
  const column = 'user_no';
  const identifying: Identifying = {
    name: 'one INT64 identifier',
    identifiers: [integer(column)],
    columns: [{ name: column, type: 'INT64' }],
    owners: { [column]: NUMBERS },
  };
  const placing: Placing = {
    name: 'partitioned by a range of the identifier',
    partitioning: { kind: 'range', column, start: '-10', end: '1001', interval: '50' },
    columns: [],
    placeColumn: column,
    places: [null],
  };
  return shape(placing, identifying, true);
}

function shape(placing: Placing, identifying: Identifying, requirePartitionFilter: boolean): Shape {
  const filter = requirePartitionFilter ? ', filter required' : '';
  return {
    name: `${placing.name}${filter}, ${identifying.name}`,
    table: {
      name: {
        project: 'lethe-test',
        dataset: 'judged',
        table: 'events_',
        isSharded: placing.isSharded ?? false,
      },
      location: 'EU',
      identifiers: identifying.identifiers,
      ...(placing.partitioning && { partitioning: placing.partitioning }),
      requirePartitionFilter,
      places: [],
      timeTravelHours: 168,
    },
    columns: [...identifying.columns, ...placing.columns],
    ...(placing.placeColumn !== undefined && { placeColumn: placing.placeColumn }),
    places: placing.places,
    owners: identifying.owners,
  };
}
