/** Schemas: as the REST API has them, as the catalog has them, as DuckDB has them. */
import type { Field, FieldMode, FieldType } from './catalog.ts';
import { quoteIdentifier } from './database.ts';
import { invalid, notImplemented } from './errors.ts';

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
export interface FieldResource {
  name: string;
  type: string;
  mode?: string;
  fields?: FieldResource[];
  [other: string]: unknown;
}

const TYPES: Record<string, FieldType> = {
  STRING: 'STRING',
  BYTES: 'BYTES',
  INTEGER: 'INT64',
  INT64: 'INT64',
  FLOAT: 'FLOAT64',
  FLOAT64: 'FLOAT64',
  NUMERIC: 'NUMERIC',
  DECIMAL: 'NUMERIC',
  BOOLEAN: 'BOOL',
  BOOL: 'BOOL',
  TIMESTAMP: 'TIMESTAMP',
  DATETIME: 'DATETIME',
  DATE: 'DATE',
  TIME: 'TIME',
  JSON: 'JSON',
  RECORD: 'STRUCT',
  STRUCT: 'STRUCT',
};

/** Names that the API uses in results and in schemas that it made itself. */
const API_TYPES: Record<FieldType, string> = {
  STRING: 'STRING',
  BYTES: 'BYTES',
  INT64: 'INTEGER',
  FLOAT64: 'FLOAT',
  NUMERIC: 'NUMERIC',
  BOOL: 'BOOLEAN',
  TIMESTAMP: 'TIMESTAMP',
  DATETIME: 'DATETIME',
  DATE: 'DATE',
  TIME: 'TIME',
  JSON: 'JSON',
  STRUCT: 'RECORD',
};

const DUCK_TYPES: Record<Exclude<FieldType, 'STRUCT'>, string> = {
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
};

/** https://cloud.google.com/bigquery/docs/schemas#column_names */
const COLUMN_NAME = /^[\p{L}_][\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]{0,299}$/u;
const RESERVED_PREFIXES = [
  '_table_',
  '_file_',
  '_partition',
  '_row_timestamp',
  '__root__',
  '_colidentifier',
  '_change_sequence_number',
  '_change_type',
  '_change_timestamp',
];
/** https://cloud.google.com/bigquery/quotas#standard_tables: levels of nested records. */
const NESTING_MAX = 15;

/** @throws invalid with the field's path, or notImplemented for a type that the stand-in lacks. */
export function parseFields(resources: FieldResource[], path = '', depth = 0): Field[] {
  if (depth > NESTING_MAX) throw invalid(`Too many levels of nested fields: ${path}`);
  const seen = new Set<string>();
  return resources.map((resource) => {
    const at = path === '' ? resource.name : `${path}.${resource.name}`;
    checkName(resource.name, seen);
    const type = TYPES[String(resource.type).toUpperCase()];
    if (type === undefined) throw unknownType(resource.type, at);
    const mode = (resource.mode ?? 'NULLABLE').toUpperCase();
    if (mode !== 'NULLABLE' && mode !== 'REQUIRED' && mode !== 'REPEATED')
      throw invalid(`Invalid mode ${resource.mode} for field ${at}`);
    for (const setting of ['defaultValueExpression', 'policyTags', 'collation', 'rangeElementType'])
      if (resource[setting] !== undefined && resource[setting] !== '')
        throw notImplemented(`${setting} of a field (${at})`);
    const field: Field = { name: resource.name, type, mode: mode as FieldMode };
    if (type !== 'STRUCT') return field;
    if (!resource.fields?.length) throw invalid(`Field ${at} is type RECORD but has no schema`);
    return { ...field, fields: parseFields(resource.fields, at, depth + 1) };
  });
}

function checkName(name: unknown, seen: Set<string>): asserts name is string {
  if (typeof name !== 'string' || !COLUMN_NAME.test(name))
    throw invalid(
      `Invalid field name "${name}". Fields must contain the allowed characters, and be at most 300 characters long.`,
    );
  const lower = name.toLowerCase();
  if (RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix)))
    throw invalid(`Invalid field name "${name}". The name uses a reserved prefix.`);
  if (seen.has(lower)) throw invalid(`Field ${name} already exists in schema`);
  seen.add(lower);
}

function unknownType(type: string, at: string): Error {
  const known = ['BIGNUMERIC', 'BIGDECIMAL', 'GEOGRAPHY', 'INTERVAL', 'RANGE', 'FOREIGN'];
  if (known.includes(String(type).toUpperCase())) return notImplemented(`the type ${type} (field ${at})`);
  return invalid(`Invalid value for type: ${type} is not a valid value (field ${at})`);
}

export function toResource({ name, type, mode, fields }: Field): FieldResource {
  return { name, type: API_TYPES[type], mode, ...(fields && { fields: fields.map(toResource) }) };
}

export function duckType(field: Field): string {
  const { type, mode, fields = [] } = field;
  const single =
    type === 'STRUCT'
      ? `STRUCT(${fields.map((inner) => `${quoteIdentifier(inner.name)} ${duckType(inner)}`).join(', ')})`
      : DUCK_TYPES[type];
  return mode === 'REPEATED' ? `${single}[]` : single;
}

/** A column of CREATE TABLE. REQUIRED is held by DuckDB, whichever way a row comes. */
export function duckColumn(field: Field): string {
  return `${quoteIdentifier(field.name)} ${duckType(field)}${field.mode === 'REQUIRED' ? ' NOT NULL' : ''}`;
}
