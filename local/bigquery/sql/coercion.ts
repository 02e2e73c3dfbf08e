/**
 * Which values become another type by themselves:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#coercion
 * DuckDB turns almost anything into anything, so a type is never left to it.
 */

import { numericLiteral } from './number-literals.ts';
import { dateLiteral, datetimeLiteral, timeLiteral, timestampLiteral } from './time-literals.ts';
import { duckField, duckType, isSameType, quoteDuck, type StructField, type Type } from './types.ts';
import { nullOf, type Value } from './value.ts';

/** The value as this type, or `undefined` where BigQuery does not convert by itself. */
export function coerce(value: Value, to: Type): string | undefined {
  const { type, sql } = value;
  if (type.kind === 'NULL') return nullOf(to);
  if (value.isEmptyArray && to.kind === 'ARRAY') return `CAST([] AS ${duckType(to)})`;
  if (isSameType(type, to) && type.kind !== 'STRUCT' && type.kind !== 'ARRAY') return sql;
  const literal = value.literal && coerceLiteral(value.literal, to);
  if (literal !== undefined) return literal;
  if (canWiden(type, to)) return `CAST(${sql} AS ${duckType(to)})`;
  if (type.kind === 'ARRAY' && to.kind === 'ARRAY') {
    if (isIdentical(type, to)) return sql;
    const element = coerce({ sql: 'e', type: type.element, constant: false }, to.element);
    return element && isSameType(type.element, to.element)
      ? `list_transform(${sql}, lambda e: ${element})`
      : undefined;
  }
  if (type.kind === 'STRUCT' && to.kind === 'STRUCT') return coerceStruct(sql, type.fields, to.fields);
  return undefined;
}

/** The cost of it: 0 for nothing to do, `undefined` for impossible. */
export function coercionCost(value: Value, to: Type): number | undefined {
  if (value.type.kind === 'NULL') return 1;
  if (isSameType(value.type, to)) return 0;
  if (coerce(value, to) === undefined) return undefined;
  return canWiden(value.type, to) ? 2 + (to.kind === 'FLOAT64' ? 1 : 0) : 5;
}

function isIdentical(a: Type, b: Type): boolean {
  return duckType(a) === duckType(b);
}

function canWiden(from: Type, to: Type): boolean {
  if (from.kind === 'INT64') return to.kind === 'NUMERIC' || to.kind === 'FLOAT64';
  if (from.kind === 'NUMERIC') return to.kind === 'FLOAT64';
  return from.kind === 'DATE' && to.kind === 'DATETIME';
}

function coerceLiteral(
  literal: { kind: 'string' | 'integer' | 'float'; text: string },
  to: Type,
): string | undefined {
  if (literal.kind === 'float') return to.kind === 'NUMERIC' ? numericLiteral(literal.text) : undefined;
  if (literal.kind !== 'string') return undefined;
  switch (to.kind) {
    case 'DATE':
      return dateLiteral(literal.text);
    case 'DATETIME':
      return datetimeLiteral(literal.text);
    case 'TIMESTAMP':
      return timestampLiteral(literal.text);
    case 'TIME':
      return timeLiteral(literal.text);
    default:
      return undefined;
  }
}

/** Structs convert by position; the result has the names of the type. */
function coerceStruct(sql: string, from: StructField[], to: StructField[]): string | undefined {
  if (from.length !== to.length) return undefined;
  const parts = to.map((field, index) => {
    const source = from[index];
    if (source === undefined) return undefined;
    const inner = coerce(fieldOf(sql, source, index), field.type);
    return inner && `${quoteDuck(duckField(field, index))} := ${inner}`;
  });
  if (!parts.every((part) => part !== undefined)) return undefined;
  if (isIdentical({ kind: 'STRUCT', fields: from }, { kind: 'STRUCT', fields: to })) return sql;
  return `CASE WHEN ${sql} IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
}

export function fieldOf(sql: string, field: StructField, index: number): Value {
  return { sql: `struct_extract(${sql}, ${quoteName(field, index)})`, type: field.type, constant: false };
}

function quoteName(field: StructField, index: number): string {
  return `'${duckField(field, index).replaceAll("'", "''")}'`;
}

const NUMBERS = ['INT64', 'NUMERIC', 'FLOAT64'];

/**
 * The type that all of them can have:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#supertypes
 */
export function supertype(values: readonly Value[]): Type | undefined {
  const typed = values.filter(({ type, isEmptyArray }) => type.kind !== 'NULL' && !isEmptyArray);
  const firm = typed.filter(({ literal }) => literal === undefined);
  const first = (firm[0] ?? typed[0])?.type;
  if (first === undefined) return values.find(({ isEmptyArray }) => isEmptyArray)?.type ?? { kind: 'NULL' };
  let candidate: Type = first;
  for (const value of [...firm, ...typed]) {
    // A literal adapts to the others before they adapt to it.
    if (value.literal && coercionCost(value, candidate) !== undefined) continue;
    const wider = widerOf(candidate, value.type);
    if (wider !== undefined) candidate = wider;
  }
  return values.every((value) => coercionCost(value, candidate) !== undefined) ? candidate : undefined;
}

function widerOf(a: Type, b: Type): Type | undefined {
  if (NUMBERS.includes(a.kind) && NUMBERS.includes(b.kind))
    return NUMBERS.indexOf(a.kind) >= NUMBERS.indexOf(b.kind) ? a : b;
  if (a.kind === 'DATE' && b.kind === 'DATETIME') return b;
  if (a.kind === 'STRUCT' && b.kind === 'STRUCT' && a.fields.length === b.fields.length) {
    const fields = a.fields.map((field, index) => {
      const other = b.fields[index];
      return (
        other && {
          ...field,
          type: field.type.kind === 'NULL' ? other.type : (widerOf(field.type, other.type) ?? field.type),
        }
      );
    });
    if (fields.every((field) => field !== undefined)) return { kind: 'STRUCT', fields };
  }
  return undefined;
}
