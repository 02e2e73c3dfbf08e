/** GoogleSQL's types, their names, which become which by themselves, and what they are in DuckDB. */
import type { Field, FieldType } from '../catalog.ts';

export type ScalarKind = Exclude<FieldType, 'STRUCT'>;

export interface StructField {
  /** Absent: an anonymous field, as of `STRUCT(1, 2)`. */
  name?: string;
  type: Type;
}

export type Type =
  | { kind: ScalarKind | 'INTERVAL' }
  /** The type of an untyped NULL. */
  | { kind: 'NULL' }
  | { kind: 'ARRAY'; element: Type }
  | { kind: 'STRUCT'; fields: StructField[] };

export const STRING: Type = { kind: 'STRING' };
export const BYTES: Type = { kind: 'BYTES' };
export const INT64: Type = { kind: 'INT64' };
export const FLOAT64: Type = { kind: 'FLOAT64' };
export const NUMERIC: Type = { kind: 'NUMERIC' };
export const BOOL: Type = { kind: 'BOOL' };
export const TIMESTAMP: Type = { kind: 'TIMESTAMP' };
export const DATETIME: Type = { kind: 'DATETIME' };
export const DATE: Type = { kind: 'DATE' };
export const TIME: Type = { kind: 'TIME' };
export const JSON_TYPE: Type = { kind: 'JSON' };
export const NULL_TYPE: Type = { kind: 'NULL' };

/** Names that SQL text gives to types, beside their own. */
export const TYPE_NAMES: Record<string, ScalarKind> = {
  STRING: 'STRING',
  BYTES: 'BYTES',
  INT64: 'INT64',
  INT: 'INT64',
  SMALLINT: 'INT64',
  INTEGER: 'INT64',
  BIGINT: 'INT64',
  TINYINT: 'INT64',
  BYTEINT: 'INT64',
  FLOAT64: 'FLOAT64',
  NUMERIC: 'NUMERIC',
  DECIMAL: 'NUMERIC',
  BOOL: 'BOOL',
  BOOLEAN: 'BOOL',
  TIMESTAMP: 'TIMESTAMP',
  DATETIME: 'DATETIME',
  DATE: 'DATE',
  TIME: 'TIME',
  JSON: 'JSON',
};

const DUCK_NAMES: Record<ScalarKind | 'INTERVAL' | 'NULL', string> = {
  STRING: 'VARCHAR',
  BYTES: 'BLOB',
  INT64: 'BIGINT',
  FLOAT64: 'DOUBLE',
  NUMERIC: 'DECIMAL(38,9)',
  BOOL: 'BOOLEAN',
  TIMESTAMP: 'TIMESTAMPTZ',
  DATETIME: 'TIMESTAMP',
  DATE: 'DATE',
  TIME: 'TIME',
  JSON: 'JSON',
  INTERVAL: 'INTERVAL',
  NULL: 'BIGINT',
};

/** The DuckDB type of a column or value; an untyped NULL is INT64, as in BigQuery. */
export function duckType(type: Type): string {
  if (type.kind === 'ARRAY') return `${duckType(type.element)}[]`;
  if (type.kind !== 'STRUCT') return DUCK_NAMES[type.kind];
  const fields = type.fields.map(
    (field, index) => `${quoteDuck(duckField(field, index))} ${duckType(field.type)}`,
  );
  return `STRUCT(${fields.join(', ')})`;
}

/** DuckDB wants a name for every field of a struct. */
export function duckField({ name }: StructField, index: number): string {
  return name ?? `_field_${index + 1}`;
}

export function quoteDuck(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** As GoogleSQL writes it, in error messages and INFORMATION_SCHEMA. */
export function typeName(type: Type): string {
  if (type.kind === 'ARRAY') return `ARRAY<${typeName(type.element)}>`;
  if (type.kind === 'NULL') return 'INT64';
  if (type.kind !== 'STRUCT') return type.kind;
  const fields = type.fields.map(({ name, type: inner }) =>
    name === undefined ? typeName(inner) : `${name} ${typeName(inner)}`,
  );
  return `STRUCT<${fields.join(', ')}>`;
}

export function isSameType(a: Type, b: Type): boolean {
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') return isSameType(a.element, b.element);
  if (a.kind !== 'STRUCT' || b.kind !== 'STRUCT') return a.kind === b.kind;
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, index) => {
      const other = b.fields[index];
      return other !== undefined && isSameType(field.type, other.type);
    })
  );
}

/** What an untyped NULL, also one inside of a STRUCT, is once it is in a column or an array: INT64. */
export function settled(type: Type): Type {
  if (type.kind === 'NULL') return INT64;
  if (type.kind === 'ARRAY') return { kind: 'ARRAY', element: settled(type.element) };
  if (type.kind !== 'STRUCT') return type;
  return { kind: 'STRUCT', fields: type.fields.map((field) => ({ ...field, type: settled(field.type) })) };
}

/** The type of a table's column. */
export function typeOfField(field: Field): Type {
  const { type } = field;
  const single: Type =
    type === 'STRUCT'
      ? {
          kind: 'STRUCT',
          fields: (field.fields ?? []).map((inner) => ({ name: inner.name, type: typeOfField(inner) })),
        }
      : { kind: type };
  return field.mode === 'REPEATED' ? { kind: 'ARRAY', element: single } : single;
}

/** The column of a result or of a table made from one. `undefined`: no column can have this type. */
export function fieldOfType(name: string, type: Type): Field | undefined {
  switch (type.kind) {
    case 'ARRAY': {
      if (type.element.kind === 'ARRAY') return undefined;
      const element = fieldOfType(name, type.element);
      return element && { ...element, mode: 'REPEATED' };
    }
    case 'STRUCT': {
      const fields = type.fields.map((field, index) => fieldOfType(duckField(field, index), field.type));
      if (!fields.every((field) => field !== undefined)) return undefined;
      return { name, type: 'STRUCT', mode: 'NULLABLE', fields };
    }
    case 'NULL':
      return { name, type: 'INT64', mode: 'NULLABLE' };
    case 'INTERVAL':
      return undefined;
    default:
      return { name, type: type.kind, mode: 'NULLABLE' };
  }
}
