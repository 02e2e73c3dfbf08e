/** What a column takes: its type, arrays without NULL, and no array that is itself NULL. */
import { coerce, fieldOf } from './coercion.ts';
import { pack } from './composites.ts';
import type { Position } from './lexer.ts';
import { duckType, type Type, typeName } from './types.ts';
import { invalid, raise, type Value } from './value.ts';

/** @throws SqlError where BigQuery would not write such a value to the column */
export function storable(value: Value, type: Type, name: string, at: Position): string {
  const sql = coerce(value, type);
  if (sql === undefined)
    throw invalid(
      `Value of type ${typeName(value.type)} cannot be assigned to ${name}, which has type ${typeName(type)}`,
      at,
    );
  return withoutNullArrays(sql, type, name);
}

/** To BigQuery a NULL array is an empty one as soon as it is written. */
export function withoutNullArrays(sql: string, type: Type, name: string): string {
  if (type.kind === 'ARRAY') {
    const element = holdsArray(type.element) ? withoutNullArrays('e', type.element, name) : undefined;
    const list = element ? `list_transform(${sql}, lambda e: ${element})` : sql;
    const error = raise(
      `'Array cannot have a null element; error in writing field ${name.replaceAll("'", "''")}'`,
      type,
    );
    const hasNull = `list_contains(list_transform(${sql}, lambda e: e IS NULL), TRUE)`;
    return `CASE WHEN ${hasNull} THEN ${error} ELSE coalesce(${list}, CAST([] AS ${duckType(type)})) END`;
  }
  if (type.kind !== 'STRUCT' || !holdsArray(type)) return sql;
  const fields = type.fields.map((field, index) =>
    withoutNullArrays(fieldOf(sql, field, index).sql, field.type, field.name ?? name),
  );
  return `CASE WHEN ${sql} IS NOT NULL THEN ${pack(type.fields, fields)} END`;
}

function holdsArray(type: Type): boolean {
  return (
    type.kind === 'ARRAY' || (type.kind === 'STRUCT' && type.fields.some((field) => holdsArray(field.type)))
  );
}
