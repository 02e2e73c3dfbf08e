/**
 * JSON as BigQuery keeps it: keys in order and once, blanks gone, numbers as INT64, UINT64 or FLOAT64 hold them.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#json_type
 */
import { jsonFloatText } from './float-text.ts';
import { JsonReader } from './json-reader.ts';

/** Numbers are kept by their text: JavaScript's own would lose integers beyond 2^53. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | string | JsonNumber | Json[] | Map<string, Json>;

/** Normalised JSON text; wide numbers are rounded. `undefined`: not JSON. */
export function normaliseJson(text: string): string | undefined {
  const json = parseJson(text);
  return json === undefined ? undefined : printJson(json);
}

/** `undefined`: not JSON, or a number beyond FLOAT64. */
export function parseJson(text: string): Json | undefined {
  return new JsonReader(text, normalNumber).whole();
}

/** As PARSE_JSON does unless told to round: numbers must come out as they went in. */
export function parseExactJson(text: string): Json | undefined {
  return new JsonReader(text, (source) => {
    const number = normalNumber(source);
    return number && decimal(source) === decimal(number.text) ? number : undefined;
  }).whole();
}

/** Integers that fit stay integers; everything else is a FLOAT64. */
function normalNumber(source: string): JsonNumber | undefined {
  if (/^-?\d+$/.test(source)) {
    if (source.length < 16) return new JsonNumber(source === '-0' ? '0' : source);
    const integer = BigInt(source);
    if (integer >= -(2n ** 63n) && integer < 2n ** 64n) return new JsonNumber(source);
  }
  const value = Number(source);
  if (!Number.isFinite(value)) return undefined;
  return new JsonNumber(jsonFloatText(value));
}

/** The number's value as one text, whatever its form: digits without zeros at either end, and their exponent. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  const shift = Number(exponent) - fraction.length + digits.length - trimmed.length;
  return trimmed === '' ? '0' : `${sign}${trimmed}e${shift}`;
}

export function printJson(json: Json): string {
  if (json === null || typeof json === 'boolean') return String(json);
  if (typeof json === 'string') return JSON.stringify(json);
  if (json instanceof JsonNumber) return json.text;
  if (Array.isArray(json)) return `[${json.map(printJson).join(',')}]`;
  const fields = [...json.entries()].sort(([a], [b]) => compareCodePoints(a, b));
  return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${printJson(value)}`).join(',')}}`;
}

/** A STRING as JSON text; U+2028 and U+2029 are escaped, because JavaScript once took them for ends of lines. */
export function quoteJson(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (character) =>
    character === '\u2028' ? '\\u2028' : '\\u2029',
  );
}

/** By code points, where JavaScript's own order is by UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  if (/[\ud800-\udfff]/.test(a + b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
