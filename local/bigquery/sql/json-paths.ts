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
    const operator = /^(?:\.\.|\[?(\*)|\.(\*))/.exec(text.slice(offset));
    if (!match && operator)
      throw invalid(`Unsupported operator in JSONPath: ${operator[1] ?? operator[2] ?? '..'}`, at);
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

/**
 * A path in DuckDB's form: a pointer, which takes `0` for an index of an array and a key of an object, as BigQuery does
 * for both `.0` and `[0]`.
 */
function duckPath(steps: readonly Step[]): string {
  const escaped = steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return quoteString(escaped.join(''));
}

/** The JSON at a path of a JSON value: a JSON `null` is a value like others. */
export function jsonAt(value: Value, steps: readonly Step[]): string {
  return steps.length === 0 ? value.sql : `json_extract(${value.sql}, ${duckPath(steps)})`;
}

/** What DuckDB took out of a JSON, in BigQuery's form again: DuckDB prints exponents in its own way. */
export function normalised(json: string): string {
  return `CASE WHEN json_type(${json}) IN ('DOUBLE', 'OBJECT', 'ARRAY') THEN CAST(bq_json_normalise(CAST(${json} AS VARCHAR)) AS JSON) ELSE ${json} END`;
}

/** The text of the scalar at a path; NULL of objects, arrays and JSON `null`. */
export function jsonScalarAt(value: Value, steps: readonly Step[]): string {
  const json = jsonAt(value, steps);
  return `CASE json_type(${json}) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL WHEN 'NULL' THEN NULL WHEN 'DOUBLE' THEN bq_json_normalise(CAST(${json} AS VARCHAR)) ELSE json_extract_string(${json}, '') END`;
}

/** `json.key` */
export function jsonKey(base: Value, name: string): Value {
  return derived(normalised(jsonAt(base, [name])), JSON_TYPE, [base]);
}

/** `json[key]`, `json[index]`, also of what is known only when the query runs. */
export function jsonSubscript(base: Value, index: Value, at: Position): Value {
  if (index.literal?.kind === 'string')
    return { ...jsonKey(base, index.literal.text), constant: base.constant };
  if (index.literal?.kind === 'integer') {
    const position = Number(index.literal.text);
    if (position < 0) throw new UnsupportedSql(`negative JSON subscripts (${place(at)})`);
    return derived(normalised(jsonAt(base, [position])), JSON_TYPE, [base]);
  }
  if (index.type.kind === INT64.kind)
    return derived(`CAST(bq_json_key(${base.sql}, CAST(${index.sql} AS VARCHAR)) AS JSON)`, JSON_TYPE, [
      base,
      index,
    ]);
  if (index.type.kind === STRING.kind)
    return derived(`CAST(bq_json_key(${base.sql}, ${index.sql}) AS JSON)`, JSON_TYPE, [base, index]);
  throw noSignature('operator []', [base, index], at);
}
