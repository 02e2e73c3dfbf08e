/** Wildcard tables: https://cloud.google.com/bigquery/docs/querying-wildcard-tables */
import type { CatalogTable, TableReference } from '../catalog.ts';
import { fieldOf } from './coercion.ts';
import { pack } from './composites.ts';
import { SqlError, UnsupportedSql } from './contract.ts';
import type { Position } from './lexer.ts';
import type { Column } from './scope.ts';
import { quoteString } from './string-literal.ts';
import { newRead, type SourceTable } from './tables.ts';
import type { TableRead, Translation } from './translation.ts';
import { duckType, quoteDuck, STRING, type Type, typeName, typeOfField } from './types.ts';
import { invalid } from './value.ts';

export const TABLE_SUFFIX = '_TABLE_SUFFIX';

/** All shards as one relation, by the schema of the last; the suffix is a column of it. */
export function wildcardRange(
  { project, dataset, table }: TableReference,
  at: Position,
  alias: string | undefined,
  sqlAlias: string,
  translation: Translation,
): SourceTable {
  const prefix = table.slice(0, -1);
  const shards = translation.options.catalog.withPrefix(project, dataset, prefix);
  const last = shards.at(-1);
  if (last === undefined)
    throw new SqlError('invalidQuery', `${project}:${dataset}.${table} does not match any table.`);
  if (shards.some((shard) => shard.partitioning?.kind === 'time' && shard.partitioning.field === undefined))
    throw new UnsupportedSql(`a wildcard over tables that are partitioned by ingestion time (${prefix}*)`);
  const reads = shards.map((shard): TableRead => {
    const read = newRead(shard, sqlAlias, translation);
    read.suffix = shard.table.slice(prefix.length);
    return read;
  });
  const branches = reads.map((read) => {
    const columns = last.fields.map((field) => {
      const own = read.table.fields.find(({ name }) => name.toLowerCase() === field.name.toLowerCase());
      const to = typeOfField(field);
      const sql = own
        ? reshape(quoteDuck(own.name), typeOfField(own), to, field.name, at)
        : `CAST(NULL AS ${duckType(to)})`;
      return `${sql} AS ${quoteDuck(field.name)}`;
    });
    const suffix = `${quoteString(read.suffix ?? '')} AS ${quoteDuck(TABLE_SUFFIX)}`;
    return `SELECT ${[suffix, ...columns].join(', ')} FROM ${read.table.duckName}`;
  });
  const columns = last.fields.map(
    (field): Column => ({
      name: field.name,
      type: typeOfField(field),
      sql: `${sqlAlias}.${quoteDuck(field.name)}`,
      use: () => useInAll(field.name, reads),
    }),
  );
  const suffix: Column = {
    name: TABLE_SUFFIX,
    type: STRING,
    sql: `${sqlAlias}.${quoteDuck(TABLE_SUFFIX)}`,
    isPseudo: true,
  };
  return { sql: `(${branches.join(' UNION ALL ')})`, range: { alias, columns: [...columns, suffix] } };
}

function useInAll(name: string, reads: readonly TableRead[]): void {
  for (const { table, referenced } of reads) {
    const own = ownName(table, name);
    if (own !== undefined && !referenced.columns.includes(own)) referenced.columns.push(own);
  }
}

function ownName({ fields }: CatalogTable, name: string): string | undefined {
  return fields.find((field) => field.name.toLowerCase() === name.toLowerCase())?.name;
}

/** A column of one shard as the column of the last: fields of structs by name, missing ones NULL. */
function reshape(sql: string, from: Type, to: Type, name: string, at: Position): string {
  if (duckType(from) === duckType(to)) return sql;
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY')
    return `list_transform(${sql}, lambda e: ${reshape('e', from.element, to.element, name, at)})`;
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    const parts = to.fields.map((field) => {
      const index = from.fields.findIndex((own) => own.name?.toLowerCase() === field.name?.toLowerCase());
      const own = from.fields[index];
      if (own === undefined) return `CAST(NULL AS ${duckType(field.type)})`;
      return reshape(fieldOf(sql, own, index).sql, own.type, field.type, `${name}.${field.name}`, at);
    });
    return `CASE WHEN ${sql} IS NOT NULL THEN ${pack(to.fields, parts)} END`;
  }
  if (from.kind === 'INT64' && (to.kind === 'FLOAT64' || to.kind === 'NUMERIC'))
    return `CAST(${sql} AS ${duckType(to)})`;
  throw invalid(`Cannot read field '${name}' of type ${typeName(from)} as ${typeName(to)}`, at);
}
