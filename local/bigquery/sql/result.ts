/** The result of a whole statement: every column has one name, and a type that a column can have. */
import type { Field } from '../catalog.ts';
import { fieldOf } from './coercion.ts';
import { SqlError, UnsupportedSql } from './contract.ts';
import type { OutputColumn, QueryResult } from './query-result.ts';
import { lower } from './scope.ts';
import { duckField, fieldOfType, quoteDuck, typeName } from './types.ts';

/** @throws SqlError where two columns have one name */
export function topLevel(result: QueryResult): QueryResult {
  const flat = result.isValueTable ? expanded(result) : result;
  const seen = new Set<string>();
  for (const { name } of flat.columns) {
    if (name === undefined) continue;
    if (seen.has(lower(name)))
      throw new SqlError(
        'invalidQuery',
        `Duplicate column names in the result are not supported. Found duplicate(s): ${name}`,
      );
    seen.add(lower(name));
    if (/^_(?:partition|table_|file_)|^__root__|^_row_timestamp|^_colidentifier/i.test(name))
      throw new SqlError(
        'invalidQuery',
        `Invalid field name "${name}". Field names are not allowed to start with the (case-insensitive) prefixes _PARTITION, _TABLE_, _FILE_, _ROW_TIMESTAMP, __ROOT__ and _COLIDENTIFIER`,
      );
  }
  return flat;
}

/** Rows that are structs come as their fields. */
function expanded(result: QueryResult): QueryResult {
  const [value] = result.columns;
  if (value?.type.kind !== 'STRUCT')
    return {
      ...result,
      sql: `SELECT "value" AS "f0_" FROM (${result.sql}) AS "v"`,
      columns: result.columns.map((column) => ({ ...column, sqlName: 'f0_' })),
    };
  const fields = value.type.fields;
  const columns = fields.map(
    (field, index): OutputColumn => ({
      name: field.name,
      type: field.type,
      sqlName: duckField(field, index),
    }),
  );
  const items = fields.map(
    (field, index) => `${fieldOf('"v"."value"', field, index).sql} AS ${quoteDuck(duckField(field, index))}`,
  );
  return { sql: `SELECT ${items.join(', ')} FROM (${result.sql}) AS "v"`, columns, isValueTable: false };
}

export function resultFields({ columns }: QueryResult): Field[] {
  return columns.map(({ type, sqlName }) => {
    const field = fieldOfType(sqlName, type);
    if (field === undefined) throw new UnsupportedSql(`a result column of type ${typeName(type)}`);
    return field;
  });
}
