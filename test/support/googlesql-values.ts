/** Rows as plain text, and as the reference implementation's protocol has them. */

import { numericBytes, packedDatetime, packedTime } from './googlesql-packing.ts';

export type ScalarType =
  | 'STRING'
  | 'INT64'
  | 'BOOL'
  | 'FLOAT64'
  | 'NUMERIC'
  | 'BYTES'
  | 'JSON'
  | 'DATE'
  | 'TIME'
  | 'DATETIME'
  | 'TIMESTAMP';

export interface Column {
  name: string;
  type: ScalarType | Column[] | { arrayOf: ScalarType | Column[] };
  /** Can be read by name, is not in `SELECT *`: `_PARTITIONTIME`, `_TABLE_SUFFIX`. */
  isPseudo?: true;
}

/**
 * INT64: `'-7'`. BOOL: `'true'`. NUMERIC: `'1.5'`. BYTES: in base64. JSON: its text. DATE: `'2026-11-24'`. TIME:
 * `'10:59:59.999999'`. DATETIME: `'2026-11-24T10:59:59.999999'`. TIMESTAMP: the same with `Z`. A STRUCT is a record of
 * its fields, an ARRAY a list.
 */
export type Value = string | null | { [field: string]: Value } | Value[];

export type Row = { [column: string]: Value };

export interface TypeProto {
  typeKind: string;
  arrayType?: { elementType: TypeProto };
  structType?: { field: { fieldName: string; fieldType: TypeProto }[] };
}

/** Of a ValueProto the one field that is set; none: NULL. */
export interface ValueProto {
  stringValue?: string;
  int64Value?: string;
  boolValue?: boolean;
  doubleValue?: number;
  numericValue?: Uint8Array;
  bytesValue?: Uint8Array;
  jsonValue?: string;
  timeValue?: string;
  dateValue?: number;
  timestampValue?: { seconds?: string; nanos?: number };
  datetimeValue?: { bitFieldDatetimeSeconds?: string; nanos?: number };
  structValue?: { field?: ValueProto[] };
  arrayValue?: { element: ValueProto[] };
}

export function typeProto(type: Column['type']): TypeProto {
  if (typeof type === 'string') return { typeKind: `TYPE_${type === 'FLOAT64' ? 'DOUBLE' : type}` };
  if ('arrayOf' in type) {
    return { typeKind: 'TYPE_ARRAY', arrayType: { elementType: typeProto(type.arrayOf) } };
  }
  const field = type.map(({ name, type: of }) => ({ fieldName: name, fieldType: typeProto(of) }));
  return { typeKind: 'TYPE_STRUCT', structType: { field } };
}

const DAY_MILLISECONDS = 86_400_000;

export function toProto(type: Column['type'], value: Value | undefined): ValueProto {
  if (value === null || value === undefined) return {};
  if (typeof type !== 'string') {
    if ('arrayOf' in type) {
      return { arrayValue: { element: (value as Value[]).map((one) => toProto(type.arrayOf, one)) } };
    }
    const fields = value as Record<string, Value>;
    return { structValue: { field: type.map(({ name, type: of }) => toProto(of, fields[name])) } };
  }
  if (typeof value !== 'string') throw new Error(`${type} expects text`);
  return scalarProto(type, value);
}

function scalarProto(type: ScalarType, value: string): ValueProto {
  switch (type) {
    case 'BOOL':
      return { boolValue: value === 'true' };
    case 'FLOAT64':
      return { doubleValue: Number(value) };
    case 'NUMERIC':
      return { numericValue: numericBytes(value) };
    case 'BYTES':
      return { bytesValue: Buffer.from(value, 'base64') };
    case 'JSON':
      return { jsonValue: value };
    case 'TIME':
      return { timeValue: packedTime(value) };
    case 'STRING':
      return { stringValue: value };
    case 'INT64':
      return { int64Value: value };
    case 'DATE':
      return { dateValue: milliseconds(`${value}T00:00:00Z`) / DAY_MILLISECONDS };
    case 'TIMESTAMP':
      return {
        timestampValue: {
          seconds: String(milliseconds(`${value.slice(0, 19)}Z`) / 1000),
          nanos: nanosOf(value),
        },
      };
    case 'DATETIME':
      return { datetimeValue: { bitFieldDatetimeSeconds: packedDatetime(value), nanos: nanosOf(value) } };
  }
}

/** What comes back of a query: scalars, as text. */
export function fromProto(value: ValueProto): string | null {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.int64Value !== undefined) return value.int64Value;
  if (Object.keys(value).every((key) => key === 'value')) return null;
  throw new Error(`no decoder for ${JSON.stringify(value)}`);
}

export function arrayOf(type: ScalarType, values: readonly string[]): ValueProto {
  return toProto({ arrayOf: type }, [...values]);
}

function milliseconds(iso: string): number {
  const parsed = Date.parse(iso);
  if (Number.isNaN(parsed)) throw new Error(`not a time: ${iso}`);
  return parsed;
}

function nanosOf(text: string): number {
  return Number((/\.(\d+)/.exec(text)?.[1] ?? '').padEnd(9, '0'));
}
