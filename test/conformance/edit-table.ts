/** Tables of people's properties, placed in all ways, with rows of one person, of two, and of nobody. */
import type { Edit, EditGroup } from '../../functions/domain/edits.ts';
import type { MetadataField, PlannedTable, TableMetadata } from '../../functions/domain/planned-table.ts';
import { planTable } from '../../functions/domain/planned-table.ts';
import type { Subject } from '../../functions/domain/subject.ts';
import type { Column, Row, Value } from '../support/googlesql-values.ts';
import { OTHER_TYPE, TYPE } from './people.ts';
import type { Stored, StoredProperty } from './stored-scalars.ts';

export interface EditTable {
  planned: PlannedTable;
  columns: Column[];
  required: Set<string>;
  /** Says which shard, or which partition. */
  placeColumn?: string;
  properties: StoredProperty[];
  rows: Row[];
}

export interface Placing {
  name: string;
  column?: Column;
  places: Value[];
  metadata: Partial<TableMetadata>;
  isSharded?: true;
}

export const PLACINGS: Placing[] = [
  { name: 'plain', places: [null], metadata: {} },
  {
    name: 'partitioned by day, filter required',
    column: { name: 'day', type: 'DATE' },
    places: ['2026-11-24', '2026-11-25', '2026-12-01', null],
    metadata: { timePartitioning: { type: 'DAY', field: 'day' }, requirePartitionFilter: true },
  },
  {
    name: 'partitioned by ingestion',
    column: { name: '_PARTITIONTIME', type: 'TIMESTAMP', isPseudo: true },
    places: ['2026-11-24T10:00:00Z', '2026-11-24T11:00:00Z', '2026-12-01T00:00:00Z'],
    metadata: { timePartitioning: { type: 'HOUR' } },
  },
  {
    name: 'sharded by date',
    column: { name: '_TABLE_SUFFIX', type: 'STRING', isPseudo: true },
    places: ['20261124', '20261125', 'intraday_20261126', 'backup'],
    metadata: {},
    isSharded: true,
  },
];

/** `[user, device]`: some rows are of Jane by one, of Ada by the other. */
const OWNERS: [string | null, string | null][] = [
  ['jane', null],
  ['jane', 'd-ada'],
  ['Jane', 'd-ada'],
  [null, 'd-jane'],
  ['janet', 'd-Jane'],
  [null, null],
  ['ada', 'd-jane'],
];
export const JANE: Subject[] = [
  { type: TYPE, value: 'jane' },
  { type: OTHER_TYPE, value: 'd-jane' },
];
export const ADA: Subject[] = [
  { type: TYPE, value: 'ada' },
  { type: OTHER_TYPE, value: 'd-ada' },
];
export const NOBODY: Subject[] = [{ type: TYPE, value: "' OR TRUE --" }];

const KEY_COLUMNS: Column[] = [
  { name: 'n', type: 'INT64' },
  { name: 'user_id', type: 'STRING' },
  { name: 'device_id', type: 'STRING' },
];

export function editTable(
  placing: Placing,
  stored: readonly Stored[],
  dataset = 'judged',
  name = 'people',
): EditTable {
  const content = stored.flatMap(({ columns }) => columns);
  const columns = [
    ...KEY_COLUMNS,
    ...content.map(({ column }) => column),
    ...(placing.column ? [placing.column] : []),
  ];
  const required = new Set(content.filter(({ isRequired }) => isRequired).map(({ column }) => column.name));
  const properties = stored.flatMap((one) => one.properties);
  const planned = planTable(
    {
      table: `${dataset}.${name}${placing.isSharded ? '_*' : ''}`,
      identifiers: [
        { type: TYPE, column: 'user_id' },
        { type: OTHER_TYPE, column: 'device_id' },
      ],
      properties: properties.map(({ map }) => map),
    },
    {
      type: 'TABLE',
      location: 'EU',
      fields: columns.filter(({ isPseudo }) => !isPseudo).map((column) => fieldOf(column, required)),
      timeTravelHours: 168,
      ...placing.metadata,
    },
    { project: 'lethe-test', location: 'EU' },
    properties.map(({ map }) => map.name),
  );
  if (!('table' in planned)) throw new Error(JSON.stringify(planned.findings));
  return {
    planned: planned.table,
    columns,
    required,
    ...(placing.column && { placeColumn: placing.column.name }),
    properties,
    rows: rowsOf(placing, stored),
  };
}

/** Everybody has every content of every column; columns are in step against each other. */
function rowsOf(placing: Placing, stored: readonly Stored[]): Row[] {
  const content = stored.flatMap(({ columns }) => columns);
  const most = Math.max(...content.map(({ cells }) => cells.length));
  return Array.from({ length: most * OWNERS.length }, (_, n) => {
    const [user_id = null, device_id = null] = OWNERS[n % OWNERS.length] ?? [];
    const at = Math.floor(n / OWNERS.length);
    const row: Row = { n: String(n), user_id, device_id };
    content.forEach(({ column, cells }, step) => {
      row[column.name] = cells[(at + step) % cells.length] ?? null;
    });
    if (placing.column) row[placing.column.name] = placing.places[n % placing.places.length] ?? null;
    return row;
  });
}

export function fieldOf({ name, type }: Column, required: ReadonlySet<string>): MetadataField {
  const mode = required.has(name) ? { mode: 'REQUIRED' } : {};
  if (typeof type === 'string') return { name, type, ...mode };
  if (!('arrayOf' in type))
    return { name, type: 'RECORD', fields: type.map((one) => fieldOf(one, new Set())) };
  return { ...fieldOf({ name, type: type.arrayOf }, new Set()), mode: 'REPEATED' };
}

export function group(subjects: Subject[], edits: Edit[]): EditGroup {
  return { subjects, edits, requests: [] };
}

export const erasing = (properties: readonly StoredProperty[]): Edit[] =>
  properties.map(({ map }) => ({ property: map.name }));

/** Each property gets the value whose turn it is; those that cannot be set are left out. */
export function correcting(properties: readonly StoredProperty[], turn: number): Edit[] {
  return properties.flatMap(({ map, values }) => {
    const value = values[turn % Math.max(values.length, 1)];
    return value === undefined ? [] : [{ property: map.name, value }];
  });
}
