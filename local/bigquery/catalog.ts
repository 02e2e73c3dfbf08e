/** What the stand-in knows of tables: shared by the REST service (which owns it) and the SQL translator (which reads it). */

export type FieldType =
  | 'STRING'
  | 'BYTES'
  | 'INT64'
  | 'FLOAT64'
  | 'NUMERIC'
  | 'BOOL'
  | 'TIMESTAMP'
  | 'DATETIME'
  | 'DATE'
  | 'TIME'
  | 'JSON'
  | 'STRUCT';

export type FieldMode = 'NULLABLE' | 'REQUIRED' | 'REPEATED';

export interface Field {
  name: string;
  type: FieldType;
  mode: FieldMode;
  /** Only of a STRUCT. */
  fields?: Field[];
}

export type Partitioning =
  /** `field` absent: by ingestion time, pseudo column `_PARTITIONTIME`. */
  | { kind: 'time'; unit: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR'; field?: string }
  | { kind: 'range'; field: string; start: number; end: number; interval: number };

export interface TableReference {
  project: string;
  dataset: string;
  table: string;
}

export interface CatalogTable extends TableReference {
  kind: 'TABLE' | 'VIEW';
  location: string;
  fields: Field[];
  partitioning?: Partitioning;
  requirePartitionFilter: boolean;
  /** The view's GoogleSQL text. */
  viewQuery?: string;
  /** The DuckDB name, quoted and qualified. Of a VIEW: none, its query is translated in place. */
  duckName: string;
}

/**
 * Hidden columns of every DuckDB table behind a BigQuery table. Never part of `SELECT *`, schemas or results.
 * Ingestion-time tables also have `__partition_time` (TIMESTAMPTZ; NULL while the row is in the streaming buffer).
 */
export const STREAMED_UNTIL = '__streamed_until'; // TIMESTAMPTZ; NULL unless insertAll wrote the row: when it leaves the buffer
export const PARTITION_TIME = '__partition_time';
/** BIGINT: logical bytes of the row, where they are known; whoever changes a row sets it to NULL. */
export const ROW_BYTES = '__bytes';

/**
 * INFORMATION_SCHEMA: `find({project, dataset, table: 'INFORMATION_SCHEMA.TABLES'})` (COLUMNS, PARTITIONS; any case) gives a
 * table whose `duckName` is a parenthesised SELECT, so `FROM ${duckName} AS alias` works for it as for any other.
 */
export interface Catalog {
  find(reference: TableReference): CatalogTable | undefined;
  /** Which of the two is missing, where `find` finds nothing. Absent: datasets are not known. */
  hasDataset?(project: string, dataset: string): boolean;
  /** The tables (not views) of a dataset whose id begins with `prefix`, by id: what a wildcard table means. */
  withPrefix(project: string, dataset: string, prefix: string): CatalogTable[];
}
