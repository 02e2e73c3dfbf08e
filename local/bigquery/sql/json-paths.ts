/** JSONPath as BigQuery has it: https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#JSONPath_format */
import { UnsupportedSql } from './contract.ts';
import type { Position } from './lexer.ts';
import { place } from './lexer.ts';
import { quoteString } from './string-literal.ts';
import { INT64, JSON_TYPE, STRING } from './types.ts';
import { derived, invalid, noSignature, type Value } from './value.ts';

export type Step = string | number;

const STEP = /\.([\p{L}\p{N}_:\s-]+)|\.("(?:[^"\\]|\\.)*")|\[\s*(\d+)\s*\]/uy;
/** The old functions also have `['key']`, and no `."key"`. */
const LEGACY_STEP = /\.([\p{L}\p{N}_:\s-]+)|\['((?:[^'\\]|\\.)*)'\]|\[\s*(\d+)\s*\]/uy;

/** @param isStrict of JSON_REMOVE and JSON_SET: a backslash before a quote stays in the key */
export function parsePath(
  text: string,
  at: Position,
  form: { isLegacy?: boolean; isStrict?: boolean } = {},
): Step[] {
  if (!text.startsWith('$')) throw invalid("JSONPath must start with '$'", at);
  const steps: Step[] = [];
  const pattern = form.isLegacy ? LEGACY_STEP : STEP;
  for (let offset = 1; offset < text.length; offset = pattern.lastIndex) {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (!match) throw invalid(`Invalid token in JSONPath at: ${text.slice(offset)}`, at);
    const [, plain, quoted, index] = match;
    if (plain !== undefined) steps.push(plain);
    else if (index !== undefined) steps.push(Number(index));
    else if (form.isLegacy) steps.push((quoted ?? '').replaceAll("\\'", "'"));
    else {
      const key = (quoted ?? '').slice(1, -1);
      steps.push(form.isStrict ? key : key.replaceAll('\\"', '"'));
    }
  }
  return steps;
}

/** The path argument: it must be known before the query runs. */
export function pathArgument(value: Value | undefined, what: string, at: Position): string {
  if (value?.type.kind === 'STRING' && value.literal?.kind === 'string') return value.literal.text;
  if (value?.type.kind === 'NULL') throw new UnsupportedSql(`a NULL path of ${what} (${place(at)})`);
  throw invalid(`${what}: JSONPath must be a string literal or query parameter`, at);
}

/** A path in DuckDB's form. Its two forms fail on different keys, so the one that says exactly this is taken. */
export function duckPath(steps: readonly Step[], at: Position): string {
  const keys = steps.filter((step) => typeof step === 'string');
  // A pointer does not tell the key `0` from the index 0.
  const isPointer =
    keys.length === steps.length && !keys.some((key) => /^\d+$|^-$|^#/.test(key)) && keys.length > 0;
  if (isPointer)
    return quoteString(keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));
  if (keys.some((key) => /["\\*?]/.test(key) || key === ''))
    throw new UnsupportedSql(`a JSONPath with both an index and such a key (${place(at)})`);
  return quoteString(
    `$${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('')}`,
  );
}

/** JSON text that is sure to be read: of STRINGs that are no JSON, NULL. */
export function readableJson(value: Value): string {
  if (value.type.kind === 'JSON') return value.sql;
  return `CASE WHEN json_valid(${value.sql}) THEN CAST(${value.sql} AS JSON) END`;
}

/** The JSON at a path: a JSON `null` is a value like others. */
export function jsonAt(value: Value, steps: readonly Step[], at: Position): string {
  const json = readableJson(value);
  return steps.length === 0 ? `(${json})` : `json_extract(${json}, ${duckPath(steps, at)})`;
}

/** The text of the scalar at a path; NULL of objects, arrays and JSON `null`. */
export function jsonScalarAt(value: Value, steps: readonly Step[], at: Position): string {
  const json = jsonAt(value, steps, at);
  return `CASE WHEN json_type(${json}) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(${json}, '$') END`;
}

/** `json.key` */
export function jsonKey(base: Value, name: string): Value {
  return derived(jsonAt(base, [name], { line: 1, column: 1 }), JSON_TYPE, [base]);
}

/** `json[key]`, `json[index]`, also of what is known only when the query runs. */
export function jsonSubscript(base: Value, index: Value, at: Position): Value {
  if (index.literal?.kind === 'string')
    return { ...jsonKey(base, index.literal.text), constant: base.constant };
  if (index.literal?.kind === 'integer') {
    const position = Number(index.literal.text);
    if (position < 0) throw new UnsupportedSql(`negative JSON subscripts (${place(at)})`);
    return derived(jsonAt(base, [position], at), JSON_TYPE, [base]);
  }
  if (index.type.kind === INT64.kind)
    return derived(
      `json_extract(${base.sql}, CASE WHEN ${index.sql} >= 0 THEN ${index.sql} END)`,
      JSON_TYPE,
      [base, index],
    );
  if (index.type.kind === STRING.kind)
    return derived(`CAST(bq_json_key(${base.sql}, ${index.sql}) AS JSON)`, JSON_TYPE, [base, index]);
  throw noSignature('operator []', [base, index], at);
}
