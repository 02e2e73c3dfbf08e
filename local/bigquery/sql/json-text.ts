/**
 * JSON as BigQuery keeps it: keys in order and once, blanks gone, numbers as FLOAT64, INT64 or UINT64 hold them.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#json_type
 */
export type Json = null | boolean | string | JsonNumber | Json[] | Map<string, Json>;

/** A number by its text: JavaScript's own would lose integers beyond 2^53. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `undefined`: not JSON. */
export function normaliseJson(text: string): string | undefined {
  const json = parseJson(text);
  return json === undefined ? undefined : printJson(json);
}

export function parseJson(text: string): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(text, function (
      this: unknown,
      _key,
      value: unknown,
      context?: { source?: string },
    ) {
      if (typeof value === 'number')
        return new JsonNumber(numberText(context?.source ?? String(value), value));
      return value;
    } as (this: unknown, key: string, value: unknown) => unknown);
    return toJson(parsed);
  } catch {
    return undefined;
  }
}

function toJson(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (value instanceof JsonNumber) return value;
  if (Array.isArray(value)) return value.map(toJson);
  return new Map(Object.entries(value as object).map(([key, inner]) => [key, toJson(inner)]));
}

/** Integers that fit stay integers; everything else is the shortest text of its FLOAT64. */
function numberText(source: string, value: number): string {
  if (/^-?\d+$/.test(source)) {
    const integer = BigInt(source);
    if (integer >= -(2n ** 63n) && integer < 2n ** 64n) return source === '-0' ? '0' : source;
  }
  return floatText(value, true);
}

/** As BigQuery prints a FLOAT64. */
export function floatText(value: number, isJson = false): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const text = shortest(value);
  return isJson && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** C's `%.15g`, or `%.17g` where fifteen digits are not enough. */
function shortest(value: number): string {
  const digits = Number(value.toPrecision(15)) === value ? 15 : 17;
  const [mantissa = '', exponentText = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(exponentText);
  if (value === 0) return '0';
  if (exponent >= -5 && exponent < digits) {
    const fixed = value.toFixed(Math.min(100, Math.max(0, digits - 1 - exponent)));
    return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
  }
  const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${trimmed}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

export function printJson(json: Json): string {
  if (json === null || typeof json === 'boolean') return String(json);
  if (typeof json === 'string') return JSON.stringify(json);
  if (json instanceof JsonNumber) return json.text;
  if (Array.isArray(json)) return `[${json.map(printJson).join(',')}]`;
  const keys = [...json.keys()].sort(byBytes);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${printJson(json.get(key) ?? null)}`).join(',')}}`;
}

/** In the order of their UTF-8, which is that of code points and not of JavaScript's units. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
