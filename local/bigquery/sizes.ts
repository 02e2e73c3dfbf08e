/**
 * Logical sizes, which are what BigQuery bills: https://cloud.google.com/bigquery/pricing#data_size-calculation
 * INT64, FLOAT64, TIMESTAMP, DATETIME, DATE, TIME 8 bytes; BOOL 1; NUMERIC 16; STRING and BYTES 2 + length; JSON as its text;
 * STRUCT and ARRAY the sum of what is in them; NULL 0.
 */
import type { Field, FieldType } from './catalog.ts';
import { quoteIdentifier } from './database.ts';

const FIXED: Partial<Record<FieldType, number>> = {
  INT64: 8,
  FLOAT64: 8,
  TIMESTAMP: 8,
  DATETIME: 8,
  DATE: 8,
  TIME: 8,
  BOOL: 1,
  NUMERIC: 16,
};

/** DuckDB expression for the logical bytes of one top-level column in one row. */
export function columnBytes(field: Field): string {
  return valueBytes(field, quoteIdentifier(field.name), 0);
}

/** DuckDB expression for the logical bytes of a row, all columns together. */
export function rowBytes(fields: readonly Field[]): string {
  return fields.length === 0 ? '0' : fields.map(columnBytes).join(' + ');
}

function valueBytes(field: Field, value: string, depth: number): string {
  if (field.mode !== 'REPEATED') return singleBytes(field, value, depth);
  const fixed = FIXED[field.type];
  if (fixed !== undefined) return `coalesce(len(${value}), 0) * ${fixed}`;
  const item = `x${depth}`;
  return `coalesce(list_sum(list_transform(${value}, lambda ${item}: ${singleBytes(field, item, depth + 1)})), 0)`;
}

function singleBytes({ type, fields = [] }: Field, value: string, depth: number): string {
  const fixed = FIXED[type];
  if (fixed !== undefined) return `CASE WHEN ${value} IS NULL THEN 0 ELSE ${fixed} END`;
  switch (type) {
    case 'STRUCT':
      return `(${fields.map((inner) => valueBytes(inner, `${value}.${quoteIdentifier(inner.name)}`, depth)).join(' + ')})`;
    case 'BYTES':
      return `coalesce(octet_length(${value}) + 2, 0)`;
    default:
      return `coalesce(strlen(${value}) + 2, 0)`;
  }
}
