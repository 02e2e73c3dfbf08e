/** Query parameters: https://cloud.google.com/bigquery/docs/parameterized-queries */
import duckdb from '@duckdb/node-api';
import type { Expression } from './ast.ts';
import { coerce } from './coercion.ts';
import { pack } from './composites.ts';
import { type ParameterType, type ParameterValue, SqlError, UnsupportedSql } from './contract.ts';
import { normaliseJson } from './json-text.ts';
import { floatLiteral, integerLiteral, numericLiteral } from './number-literals.ts';
import { quoteBytes, quoteString } from './string-literal.ts';
import { dateLiteral, datetimeLiteral, timeLiteral, timestampLiteral } from './time-literals.ts';
import type { Translation } from './translation.ts';
import { duckType, type StructField, TYPE_NAMES, type Type } from './types.ts';
import { constant, invalid, nullOf, type Value } from './value.ts';

export function parameterValue(
  node: Extract<Expression, { node: 'parameter' }>,
  translation: Translation,
): Value {
  const { parameters } = translation.options;
  const key = node.name === undefined ? `?${node.index}` : `@${node.name.toLowerCase()}`;
  const known = translation.parameters.get(key);
  if (known) return known;
  const parameter =
    node.name === undefined
      ? parameters[node.index]
      : parameters.find(({ name }) => name?.toLowerCase() === node.name?.toLowerCase());
  if (parameter === undefined) {
    if (node.name === undefined)
      throw invalid(
        `Query parameter number ${node.index + 1} is not defined (${parameters.length} provided)`,
        node.at,
      );
    throw invalid(`Query parameter '${node.name}' not found`, node.at);
  }
  const what = node.name ?? `at position ${node.index + 1}`;
  const value = bindValue(
    typeOfParameter(parameter.parameterType),
    parameter.parameterValue,
    what,
    translation,
  );
  translation.parameters.set(key, value);
  return value;
}

function typeOfParameter({ type, arrayType, structTypes }: ParameterType): Type {
  const name = type.toUpperCase();
  if (name === 'ARRAY' && arrayType) return { kind: 'ARRAY', element: typeOfParameter(arrayType) };
  if ((name === 'STRUCT' || name === 'RECORD') && structTypes)
    return {
      kind: 'STRUCT',
      fields: structTypes.map(({ name: field, type: inner }): StructField => {
        const innerType = typeOfParameter(inner);
        return field === undefined ? { type: innerType } : { name: field, type: innerType };
      }),
    };
  const kind = TYPE_NAMES[name] ?? (name === 'FLOAT' ? 'FLOAT64' : undefined);
  if (kind === undefined) throw new UnsupportedSql(`parameters of type ${type}`);
  return { kind };
}

function bindValue(type: Type, value: ParameterValue, what: string, translation: Translation): Value {
  if (type.kind === 'ARRAY') return bindArray(type, value, what, translation);
  if (type.kind === 'STRUCT') {
    if (value.structValues === undefined) return constant(nullOf(type), type);
    const { structValues } = value;
    const fields = type.fields.map((field) => {
      const inner = structValues[field.name ?? ''] ?? { value: null };
      return coerce(bindValue(field.type, inner, what, translation), field.type) ?? '';
    });
    return constant(pack(type.fields, fields), type);
  }
  const { value: text } = value;
  if (text === null || text === undefined) return constant(nullOf(type), type);
  const sql = scalarLiteral(type, text, what);
  if (type.kind !== 'STRING') return constant(sql, type);
  return { ...constant(sql, type), literal: { kind: 'string', text } };
}

/** One bound list, whatever its length, of strings that the SQL casts. */
function bindArray(
  type: Extract<Type, { kind: 'ARRAY' }>,
  { arrayValues }: ParameterValue,
  what: string,
  translation: Translation,
): Value {
  const { element } = type;
  const items = arrayValues ?? [];
  if (
    element.kind === 'STRUCT' ||
    element.kind === 'ARRAY' ||
    items.every(({ value }) => value === null || value === undefined)
  ) {
    const sqls = items.map((item) => bindValue(element, item, what, translation).sql);
    return constant(`CAST([${sqls.join(', ')}] AS ${duckType(type)})`, type);
  }
  const texts = items.map(({ value }) =>
    value === null || value === undefined ? null : canonical(element, value, what),
  );
  const name = translation.unique('p');
  translation.binds[name] = duckdb.listValue(texts);
  const list = `CAST($${name} AS VARCHAR[])`;
  if (element.kind === 'STRING') return constant(list, type);
  if (element.kind === 'BYTES') return constant(`list_transform(${list}, lambda e: from_hex(e))`, type);
  return constant(`CAST(${list} AS ${duckType(type)})`, type);
}

const LITERALS: Partial<Record<Type['kind'], (text: string) => string | undefined>> = {
  STRING: (text) => (text.isWellFormed() ? quoteString(text) : undefined),
  INT64: integerLiteral,
  FLOAT64: floatLiteral,
  NUMERIC: numericLiteral,
  BOOL: (text) => ({ true: 'TRUE', false: 'FALSE' })[text.toLowerCase()],
  BYTES: (text) => quoteBytes(Buffer.from(text, 'base64').toString('latin1')),
  DATE: dateLiteral,
  DATETIME: datetimeLiteral,
  TIMESTAMP: timestampLiteral,
  TIME: timeLiteral,
  JSON: (text) => {
    const json = normaliseJson(text);
    return json === undefined ? undefined : `CAST(${quoteString(json)} AS JSON)`;
  },
};

function scalarLiteral(type: Type, text: string, what: string): string {
  const sql = LITERALS[type.kind]?.(text);
  if (sql === undefined)
    throw new SqlError(
      'invalid',
      `Invalid value for query parameter ${what}: ${type.kind} cannot be ${JSON.stringify(text)}`,
    );
  return sql;
}

/** Text that DuckDB casts to exactly what the literal would be. */
function canonical(type: Type, text: string, what: string): string {
  const sql = scalarLiteral(type, text, what);
  if (type.kind === 'STRING') return text;
  if (type.kind === 'BOOL') return text.toLowerCase();
  return /'([^']*)'/.exec(sql)?.[1] ?? text;
}
