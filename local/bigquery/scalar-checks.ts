/**
 * Single values as JSON brings them, brought to the one form that DuckDB casts without surprise.
 * https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json#details_of_loading_json_data
 */
import type { FieldType } from './catalog.ts';
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

/** Returns the very same value when it needs no change. @throws BadValue */
export type Check = (value: unknown, path: string) => unknown;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const TRUE = /^(?:true|t|yes|y|1)$/i;
const FALSE = /^(?:false|f|no|n|0)$/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;
/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types: digits before the point. */
const NUMERIC_WHOLE_DIGITS_MAX = 29;

/** The check of one value of this type. */
export function scalarCheck(
  type: Exclude<FieldType, 'STRUCT'>,
  { isJsonText }: { isJsonText: boolean },
): Check {
  switch (type) {
    case 'JSON':
      return isJsonText ? scalar('JSON', checkJsonText) : checkJson;
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
