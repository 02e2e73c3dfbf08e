/**
 * INFORMATION_SCHEMA.TABLES, COLUMNS and PARTITIONS of a dataset, as catalog tables whose `duckName` is a parenthesised
 * SELECT over constants: https://cloud.google.com/bigquery/docs/information-schema-intro
 */
import type { CatalogTable, Field, FieldType } from './catalog.ts';
import type { DatasetRecord, TableRecord } from './catalog-store.ts';
import { quoteIdentifier, quoteText } from './database.ts';
import { isByIngestion, partitionColumnName } from './partitions.ts';
import { duckType } from './schema.ts';

/** One partition with rows in it. Its id is absent for a table without partitions. */
export interface PartitionFacts {
  id?: string;
  rows: number;
  bytes: number;
  modified: number;
}

type Value = string | number | null;
type Columns = [name: string, type: FieldType][];

interface Source {
  tables: TableRecord[];
  partitionsOf: (table: TableRecord) => PartitionFacts[];
}

const PREFIX = 'INFORMATION_SCHEMA.';

/** @param name `INFORMATION_SCHEMA.TABLES` and so on, in any case */
export function informationSchema(
  dataset: DatasetRecord,
  name: string,
  source: Source,
): CatalogTable | undefined {
  if (!name.toUpperCase().startsWith(PREFIX)) return undefined;
  const view = VIEWS[name.toUpperCase().slice(PREFIX.length)];
  if (view === undefined) return undefined;
  return {
    project: dataset.project,
    dataset: dataset.dataset,
    table: name,
    kind: 'TABLE',
    location: dataset.location,
    fields: view.columns.map(toField),
    requirePartitionFilter: false,
    duckName: relation(
      view.columns,
      source.tables.flatMap((table) => view.rows(table, source)),
    ),
  };
}

export function isInformationSchema(table: CatalogTable): boolean {
  return table.table.toUpperCase().startsWith(PREFIX);
}

const COMMON: Columns = [
  ['table_catalog', 'STRING'],
  ['table_schema', 'STRING'],
  ['table_name', 'STRING'],
];

const common = ({ project, dataset, table }: TableRecord): Value[] => [project, dataset, table];

interface View {
  columns: Columns;
  rows: (table: TableRecord, source: Source) => Value[][];
}

const VIEWS: Record<string, View> = {
  // https://cloud.google.com/bigquery/docs/information-schema-tables
  TABLES: {
    columns: [
      ...COMMON,
      ['table_type', 'STRING'],
      ['managed_table_type', 'STRING'],
      ['is_insertable_into', 'STRING'],
      ['is_fine_grained_mutations_enabled', 'STRING'],
      ['is_typed', 'STRING'],
      ['is_change_history_enabled', 'STRING'],
      ['creation_time', 'TIMESTAMP'],
      ['ddl', 'STRING'],
    ],
    rows: (table) => [
      [
        ...common(table),
        table.kind === 'VIEW' ? 'VIEW' : 'BASE TABLE',
        table.kind === 'VIEW' ? null : 'NATIVE',
        table.kind === 'VIEW' ? 'NO' : 'YES',
        'NO',
        'NO',
        'NO',
        new Date(table.created).toISOString(),
        null,
      ],
    ],
  },
  // https://cloud.google.com/bigquery/docs/information-schema-columns
  COLUMNS: {
    columns: [
      ...COMMON,
      ['column_name', 'STRING'],
      ['ordinal_position', 'INT64'],
      ['is_nullable', 'STRING'],
      ['data_type', 'STRING'],
      ['is_generated', 'STRING'],
      ['is_hidden', 'STRING'],
      ['is_system_defined', 'STRING'],
      ['is_partitioning_column', 'STRING'],
      ['clustering_ordinal_position', 'INT64'],
    ],
    rows: (table) => [
      ...table.fields.map((field, index) => columnRow(table, field, index)),
      ...pseudoRow(table),
    ],
  },
  // https://cloud.google.com/bigquery/docs/information-schema-partitions
  PARTITIONS: {
    columns: [
      ...COMMON,
      ['partition_id', 'STRING'],
      ['total_rows', 'INT64'],
      ['total_logical_bytes', 'INT64'],
      ['total_billable_bytes', 'INT64'],
      ['last_modified_time', 'TIMESTAMP'],
      ['storage_tier', 'STRING'],
    ],
    rows: (table, { partitionsOf }) =>
      partitionsOf(table).map(({ id, rows, bytes, modified }) => [
        ...common(table),
        id ?? null,
        rows,
        bytes,
        bytes,
        new Date(modified).toISOString(),
        'ACTIVE',
      ]),
  },
};

function columnRow(table: TableRecord, field: Field, index: number): Value[] {
  const clustered = (table.resource.clustering?.fields ?? []).indexOf(field.name);
  return [
    ...common(table),
    field.name,
    index + 1,
    // "Whether the column's mode allows NULL values": a repeated one has an empty array instead.
    field.mode === 'NULLABLE' ? 'YES' : 'NO',
    sqlType(field),
    'NEVER',
    'NO',
    'NO',
    partitionColumnName(table) === field.name ? 'YES' : 'NO',
    clustered < 0 ? null : clustered + 1,
  ];
}

/** `_PARTITIONTIME` of a table that is partitioned by ingestion time. */
function pseudoRow(table: TableRecord): Value[][] {
  if (!isByIngestion(table.partitioning)) return [];
  const position = null;
  return [
    [...common(table), '_PARTITIONTIME', position, 'YES', 'TIMESTAMP', 'NEVER', 'YES', 'YES', 'YES', null],
  ];
}

/** The type as GoogleSQL writes it. */
function sqlType({ type, mode, fields = [] }: Field): string {
  const single =
    type === 'STRUCT'
      ? `STRUCT<${fields.map((field) => `${field.name} ${sqlType(field)}`).join(', ')}>`
      : type;
  return mode === 'REPEATED' ? `ARRAY<${single}>` : single;
}

function toField([name, type]: Columns[number]): Field {
  return { name, type, mode: 'NULLABLE' };
}

function relation(columns: Columns, rows: Value[][]): string {
  const typed = columns.map(
    (column, index) => `CAST(c${index} AS ${duckType(toField(column))}) AS ${quoteIdentifier(column[0])}`,
  );
  const values = rows.length > 0 ? rows : [columns.map(() => null)];
  const constants = values.map((row) => `(${row.map(literal).join(', ')})`).join(', ');
  const names = columns.map((_, index) => `c${index}`).join(', ');
  // Hidden columns belong to every table.
  return `(SELECT ${typed.join(', ')}, NULL::TIMESTAMPTZ AS __streamed_until FROM (VALUES ${constants}) AS v(${names})${rows.length > 0 ? '' : ' WHERE FALSE'})`;
}

function literal(value: Value): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : quoteText(value);
}
