/**
 * The columns of INFORMATION_SCHEMA that the stand-in has, by BigQuery's names and in its order.
 * https://cloud.google.com/bigquery/docs/information-schema-intro
 */
import type { FieldType } from '../catalog.ts';

export const INFORMATION_SCHEMA: Record<string, { duckName: string; columns: Record<string, FieldType> }> = {
  TABLES: {
    duckName: '"__information_schema"."tables"',
    columns: {
      table_catalog: 'STRING',
      table_schema: 'STRING',
      table_name: 'STRING',
      /** `BASE TABLE` or `VIEW`. */
      table_type: 'STRING',
      /** `YES` or `NO`, as all flags here. */
      is_insertable_into: 'STRING',
      is_typed: 'STRING',
      creation_time: 'TIMESTAMP',
      ddl: 'STRING',
    },
  },
  COLUMNS: {
    duckName: '"__information_schema"."columns"',
    columns: {
      table_catalog: 'STRING',
      table_schema: 'STRING',
      table_name: 'STRING',
      column_name: 'STRING',
      /** From 1; NULL of a pseudo column. */
      ordinal_position: 'INT64',
      is_nullable: 'STRING',
      /** As GoogleSQL writes it: `ARRAY<STRUCT<key STRING, value INT64>>`. */
      data_type: 'STRING',
      is_hidden: 'STRING',
      is_partitioning_column: 'STRING',
      clustering_ordinal_position: 'INT64',
    },
  },
  PARTITIONS: {
    duckName: '"__information_schema"."partitions"',
    columns: {
      table_catalog: 'STRING',
      table_schema: 'STRING',
      table_name: 'STRING',
      /** `20261124`, `__NULL__`, `__UNPARTITIONED__`; NULL of a table without partitions. */
      partition_id: 'STRING',
      total_rows: 'INT64',
      total_logical_bytes: 'INT64',
      last_modified_time: 'TIMESTAMP',
      storage_tier: 'STRING',
    },
  },
};
