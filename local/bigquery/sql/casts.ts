/** CAST and SAFE_CAST: https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions#cast */
import { coerce, fieldOf } from './coercion.ts';
import { pack } from './composites.ts';
import type { Position } from './lexer.ts';
import { duckType, isSameType, type Type, typeName } from './types.ts';
import { derived, invalid, nullOf, raise, type Value } from './value.ts';

export function castTo(value: Value, to: Type, safe: boolean, at: Position): Value {
  const { type } = value;
  if (type.kind === 'NULL') return derived(nullOf(to), to, [value]);
  if (type.kind === 'STRUCT' || type.kind === 'ARRAY' || to.kind === 'STRUCT' || to.kind === 'ARRAY') {
    const sql = coerce(value, to);
    if (sql !== undefined) return derived(sql, to, [value]);
    return derived(castNested(value, to, safe, at), to, [value]);
  }
  if (isSameType(type, to)) return derived(value.sql, to, [value]);
  const sql = CASTS[`${type.kind} ${to.kind}`]?.(value.sql, safe);
  if (sql === undefined) throw badCast(type, to, at);
  return derived(sql, to, [value]);
}

/** Element by element, field by field. */
function castNested({ sql, type }: Value, to: Type, safe: boolean, at: Position): string {
  if (type.kind === 'ARRAY' && to.kind === 'ARRAY') {
    const element = castTo({ sql: 'e', type: type.element, constant: false }, to.element, safe, at);
    return `list_transform(${sql}, lambda e: ${element.sql})`;
  }
  if (type.kind !== 'STRUCT' || to.kind !== 'STRUCT' || type.fields.length !== to.fields.length)
    throw badCast(type, to, at);
  const fields = to.fields.map((field, index) => {
    const own = type.fields[index];
    if (own === undefined) throw badCast(type, to, at);
    return castTo(fieldOf(sql, own, index), field.type, safe, at).sql;
  });
  return `CASE WHEN ${sql} IS NOT NULL THEN ${pack(to.fields, fields)} END`;
}

function badCast(from: Type, to: Type, at: Position): Error {
  return invalid(`Invalid cast from ${typeName(from)} to ${typeName(to)}`, at);
}

type Cast = (sql: string, safe: boolean) => string;

/** A reader of text in JavaScript; its `TRY` is NULL where it would throw. */
const read =
  (expression: (sql: string) => string): Cast =>
  (sql, safe) =>
    safe ? `TRY(${expression(sql)})` : expression(sql);

const plain =
  (to: Type): Cast =>
  (sql) =>
    `CAST(${sql} AS ${duckType(to)})`;

/** Halves round away from zero; DuckDB's own cast rounds them to the even neighbour. */
const toInteger: Cast = (sql, safe) => {
  const error = raise(`'Bad int64 value: ' || ${sql}`, { kind: 'INT64' }, safe);
  const isOutside = `isnan(${sql}) OR ${sql} >= 9223372036854775807 OR ${sql} < -9223372036854775808`;
  return `CASE WHEN ${isOutside} THEN ${error} ELSE CAST(round(${sql}) AS BIGINT) END`;
};

/** Fractions of a second in none, three or six digits. */
export const momentText = (moment: string, zone: string) => {
  const text = (fraction: string) => `strftime(${moment}, '%Y-%m-%d %H:%M:%S${fraction}${zone}')`;
  const micros = `extract(microsecond FROM ${moment})`;
  return `CASE WHEN ${micros} % 1000000 = 0 THEN ${text('')} WHEN ${micros} % 1000 = 0 THEN ${text('.%g')} ELSE ${text('.%f')} END`;
};

const timeText = (time: string) => {
  const text = (fraction: string) => `strftime(DATE '1970-01-01' + ${time}, '%H:%M:%S${fraction}')`;
  const micros = `extract(microsecond FROM ${time})`;
  return `CASE WHEN ${micros} % 1000000 = 0 THEN ${text('')} WHEN ${micros} % 1000 = 0 THEN ${text('.%g')} ELSE ${text('.%f')} END`;
};

const CASTS: Record<string, Cast> = {
  'INT64 STRING': plain({ kind: 'STRING' }),
  'INT64 FLOAT64': plain({ kind: 'FLOAT64' }),
  'INT64 NUMERIC': plain({ kind: 'NUMERIC' }),
  'INT64 BOOL': (sql) => `(${sql} <> 0)`,
  'FLOAT64 STRING': (sql) => `bq_float_text(${sql})`,
  'FLOAT64 INT64': toInteger,
  'FLOAT64 NUMERIC': read((sql) => `CAST(bq_numeric(bq_float_text(${sql})) AS DECIMAL(38,9))`),
  'NUMERIC STRING': (sql) => `bq_numeric_text(CAST(${sql} AS VARCHAR))`,
  'NUMERIC FLOAT64': plain({ kind: 'FLOAT64' }),
  'NUMERIC INT64': read((sql) => `CAST(round(${sql}) AS BIGINT)`),
  'BOOL STRING': (sql) => `CASE WHEN ${sql} THEN 'true' WHEN NOT ${sql} THEN 'false' END`,
  'BOOL INT64': plain({ kind: 'INT64' }),
  'STRING INT64': read((sql) => `bq_integer(${sql})`),
  'STRING FLOAT64': read((sql) => `bq_float(${sql})`),
  'STRING NUMERIC': read((sql) => `CAST(bq_numeric(${sql}) AS DECIMAL(38,9))`),
  'STRING BOOL': (sql, safe) =>
    `CASE lower(${sql}) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE ELSE CASE WHEN ${sql} IS NOT NULL THEN ${raise(`'Bad bool value: ' || ${sql}`, { kind: 'BOOL' }, safe)} END END`,
  'STRING BYTES': (sql) => `encode(${sql})`,
  'BYTES STRING': read((sql) => `decode(${sql})`),
  'STRING DATE': read((sql) => `(DATE '1970-01-01' + bq_date(${sql}))`),
  'STRING DATETIME': read((sql) => `make_timestamp(bq_datetime(${sql}))`),
  'STRING TIMESTAMP': read((sql) => `make_timestamptz(bq_timestamp(${sql}))`),
  'STRING TIME': read((sql) => `CAST(make_timestamp(bq_time(${sql})) AS TIME)`),
  'DATE STRING': (sql) => `strftime(${sql}, '%Y-%m-%d')`,
  'DATE DATETIME': plain({ kind: 'DATETIME' }),
  'DATE TIMESTAMP': plain({ kind: 'TIMESTAMP' }),
  'DATETIME STRING': (sql) => momentText(sql, ''),
  'DATETIME DATE': plain({ kind: 'DATE' }),
  'DATETIME TIME': plain({ kind: 'TIME' }),
  'DATETIME TIMESTAMP': plain({ kind: 'TIMESTAMP' }),
  'TIME STRING': timeText,
  'TIMESTAMP STRING': (sql) => momentText(`CAST(${sql} AS TIMESTAMP)`, '+00'),
  'TIMESTAMP DATE': (sql) => `CAST(CAST(${sql} AS TIMESTAMP) AS DATE)`,
  'TIMESTAMP DATETIME': plain({ kind: 'DATETIME' }),
  'TIMESTAMP TIME': (sql) => `CAST(CAST(${sql} AS TIMESTAMP) AS TIME)`,
};
