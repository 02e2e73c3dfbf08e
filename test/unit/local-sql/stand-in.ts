/** An in-memory DuckDB with tables, and statements translated and run on it. */
import duckdb, { type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import {
  type Catalog,
  type CatalogTable,
  type Field,
  PARTITION_TIME,
  STREAMED_UNTIL,
} from '../../../local/bigquery/catalog.ts';
import type { QueryParameter, TranslatedStatement } from '../../../local/bigquery/sql/contract.ts';
import { registerFunctions } from '../../../local/bigquery/sql/functions.ts';
import { translate } from '../../../local/bigquery/sql/translate.ts';
import { duckType, quoteDuck, typeOfField } from '../../../local/bigquery/sql/types.ts';

/** `id STRING`, `tags ARRAY<STRING>`: enough for tests, nested structs as a Field. */
type FieldText = string | Field;

interface TestTable extends Partial<Omit<CatalogTable, 'fields'>> {
  table: string;
  fields: FieldText[];
}

export interface StandIn {
  connection: DuckDBConnection;
  catalog: Catalog;
  create(table: TestTable): Promise<CatalogTable>;
  /** Adds a table to the catalog alone. */
  declare(table: CatalogTable): void;
  translate(sql: string, parameters?: QueryParameter[]): TranslatedStatement;
  /** The rows by column name, as JavaScript values: bigint for INT64. */
  rows(sql: string, parameters?: QueryParameter[]): Promise<Record<string, unknown>[]>;
  /** The one value of the one row. */
  value(sql: string, parameters?: QueryParameter[]): Promise<unknown>;
  /** The number of rows changed. */
  change(sql: string, parameters?: QueryParameter[]): Promise<number>;
  close(): void;
}

const NOW = Date.UTC(2026, 10, 24, 12, 34, 56);

export async function startStandIn(): Promise<StandIn> {
  const instance = await duckdb.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("SET TimeZone='UTC'");
  registerFunctions(connection);
  const tables: CatalogTable[] = [];
  const catalog: Catalog = {
    find: ({ project, dataset, table }) =>
      tables.find((one) => one.project === project && one.dataset === dataset && one.table === table),
    withPrefix: (project, dataset, prefix) =>
      tables
        .filter(
          (one) =>
            one.project === project &&
            one.dataset === dataset &&
            one.table.startsWith(prefix) &&
            one.kind === 'TABLE',
        )
        .sort((a, b) => (a.table < b.table ? -1 : 1)),
  };
  function translated(sql: string, parameters: QueryParameter[] = []): TranslatedStatement {
    return translate(sql, {
      parameters,
      catalog,
      defaultProject: 'p',
      defaultDataset: 'd',
      location: 'EU',
      now: NOW,
    });
  }
  async function run(sql: string, parameters?: QueryParameter[]) {
    const statement = translated(sql, parameters);
    const result = await connection.run(statement.sql, statement.binds as Record<string, DuckDBValue>);
    return (await result.getRowObjectsJS()) as Record<string, unknown>[];
  }
  return {
    connection,
    catalog,
    async create(table) {
      const full = catalogTable(table);
      const columns = full.fields.map((field) => `${quoteDuck(field.name)} ${duckType(typeOfField(field))}`);
      columns.push(`${STREAMED_UNTIL} TIMESTAMPTZ`);
      if (full.partitioning?.kind === 'time' && full.partitioning.field === undefined)
        columns.push(`${PARTITION_TIME} TIMESTAMPTZ`);
      await connection.run(`CREATE TABLE ${full.duckName} (${columns.join(', ')})`);
      tables.push(full);
      return full;
    },
    declare: (table) => void tables.push(table),
    translate: translated,
    rows: run,
    async value(sql, parameters) {
      const [row] = await run(sql, parameters);
      return row && Object.values(row)[0];
    },
    async change(sql, parameters) {
      const [row] = await run(sql, parameters);
      return Number(row?.['Count']);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function catalogTable({ fields, ...table }: TestTable): CatalogTable {
  return {
    project: 'p',
    dataset: 'd',
    kind: 'TABLE',
    location: 'EU',
    requirePartitionFilter: false,
    duckName: quoteDuck(`${table.dataset ?? 'd'}.${table.table}`),
    ...table,
    fields: fields.map((field) => (typeof field === 'string' ? fieldOf(field) : field)),
  };
}

function fieldOf(text: string): Field {
  const [name = '', type = ''] = text.split(' ');
  const array = /^ARRAY<(.*)>$/.exec(type);
  return { name, type: (array?.[1] ?? type) as Field['type'], mode: array ? 'REPEATED' : 'NULLABLE' };
}

export function strings(name: string, values: (string | null)[]): QueryParameter {
  return {
    name,
    parameterType: { type: 'ARRAY', arrayType: { type: 'STRING' } },
    parameterValue: { arrayValues: values.map((value) => ({ value })) },
  };
}

export function scalar(name: string, type: string, value: string | null): QueryParameter {
  return { name, parameterType: { type }, parameterValue: { value } };
}
