/** Date and time functions with a part, an interval or a format. */
import type { Call, DatePart, Expression } from './ast.ts';
import { coerce } from './coercion.ts';
import { UnsupportedSql } from './contract.ts';
import { addInterval } from './date-arithmetic.ts';
import { difference, extractPart, truncate } from './date-parts.ts';
import { expression } from './expression.ts';
import { place } from './lexer.ts';
import type { Scope } from './scope.ts';
import { quoteString } from './string-literal.ts';
import { duckFormat } from './time-formats.ts';
import { DATE, DATETIME, INT64, STRING, TIME, TIMESTAMP, type Type } from './types.ts';
import { derived, noSignature, raise, type Value } from './value.ts';

/** A part stands where an argument would: a bare name, or `WEEK(MONDAY)`. */
function partOf(node: Expression | undefined): DatePart | undefined {
  if (node?.node === 'path' && node.parts.length === 1)
    return { name: node.parts[0]?.name.toUpperCase() ?? '', at: node.at };
  const argument = node?.node === 'call' ? node.args[0] : undefined;
  if (node?.node !== 'call' || argument?.node !== 'path') return undefined;
  return { name: node.name, weekday: argument.parts[0]?.name.toUpperCase() ?? '', at: node.at };
}

type TimeFunction = (call: Call, scope: Scope) => Value | undefined;
const FAMILIES: Record<string, Type> = { DATE, DATETIME, TIMESTAMP };

/** Newer BigQuery takes any of the types in any family; the result has the argument's. */
function argument(
  node: Expression | undefined,
  family: Type,
  scope: Scope,
): { value: Value; sql: string; type: Type } | undefined {
  const value = node && expression(node, scope);
  if (!value) return undefined;
  const type = ['DATE', 'DATETIME', 'TIMESTAMP'].includes(value.type.kind) ? value.type : family;
  const sql = coerce(value, type);
  return sql === undefined ? undefined : { value, sql, type };
}

function trunc(family: Type): TimeFunction {
  return ({ args, at }, scope) => {
    const moment = argument(args[0], family, scope);
    const part = partOf(args[1]);
    const zone = args[2] && expression(args[2], scope);
    if (!moment || !part || args.length > 3) return undefined;
    if (zone && (moment.type.kind !== 'TIMESTAMP' || zone.type.kind !== 'STRING')) return undefined;
    const sql = zone
      ? `timezone(${zone.sql}, ${truncate(`timezone(${zone.sql}, ${moment.sql})`, part, DATETIME, at)})`
      : truncate(moment.sql, part, moment.type, at);
    return derived(sql, moment.type, zone ? [moment.value, zone] : [moment.value]);
  };
}

function add(family: Type, sign: 1 | -1): TimeFunction {
  return ({ args, at }, scope) => {
    const moment = argument(args[0], family, scope);
    const interval = args[1];
    if (!moment || args.length !== 2) return undefined;
    if (interval?.node !== 'interval')
      throw noSignature('date arithmetic without INTERVAL', [moment.value], at);
    const amount = expression(interval.amount, scope);
    if (amount.type.kind !== 'INT64') return undefined;
    return derived(addInterval(moment.sql, amount.sql, interval.part, moment.type, sign), moment.type, [
      moment.value,
      amount,
    ]);
  };
}

function diff(family: Type): TimeFunction {
  return ({ args, at }, scope) => {
    const [end, start] = [argument(args[0], family, scope), argument(args[1], family, scope)];
    const part = partOf(args[2]);
    if (!end || !start || !part || args.length !== 3 || end.type.kind !== start.type.kind) return undefined;
    return derived(difference(end.sql, start.sql, part, end.type, at), INT64, [end.value, start.value]);
  };
}

function format(family: Type): TimeFunction {
  return ({ args, at }, scope) => {
    const [pattern, second, third] = args.map((arg) => expression(arg, scope));
    const sql = second && coerce(second, family);
    if (!pattern || !second || sql === undefined || (third && family.kind !== 'TIMESTAMP')) return undefined;
    if (pattern.literal?.kind !== 'string')
      throw new UnsupportedSql(`a format that is no literal (${place(at)})`);
    const moment = third ? `timezone(${third.sql}, ${sql})` : `CAST(${sql} AS TIMESTAMP)`;
    const form = duckFormat(pattern.literal.text, third ? DATETIME : family, at);
    const text = `strftime(${moment}, ${quoteString(form)})`;
    if (!/%[YG]/.test(form)) return derived(text, STRING, [second]);
    // Of an early year BigQuery writes no zeros, DuckDB does.
    const error = raise("'the year of this date cannot be formatted here'", STRING);
    return derived(`CASE WHEN ${moment} < TIMESTAMP '1001-01-01' THEN ${error} ELSE ${text} END`, STRING, [
      second,
    ]);
  };
}

function parse(family: Type): TimeFunction {
  return ({ args, at, safe }, scope) => {
    const [pattern, text] = args.map((arg) => expression(arg, scope));
    if (!pattern || !text || args.length !== 2 || text.type.kind !== 'STRING') return undefined;
    if (pattern.literal?.kind !== 'string')
      throw new UnsupportedSql(`a format that is no literal (${place(at)})`);
    const form = quoteString(duckFormat(pattern.literal.text, family, at, true));
    const target = { DATE: 'DATE', DATETIME: 'TIMESTAMP', TIMESTAMP: 'TIMESTAMPTZ' }[family.kind as 'DATE'];
    const parsed = `CAST(strptime(trim(${text.sql}), ${form}) AS ${target})`;
    return derived(safe ? `TRY(${parsed})` : parsed, family, [text]);
  };
}

const now =
  (type: Type): TimeFunction =>
  ({ args }, scope) => {
    if (args.length > 0) throw new UnsupportedSql(`the current time of another time zone`);
    const stamp = `make_timestamptz(${Math.trunc(scope.translation.options.now * 1000)})`;
    const sql =
      type.kind === 'TIMESTAMP'
        ? stamp
        : `CAST(CAST(${stamp} AS TIMESTAMP) AS ${type.kind === 'DATETIME' ? 'TIMESTAMP' : type.kind})`;
    return derived(sql, type, []);
  };

const TIME_PART_FUNCTIONS: Record<string, TimeFunction> = {
  CURRENT_TIMESTAMP: now(TIMESTAMP),
  CURRENT_DATE: now(DATE),
  CURRENT_DATETIME: now(DATETIME),
  CURRENT_TIME: now(TIME),
  GENERATE_DATE_ARRAY: ({ args }, scope) => {
    const [from, to, step] = args;
    const values = [from, to].map((arg) => arg && expression(arg, scope));
    const sqls = values.map((value) => value && coerce(value, DATE));
    if (sqls.length !== 2 || !sqls.every((sql) => sql !== undefined) || args.length > 3) return undefined;
    if (step !== undefined && step.node !== 'interval') return undefined;
    const part = step?.part ?? { name: 'DAY', at: { line: 1, column: 1 } };
    const amount = step ? expression(step.amount, scope).sql : 'CAST(1 AS BIGINT)';
    const unit: Record<string, string> = {
      DAY: 'to_days',
      WEEK: 'to_weeks',
      MONTH: 'to_months',
      YEAR: 'to_years',
    };
    const interval = unit[part.name];
    if (interval === undefined) throw new UnsupportedSql(`GENERATE_DATE_ARRAY by ${part.name}`);
    const series = `generate_series(CAST(${sqls[0]} AS TIMESTAMP), CAST(${sqls[1]} AS TIMESTAMP), ${interval}(CAST(${amount} AS INTEGER)))`;
    const isKnown = `${sqls[0]} IS NOT NULL AND ${sqls[1]} IS NOT NULL`;
    return {
      sql: `CASE WHEN ${isKnown} THEN CAST(${series} AS DATE[]) END`,
      type: { kind: 'ARRAY', element: DATE },
      constant: false,
    };
  },
};

export function timeFunction(name: string): TimeFunction | undefined {
  const known = TIME_PART_FUNCTIONS[name];
  if (known) return known;
  const [, prefix = '', what = ''] = /^(DATE|DATETIME|TIMESTAMP)_(TRUNC|ADD|SUB|DIFF)$/.exec(name) ?? [];
  const family = FAMILIES[prefix];
  if (family) {
    if (what === 'TRUNC') return trunc(family);
    if (what === 'DIFF') return diff(family);
    return add(family, what === 'ADD' ? 1 : -1);
  }
  const [, verb, kind = ''] = /^(FORMAT|PARSE)_(DATE|DATETIME|TIMESTAMP)$/.exec(name) ?? [];
  const formatted = FAMILIES[kind];
  if (formatted === undefined) return undefined;
  return verb === 'FORMAT' ? format(formatted) : parse(formatted);
}

export function extract(node: Extract<Expression, { node: 'extract' }>, scope: Scope): Value {
  const from = expression(node.from, scope);
  const zone = node.zone && expression(node.zone, scope);
  if (
    !['DATE', 'DATETIME', 'TIMESTAMP', 'TIME'].includes(from.type.kind) ||
    (zone && from.type.kind !== 'TIMESTAMP')
  )
    throw noSignature('EXTRACT', [from], node.at);
  const moment = zone
    ? `timezone(${zone.sql}, ${from.sql})`
    : from.type.kind === 'TIMESTAMP'
      ? `CAST(${from.sql} AS TIMESTAMP)`
      : from.sql;
  const { sql, type } = extractPart(moment, node.part, from.type, node.at);
  return derived(sql, type, zone ? [from, zone] : [from]);
}

/** `date + 1`, `ts - INTERVAL 1 DAY`. `undefined`: an operation on other things. */
export function dateArithmetic(
  node: Extract<Expression, { node: 'binary' }>,
  scope: Scope,
): Value | undefined {
  const { operator, left, right } = node;
  if (operator !== '+' && operator !== '-') return undefined;
  const isSwapped = left.node === 'interval' && operator === '+';
  const [base, interval] = isSwapped ? [right, left] : [left, right];
  const sign = operator === '-' ? -1 : 1;
  if (interval.node === 'interval') {
    const moment = expression(base, scope);
    const amount = expression(interval.amount, scope);
    if (!['DATE', 'DATETIME', 'TIMESTAMP'].includes(moment.type.kind) || amount.type.kind !== 'INT64')
      throw noSignature(`operator ${operator}`, [moment, amount], node.at);
    // A DATE and an INTERVAL make a DATETIME, whatever the part.
    const type = moment.type.kind === 'DATE' ? DATETIME : moment.type;
    const sql = coerce(moment, type) ?? moment.sql;
    return derived(addInterval(sql, amount.sql, interval.part, type, sign), type, [moment, amount]);
  }
  if (!mayBeDate(left) && !mayBeDate(right)) return undefined;
  const [a, b] = [expression(left, scope), expression(right, scope)];
  const day = { name: 'DAY', at: node.at };
  if (a.type.kind === 'DATE' && b.type.kind === 'INT64')
    return derived(addInterval(a.sql, b.sql, day, DATE, sign), DATE, [a, b]);
  if (a.type.kind === 'INT64' && b.type.kind === 'DATE' && operator === '+')
    return derived(addInterval(b.sql, a.sql, day, DATE, 1), DATE, [a, b]);
  if (a.type.kind === 'DATE' && b.type.kind === 'DATE')
    throw new UnsupportedSql(`DATE - DATE (${place(node.at)})`);
  return undefined;
}

/** Numbers, and sums of them, need not be asked. */
function mayBeDate(node: Expression): boolean {
  return !['integer', 'float', 'string', 'null', 'boolean'].includes(node.node);
}
