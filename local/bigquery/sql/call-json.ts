/** https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions */
import type { Call } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { jsonAt, jsonScalarAt, parsePath, pathArgument } from './json-paths.ts';
import { place } from './lexer.ts';
import { quoteString } from './string-literal.ts';
import { jsonText } from './to-json.ts';
import { BOOL, FLOAT64, INT64, JSON_TYPE, STRING, type Type } from './types.ts';
import { derived, invalid, type Value } from './value.ts';

type JsonFunction = (call: Call, values: Value[]) => Value | undefined;

const STRINGS: Type = { kind: 'ARRAY', element: STRING };
const JSONS: Type = { kind: 'ARRAY', element: JSON_TYPE };

const isJson = (value: Value | undefined): value is Value =>
  value !== undefined && ['JSON', 'STRING', 'NULL'].includes(value.type.kind);

/** The input, and the steps of the path or none. */
function inputAndPath(call: Call, values: Value[], isLegacy: boolean) {
  const [input, path] = values;
  if (!isJson(input) || values.length > 2) return undefined;
  const json = input.type.kind === 'NULL' ? { ...input, sql: 'CAST(NULL AS VARCHAR)', type: STRING } : input;
  const steps = path ? parsePath(pathArgument(path, call.name, call.at), call.at, { isLegacy }) : [];
  return { json, steps };
}

function reader(isLegacy: boolean, result: 'scalar' | 'json' | 'scalars' | 'jsons'): JsonFunction {
  return (call, values) => {
    const read = inputAndPath(call, values, isLegacy);
    if (!read) return undefined;
    const { json, steps } = read;
    if (result === 'scalar') return derived(jsonScalarAt(json, steps, call.at), STRING, values);
    const found = jsonAt(json, steps, call.at);
    const isText = json.type.kind === 'STRING';
    if (result === 'json') {
      // Text stays text, and a JSON `null` in it is no value.
      if (!isText) return derived(found, JSON_TYPE, values);
      return derived(
        `CASE WHEN json_type(${found}) <> 'NULL' THEN CAST(${found} AS VARCHAR) END`,
        STRING,
        values,
      );
    }
    const items = `CASE WHEN json_type(${found}) = 'ARRAY' THEN CAST(${found} AS JSON[]) END`;
    if (result === 'jsons')
      return isText ? derived(`CAST(${items} AS VARCHAR[])`, STRINGS, values) : derived(items, JSONS, values);
    const scalars = `list_transform(${items}, lambda e: CASE WHEN json_type(e) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(e, '$') END)`;
    const hasOther = `list_contains(list_transform(${items}, lambda e: json_type(e) IN ('OBJECT', 'ARRAY')), TRUE)`;
    return derived(`CASE WHEN NOT ${hasOther} THEN ${scalars} END`, STRINGS, values);
  };
}

const remove: JsonFunction = (call, values) => {
  const [json, ...paths] = values;
  if (json?.type.kind !== 'JSON' || paths.length === 0) return undefined;
  const steps = paths.map((path) => {
    const text = pathArgument(path, `Argument to ${call.name}`, call.at);
    const parsed = parsePath(text, call.at, { isStrict: true });
    if (parsed.length === 0) throw invalid("The JSONPath cannot be '$'", call.at);
    return parsed;
  });
  return derived(
    `CAST(bq_json_remove(${json.sql}, ${quoteString(JSON.stringify(steps))}) AS JSON)`,
    JSON_TYPE,
    values,
  );
};

const set: JsonFunction = (call, values) => {
  const [json, ...rest] = values;
  if (json?.type.kind !== 'JSON' || rest.length === 0 || rest.length % 2 === 1) return undefined;
  if (call.namedArgs.length > 0)
    throw new UnsupportedSql(`create_if_missing of JSON_SET (${place(call.at)})`);
  let sql = json.sql;
  for (let index = 0; index < rest.length; index += 2) {
    const steps = parsePath(pathArgument(rest[index], call.name, call.at), call.at, { isStrict: true });
    const value = rest[index + 1];
    if (value === undefined) return undefined;
    sql = `bq_json_set(${sql}, ${quoteString(JSON.stringify(steps))}, ${jsonText(value.sql, value.type)})`;
  }
  return derived(`CAST(${sql} AS JSON)`, JSON_TYPE, values);
};

/** STRING(json) and so on: errors where the JSON is of another type. */
function unwrap(type: Type, duckTypes: string): JsonFunction {
  return (call, values) => {
    const [json] = values;
    if (json?.type.kind !== 'JSON' || values.length !== 1) return undefined;
    const kind =
      type.kind === 'FLOAT64'
        ? 'DOUBLE'
        : type.kind === 'INT64'
          ? 'BIGINT'
          : type.kind === 'BOOL'
            ? 'BOOLEAN'
            : 'VARCHAR';
    const text = `json_extract_string(${json.sql}, '$')`;
    const error = `CAST(bq_error('The provided JSON input is not ${call.name === 'STRING' ? 'a string' : call.name}') AS ${kind})`;
    return derived(
      `CASE WHEN ${json.sql} IS NULL THEN NULL WHEN json_type(${json.sql}) IN (${duckTypes}) THEN CAST(${text} AS ${kind}) ELSE ${call.safe ? 'NULL' : error} END`,
      type,
      values,
    );
  };
}

export const JSON_FUNCTIONS: Record<string, JsonFunction> = {
  JSON_VALUE: reader(false, 'scalar'),
  JSON_EXTRACT_SCALAR: reader(true, 'scalar'),
  JSON_QUERY: reader(false, 'json'),
  JSON_EXTRACT: reader(true, 'json'),
  JSON_VALUE_ARRAY: reader(false, 'scalars'),
  JSON_EXTRACT_STRING_ARRAY: reader(true, 'scalars'),
  JSON_QUERY_ARRAY: reader(false, 'jsons'),
  JSON_EXTRACT_ARRAY: reader(true, 'jsons'),
  JSON_REMOVE: remove,
  JSON_SET: set,
  JSON_TYPE: (_call, values) => {
    const [json] = values;
    if (json?.type.kind !== 'JSON' || values.length !== 1) return undefined;
    return derived(
      `CASE json_type(${json.sql}) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN NULL THEN NULL ELSE CASE WHEN ${json.sql} IS NOT NULL THEN 'number' END END`,
      STRING,
      values,
    );
  },
  PARSE_JSON: (call, values) => {
    const [text] = values;
    if (text?.type.kind !== 'STRING' || values.length !== 1) return undefined;
    if (call.namedArgs.length > 0) throw new UnsupportedSql(`wide_number_mode (${place(call.at)})`);
    const parsed = `CAST(bq_json_parse(${text.sql}) AS JSON)`;
    return derived(call.safe ? `TRY(${parsed})` : parsed, JSON_TYPE, values);
  },
  TO_JSON_STRING: (_call, values) => {
    const [value] = values;
    if (value === undefined || values.length !== 1) return undefined;
    return derived(jsonText(value.sql, value.type), STRING, values);
  },
  TO_JSON: (call, values) => {
    const [value] = values;
    if (value === undefined || values.length !== 1) return undefined;
    if (call.namedArgs.length > 0) throw new UnsupportedSql(`stringify_wide_numbers (${place(call.at)})`);
    if (value.type.kind === 'JSON') return value;
    return derived(
      `CAST(bq_json_parse(${jsonText(value.sql, value.type, true)}) AS JSON)`,
      JSON_TYPE,
      values,
    );
  },
  STRING: unwrap(STRING, "'VARCHAR'"),
  INT64: unwrap(INT64, "'BIGINT', 'UBIGINT'"),
  FLOAT64: unwrap(FLOAT64, "'BIGINT', 'UBIGINT', 'DOUBLE'"),
  BOOL: unwrap(BOOL, "'BOOLEAN'"),
};
