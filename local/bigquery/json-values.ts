/**
 * JSON values of rows, as BigQuery keeps them: keys in order, no blanks, numbers as INT64, UINT64 or FLOAT64 hold them. A load
 * job brings the value itself, which was parsed with the rest of its row; `normaliseJson` is for what comes as text.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#json_type
 */
import { normaliseJson } from './sql/json-text.ts';

/** A number whose text says more than the double that JavaScript makes of it. */
export class WrittenNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }

  toString(): string {
    return this.source;
  }
}

/** Sixteen digits in a row, with or without a point, may be more than a double of JavaScript holds. */
const LONG_NUMBER = /[\d.]{16}/;
/** `1.0` and `1e2` are no integers in a JSON column; JavaScript knows no difference. */
const WHOLE_FLOAT = /[:,[\s]-?\d+(?:\.0+(?!\d)|(?:\.\d+)?[eE][+-]?\d)/;

/** Parses a row. @param hasJson whether it has JSON columns, in which the forms of numbers count */
export function parseRow(line: string, hasJson: boolean): unknown {
  if (!LONG_NUMBER.test(line) && !(hasJson && WHOLE_FLOAT.test(line))) return JSON.parse(line);
  const keepSource = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? new WrittenNumber(context.source)
      : value;
  return JSON.parse(line, keepSource as (key: string, value: unknown) => unknown);
}

/**
 * A value of `parseRow` so that its text is normalised when the row is written as JSON: an object or an array in order, where
 * that is enough; the text itself where it is not. `undefined`: a number in it is beyond FLOAT64.
 */
export function normalJson(value: unknown): unknown {
  const isScalar = typeof value !== 'object' || value === null;
  const found = isScalar ? NOT_ENOUGH : ordered(value);
  return found === NOT_ENOUGH ? textOf(value) : found;
}

const NOT_ENOUGH = Symbol('not enough');

/** Most values need nothing but their keys sorted; written with their row they take a fifth of the time of `print`. */
function ordered(value: unknown): unknown {
  if (typeof value === 'number') return isPlain(value) ? value : NOT_ENOUGH;
  if (typeof value === 'string') return ESCAPED_WITH_LETTERS.test(value) ? NOT_ENOUGH : value;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof WrittenNumber) return NOT_ENOUGH;
  if (Array.isArray(value)) {
    const items = value.map(ordered);
    return items.includes(NOT_ENOUGH) ? NOT_ENOUGH : items;
  }
  const record = value as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(record).sort()) {
    if (UNORDERED_KEY.test(key) || ESCAPED_WITH_LETTERS.test(key)) return NOT_ENOUGH;
    const item = ordered(record[key]);
    if (item === NOT_ENOUGH) return NOT_ENOUGH;
    result[key] = item;
  }
  return result;
}

/** Objects have keys that look like integers always first; characters beyond U+FFFF sort as UTF-16. */
const UNORDERED_KEY = /^(?:\d|__proto__$)|[\ud800-\udfff]/;
/** `\\u001f`: DuckDB writes a capital F. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for.
const ESCAPED_WITH_LETTERS = /[\u000b\u000e\u000f\u001a-\u001f]/;

/** Whether JavaScript, DuckDB and BigQuery print it alike. */
function isPlain(value: number): boolean {
  if (Number.isInteger(value)) return Number.isSafeInteger(value) && !Object.is(value, -0);
  return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e15;
}

class BeyondFloat extends Error {}

function textOf(value: unknown): string | undefined {
  try {
    return print(value);
  } catch (error) {
    if (error instanceof BeyondFloat) return undefined;
    throw error;
  }
}

function print(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return numberText(JSON.stringify(value));
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof WrittenNumber) return numberText(value.source);
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`;
  const fields = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${print(item)}`).join(',')}}`;
}

function numberText(source: string): string {
  const text = normaliseJson(source);
  if (text === undefined) throw new BeyondFloat();
  return text;
}
