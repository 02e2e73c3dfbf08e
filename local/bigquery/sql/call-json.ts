/** https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions */
import type { Call } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { jsonAt, jsonScalarAt, normalised, parsePath, pathArgument } from './json-paths.ts';
import { place } from './lexer.ts';
import { quoteString } from './string-literal.ts';
import { jsonText } from './to-json.ts';
import { BOOL, duckType, FLOAT64, INT64, JSON_TYPE, STRING, type Type } from './types.ts';
import { derived, invalid, raise, type Value } from './value.ts';

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

type Result = 'scalar' | 'json' | 'scalars' | 'jsons';

function reader(isLegacy: boolean, result: Result): JsonFunction {
  return (call, values) => {
    const read = inputAndPath(call, values, isLegacy);
    if (!read) return undefined;
    const { json, steps } = read;
    const path = quoteString(JSON.stringify(steps));
    if (json.type.kind === 'STRING') return ofText(json, path, result, values);
    const found = jsonAt(json, steps);
    switch (result) {
      case 'scalar':
        return derived(jsonScalarAt(json, steps), STRING, values);
      case 'json':
        return derived(normalised(found), JSON_TYPE, values);
      case 'scalars':
        return ofText({ ...json, sql: `CAST(${json.sql} AS VARCHAR)` }, path, result, values);
      case 'jsons': {
        const elements = `json_extract(${normalised(found)}, '$[*]')`;
        return derived(`CASE WHEN json_type(${found}) = 'ARRAY' THEN ${elements} END`, JSONS, values);
      }
    }
  };
}

/** Text stays text: what is read from a STRING is a STRING, with its numbers as they were written. */
function ofText(json: Value, path: string, result: Result, values: Value[]): Value {
  const list = (name: string) => `CAST(CAST(${name}(${json.sql}, ${path}) AS JSON) AS VARCHAR[])`;
  switch (result) {
    case 'scalar':
      return derived(`bq_json_text_scalar(${json.sql}, ${path})`, STRING, values);
    case 'json':
      return derived(`bq_json_text_query(${json.sql}, ${path})`, STRING, values);
    case 'scalars':
      return derived(list('bq_json_text_scalars'), STRINGS, values);
    case 'jsons':
      return derived(list('bq_json_text_queries'), STRINGS, values);
  }
}

const remove: JsonFunction = (call, values) => {
  const [json, ...paths] = values;
  if (json?.type.kind !== 'JSON' || paths.length === 0) return undefined;
  const steps = paths.map((path) => {
    const text = pathArgument(path, `Argument to ${call.name}`, call.at);
    const parsed = parsePath(text, call.at, { isStrict: true });
    if (parsed.length === 0)
      throw invalid("Invalid input to JSON_REMOVE: The JSONPath cannot be '$'", call.at);
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
    sql = `bq_json_set(${sql}, ${quoteString(JSON.stringify(steps))}, ${jsonText(value.sql, value.type, true)})`;
  }
  return derived(`CAST(${sql} AS JSON)`, JSON_TYPE, values);
};

/** STRING(json) and so on: errors where the JSON is of another type. */
function unwrap(type: Type, fits: (json: string, number: string) => string): JsonFunction {
  return (call, values) => {
    const [json] = values;
    if (json?.type.kind !== 'JSON' || values.length !== 1) return undefined;
    const duck = duckType(type);
    const text = `json_extract_string(${json.sql}, '')`;
    const result =
      type.kind === 'INT64' ? `CAST(CAST(${text} AS DECIMAL(38,0)) AS BIGINT)` : `CAST(${text} AS ${duck})`;
    const what =
      type.kind === 'STRING'
        ? 'a string'
        : type.kind === 'INT64'
          ? 'an integer'
          : type.kind === 'BOOL'
            ? 'a boolean'
            : 'a number';
    const error = raise(`'The provided JSON input is not ${what}'`, type, call.safe);
    return derived(
      `CASE WHEN ${json.sql} IS NULL THEN NULL WHEN ${fits(`json_type(${json.sql})`, `TRY_CAST(${text} AS DOUBLE)`)} THEN ${result} ELSE ${error} END`,
      type,
      values,
    );
  };
}

/** What PARSE_JSON does with a number that would not come out as it went in. */
function wideNumberMode({ name, namedArgs }: Call): string {
  const [mode, ...others] = namedArgs;
  if (mode === undefined) return 'exact';
  const { value } = mode;
  if (mode.name !== 'wide_number_mode' || others.length > 0)
    throw invalid(`No such named arguments of ${name}`, value.at);
  if (value.node !== 'string')
    throw new UnsupportedSql(`a wide_number_mode that is no literal (${place(value.at)})`);
  if (value.value !== 'round' && value.value !== 'exact')
    throw invalid(`Invalid \`wide_number_mode\` specified for ${name}: ${value.value}`, value.at);
  return value.value;
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
    const name = wideNumberMode(call) === 'round' ? 'bq_json_parse_rounded' : 'bq_json_parse';
    const parsed = `CAST(${name}(${text.sql}) AS JSON)`;
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
      `CAST(bq_json_normalise(${jsonText(value.sql, value.type, true)}) AS JSON)`,
      JSON_TYPE,
      values,
    );
  },
  STRING: unwrap(STRING, (kind) => `${kind} = 'VARCHAR'`),
  INT64: unwrap(
    INT64,
    (kind, number) => `${kind} IN ('BIGINT', 'UBIGINT', 'DOUBLE') AND ${number} = trunc(${number})`,
  ),
  FLOAT64: unwrap(FLOAT64, (kind) => `${kind} IN ('BIGINT', 'UBIGINT', 'DOUBLE')`),
  BOOL: unwrap(BOOL, (kind) => `${kind} = 'BOOLEAN'`),
};
