/**
 * Values of rows as JSON brings them, checked against the schema and brought to the one form that DuckDB casts without surprise.
 * https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json#details_of_loading_json_data
 */
import type { Field, FieldType } from './catalog.ts';
import { normalJson, WrittenNumber } from './json-values.ts';
import { normaliseJson } from './sql/json-text.ts';
import { isDate, isTime, parseTimestamp } from './time-values.ts';

/** A value that its field does not admit; `location` is the field's path. */
export class BadValue extends Error {
  readonly location: string;
  constructor(location: string, message: string) {
    super(message);
    this.location = location;
  }
}

export interface CheckOptions {
  ignoreUnknown: boolean;
  /** Streaming takes the text of a JSON value; a load job takes the value itself. Both go on as normalised text. */
  isJsonText: boolean;
}

type Json = Record<string, unknown>;
/** Returns the very same value when it needs no change. @throws BadValue */
type Check = (value: unknown, path: string) => unknown;

export type RowCheck = (row: unknown) => Json;

/** Compiles a check for rows of this schema; what it returns is the same object when nothing had to be changed. */
export function compileRowCheck(fields: Field[], options: CheckOptions): RowCheck {
  const check = compileStruct(fields, options);
  return (row) => check(row, '') as Json;
}

function compileStruct(fields: Field[], options: CheckOptions): Check {
  const byName = new Map<string, { name: string; check: Check }>();
  for (const field of fields)
    byName.set(field.name.toLowerCase(), { name: field.name, check: compile(field, options) });
  const exact = new Map([...byName.values()].map((entry) => [entry.name, entry]));
  const required = fields.filter(({ mode }) => mode === 'REQUIRED').map(({ name }) => name);
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new BadValue(path, `This field: ${path} is not a record.`);
    const record = value as Json;
    let changed: Json | undefined;
    for (const key of Object.keys(record)) {
      const entry = exact.get(key) ?? byName.get(key.toLowerCase());
      if (entry === undefined) {
        if (options.ignoreUnknown) continue;
        throw new BadValue(join(path, key), `no such field: ${join(path, key)}.`);
      }
      const before = record[key];
      const after = entry.check(before, join(path, entry.name));
      if (after === before && entry.name === key) continue;
      changed ??= { ...record };
      if (entry.name !== key) delete changed[key];
      changed[entry.name] = after;
    }
    const result = changed ?? record;
    for (const name of required)
      if (result[name] === undefined || result[name] === null)
        throw new BadValue(join(path, name), `Missing required field: ${join(path, name)}.`);
    return result;
  };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function compile(field: Field, options: CheckOptions): Check {
  const single = compileSingle(field, options);
  if (field.mode !== 'REPEATED')
    return (value, path) => {
      if (value === null || value === undefined) return value;
      if (Array.isArray(value) && (field.type !== 'JSON' || options.isJsonText))
        throw new BadValue(path, `Array specified for non-repeated field: ${path}.`);
      return single(value, path);
    };
  return (value, path) => {
    if (value === null || value === undefined) return value;
    if (!Array.isArray(value))
      throw new BadValue(path, `Repeated field must be imported as a JSON array. Field: ${path}.`);
    let changed: unknown[] | undefined;
    value.forEach((item, index) => {
      if (item === null)
        throw new BadValue(path, `Only optional fields can be set to NULL. Field: ${path}; Value: NULL`);
      const after = single(item, path);
      if (after === item) return;
      changed ??= [...value];
      changed[index] = after;
    });
    return changed ?? value;
  };
}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const TRUE = /^(?:true|t|yes|y|1)$/i;
const FALSE = /^(?:false|f|no|n|0)$/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;
/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types: digits before the point. */
const NUMERIC_WHOLE_DIGITS_MAX = 29;

function compileSingle(field: Field, options: CheckOptions): Check {
  switch (field.type) {
    case 'STRUCT':
      return compileStruct(field.fields ?? [], options);
    case 'JSON':
      return options.isJsonText ? scalar('JSON', checkJsonText) : checkJson;
    case 'STRING':
      return scalar('STRING', (value) => value);
    case 'INT64':
      return scalar('INT64', checkInteger);
    case 'FLOAT64':
      return scalar('FLOAT64', checkFloat);
    case 'NUMERIC':
      return scalar('NUMERIC', checkNumeric);
    case 'BOOL':
      return scalar('BOOL', checkBoolean);
    case 'BYTES':
      return scalar('BYTES', checkBase64);
    case 'TIMESTAMP':
      return scalar('TIMESTAMP', checkTimestamp);
    case 'DATE':
      return scalar('DATE', (value, path) => {
        if (typeof value === 'string' && isDate(value)) return value;
        throw new BadValue(path, `Invalid date: '${value}' Field: ${path}; Value: ${value}`);
      });
    case 'DATETIME':
      return scalar('DATETIME', (value, path) => {
        const [date = '', time = '00:00:00'] = String(value).split(/[Tt ]/);
        if (isDate(date) && isTime(time)) return value;
        throw new BadValue(path, `Invalid datetime string "${value}" Field: ${path}; Value: ${value}`);
      });
    case 'TIME':
      return scalar('TIME', (value, path) => {
        if (typeof value === 'string' && isTime(value)) return value;
        throw new BadValue(path, `Invalid time string "${value}" Field: ${path}; Value: ${value}`);
      });
  }
}

function scalar(type: FieldType, check: Check): Check {
  return (value, path) => {
    if (value instanceof WrittenNumber) return check(numberFor(type, value), path);
    if (typeof value === 'object') throw new BadValue(path, `This field: ${path} is not a record.`);
    return check(value, path);
  };
}

/** Digits go on as text, which every column of numbers takes; `1.0` is an integer, too. */
function numberFor(type: FieldType, { source }: WrittenNumber): string | number {
  return type === 'INT64' && !/^-?\d+$/.test(source) ? Number(source) : source;
}

/** JSON goes on as normalised text. */
function checkJsonText(value: unknown, path: string): string {
  return found(normaliseJson(String(value)), value, path);
}

function checkJson(value: unknown, path: string): unknown {
  return found(normalJson(value), value, path);
}

function found<T>(normalised: T | undefined, value: unknown, path: string): T {
  if (normalised !== undefined) return normalised;
  throw new BadValue(path, `Invalid JSON value for field ${path}: ${value}`);
}

function checkInteger(value: unknown, path: string): unknown {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 63) return value;
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) {
    const integer = BigInt(value.replace('+', ''));
    if (integer >= INT64_MIN && integer <= INT64_MAX) return value.startsWith('+') ? value.slice(1) : value;
  }
  throw new BadValue(path, `Cannot convert value to integer (bad value): ${value}. Field: ${path}`);
}

function checkFloat(value: unknown, path: string): unknown {
  if (typeof value === 'number' || (typeof value === 'string' && NUMBER.test(value))) return value;
  const special = NOT_FINITE.exec(String(value));
  if (special === null)
    throw new BadValue(path, `Cannot convert value to floating point (bad value): ${value}. Field: ${path}`);
  const [, sign, kind = ''] = special;
  return kind.toLowerCase() === 'nan' ? 'NaN' : `${sign === '-' ? '-' : ''}Infinity`;
}

function checkNumeric(value: unknown, path: string): unknown {
  const text = String(value);
  if (typeof value !== 'boolean' && NUMBER.test(text)) {
    const [whole = ''] = text.replace(/^[+-]?0*/, '').split(/[.eE]/);
    const exponent = Number(/[eE](.*)$/.exec(text)?.[1] ?? 0);
    if (whole.length + exponent <= NUMERIC_WHOLE_DIGITS_MAX) return value;
  }
  throw new BadValue(path, `Invalid NUMERIC value: ${text} Field: ${path}; Value: ${text}`);
}

function checkBoolean(value: unknown, path: string): unknown {
  if (typeof value === 'boolean') return value;
  if (TRUE.test(String(value))) return true;
  if (FALSE.test(String(value))) return false;
  throw new BadValue(path, `Cannot convert value to boolean (bad value): ${value}. Field: ${path}`);
}

function checkBase64(value: unknown, path: string): unknown {
  if (typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value))
    return value;
  throw new BadValue(path, `Could not decode base64 string to bytes. Field: ${path}; Value: ${value}`);
}

function checkTimestamp(value: unknown, path: string): unknown {
  const parsed = parseTimestamp(value);
  if (parsed !== undefined) return parsed;
  throw new BadValue(
    path,
    `Could not parse '${value}' as a timestamp. Required format is YYYY-MM-DD HH:MM[:SS[.SSSSSS]] or ` +
      `YYYY/MM/DD HH:MM[:SS[.SSSSSS]] Field: ${path}; Value: ${value}`,
  );
}
