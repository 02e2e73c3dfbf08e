/** https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate_functions */
import type { Call, Expression } from './ast.ts';
import { coerce } from './coercion.ts';
import { UnsupportedSql } from './contract.ts';
import { expression } from './expression.ts';
import { groupedAggregate } from './grouping.ts';
import { place } from './lexer.ts';
import { orderBy } from './order-by.ts';
import type { Scope } from './scope.ts';
import { quoteString } from './string-literal.ts';
import { BOOL, duckType, FLOAT64, INT64, NUMERIC, settled, STRING, type Type } from './types.ts';
import { invalid, noSignature, raise, type Value } from './value.ts';

interface Aggregate {
  sql: string;
  type: Type;
}

/** What an aggregate is made of: its arguments, and what stands behind it (`FILTER (…) OVER (…)`). */
interface Parts {
  node: Call;
  values: Value[];
  distinct: string;
  order: string;
  /** With a condition more than the call's own, if any. */
  tail: (filter?: string) => string;
}

type Build = (parts: Parts) => Aggregate | undefined;

const count: Build = ({ node, values, distinct, tail }) => {
  if (node.star) return { sql: `count(*)${tail()}`, type: INT64 };
  const [value] = values;
  if (!value || values.length !== 1) return undefined;
  if (distinct && ['JSON', 'ARRAY', 'STRUCT'].includes(value.type.kind)) return undefined;
  return { sql: `count(${distinct}${value.sql})${tail()}`, type: INT64 };
};

/** Finite numbers make no infinite sum: BigQuery fails. NaN and the infinities themselves do as they like. */
function finite(name: 'sum' | 'avg', distinct: string, sql: string | undefined, tail: Parts['tail']): string {
  const total = `${name}(${distinct}${sql})${tail()}`;
  const error = raise(quoteString('double overflow'), FLOAT64);
  return `CASE WHEN isinf(${total}) AND NOT bool_or(isinf(${sql}))${tail()} THEN ${error} ELSE ${total} END`;
}

const sum: Build = ({ values, distinct, tail }) => {
  const [value] = values;
  const type = value?.type.kind === 'NULL' ? INT64 : value?.type;
  if (!value || !type || !['INT64', 'FLOAT64', 'NUMERIC'].includes(type.kind)) return undefined;
  const added = coerce(value, type);
  if (type.kind === 'FLOAT64') return { sql: finite('sum', distinct, added, tail), type };
  // DuckDB's sum of BIGINT is a HUGEINT; where that is too wide, BigQuery overflows too.
  return { sql: `CAST(sum(${distinct}${added})${tail()} AS ${duckType(type)})`, type };
};

const average: Build = ({ values, distinct, tail }) => {
  const [value] = values;
  if (!value) return undefined;
  if (value.type.kind === 'NUMERIC') {
    const [total, number] = [
      `sum(${distinct}${value.sql})${tail()}`,
      `count(${distinct}${value.sql})${tail()}`,
    ];
    const sql = `CASE WHEN ${number} > 0 THEN CAST(bq_numeric_divide(CAST(${total} AS VARCHAR), CAST(${number} AS VARCHAR)) AS DECIMAL(38,9)) END`;
    return { sql, type: NUMERIC };
  }
  const sql = coerce(value, FLOAT64);
  return sql === undefined ? undefined : { sql: finite('avg', distinct, sql, tail), type: FLOAT64 };
};

function extreme(name: 'min' | 'max'): Build {
  return ({ values, tail }) => {
    const [value] = values;
    if (!value || ['JSON', 'ARRAY', 'STRUCT'].includes(value.type.kind)) return undefined;
    const type = value.type.kind === 'NULL' ? INT64 : value.type;
    const sql = coerce(value, type);
    if (type.kind !== 'FLOAT64' || name === 'max') return { sql: `${name}(${sql})${tail()}`, type };
    // One NaN makes the least value NaN; to DuckDB NaN is the greatest.
    return {
      sql: `CASE WHEN bool_or(isnan(${sql}))${tail()} THEN CAST('NaN' AS DOUBLE) ELSE min(${sql})${tail()} END`,
      type,
    };
  };
}

function logical(name: 'bool_and' | 'bool_or'): Build {
  return ({ values, tail }) => {
    const sql = values[0] && coerce(values[0], BOOL);
    return sql === undefined ? undefined : { sql: `${name}(${sql})${tail()}`, type: BOOL };
  };
}

function slice(list: string, node: Call): string {
  const { limit } = node;
  if (limit === undefined) return list;
  if (limit.node !== 'integer')
    throw new UnsupportedSql(`LIMIT of an aggregate that is no literal (${place(node.at)})`);
  return `list_slice(${list}, 1, ${Number(limit.value)})`;
}

const arrayAgg: Build = ({ node, values, distinct, order, tail }) => {
  const [value] = values;
  if (!value || value.type.kind === 'ARRAY') return undefined;
  const element = settled(value.type);
  const list = `list(${distinct}${coerce(value, element)}${order})${tail(node.nulls === 'IGNORE' ? `${value.sql} IS NOT NULL` : undefined)}`;
  return { sql: slice(list, node), type: { kind: 'ARRAY', element } };
};

const stringAgg: Build = ({ node, values, distinct, order, tail }) => {
  const [value, separator] = values;
  if (!value || values.length > 2) return undefined;
  const sql = coerce(value, STRING);
  const by = separator ? coerce(separator, STRING) : "','";
  if (sql === undefined || by === undefined || (separator && !separator.constant)) return undefined;
  const list = `list(${distinct}${sql}${order})${tail(`${sql} IS NOT NULL`)}`;
  return { sql: `array_to_string(${slice(list, node)}, ${by})`, type: STRING };
};

const AGGREGATES: Record<string, Build> = {
  COUNT: count,
  COUNTIF: ({ values, distinct, tail }) => {
    const sql = values[0] && coerce(values[0], BOOL);
    return sql === undefined || distinct ? undefined : { sql: `count(*)${tail(sql)}`, type: INT64 };
  },
  SUM: sum,
  AVG: average,
  MIN: extreme('min'),
  MAX: extreme('max'),
  ANY_VALUE: ({ values, tail }) => {
    const [value] = values;
    return value && { sql: `any_value(${value.sql})${tail()}`, type: value.type };
  },
  LOGICAL_AND: logical('bool_and'),
  LOGICAL_OR: logical('bool_or'),
  ARRAY_AGG: arrayAgg,
  STRING_AGG: stringAgg,
  ARRAY_CONCAT_AGG: ({ node, values, order, tail }) => {
    const [value] = values;
    if (value?.type.kind !== 'ARRAY') return undefined;
    const lists = `list(${value.sql}${order})${tail(`${value.sql} IS NOT NULL`)}`;
    return { sql: `flatten(${slice(lists, node)})`, type: value.type };
  },
  // Exact counts are within what an approximation may be.
  APPROX_COUNT_DISTINCT: ({ values, tail }) => {
    const [value] = values;
    return value && { sql: `count(DISTINCT ${value.sql})${tail()}`, type: INT64 };
  },
};

/** What only some aggregates take. */
const TAKES_DISTINCT = ['COUNT', 'SUM', 'AVG', 'MIN', 'MAX', 'ARRAY_AGG', 'STRING_AGG', 'COUNTIF'];
const TAKES_ORDER = ['ARRAY_AGG', 'STRING_AGG', 'ARRAY_CONCAT_AGG'];

export function isAggregate(node: Expression): node is Call {
  return node.node === 'call' && AGGREGATES[node.name] !== undefined && node.over === undefined;
}

/** Whether an aggregate is in it; those in subqueries are their own. */
export function hasAggregate(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasAggregate);
  if (typeof node !== 'object' || node === null) return false;
  if ('node' in node && node.node === 'subquery') return false;
  if ('kind' in node && node.kind === 'query') return false;
  if ('node' in node && isAggregate(node as Expression)) return true;
  return Object.values(node).some(hasAggregate);
}

export function aggregateCall(node: Call, scope: Scope): Value {
  const { grouping } = scope;
  if (grouping === undefined) {
    const where = scope.parent?.grouping ? ' here' : '';
    throw invalid(`Aggregate function ${node.name} not allowed${where}`, node.at);
  }
  const { sql, type } = aggregateSql(node, grouping.inner, '');
  return groupedAggregate(sql, type, grouping);
}

/** @param over ` OVER (…)`, or nothing */
export function aggregateSql(node: Call, scope: Scope, over: string): Aggregate {
  const { name, at } = node;
  if (node.safe || node.namedArgs.length > 0)
    throw new UnsupportedSql(`such a call of ${name} (${place(at)})`);
  if (node.star && name !== 'COUNT') throw invalid(`Argument * can only be used in COUNT(*)`, at);
  if (node.distinct && !TAKES_DISTINCT.includes(name))
    throw invalid(`DISTINCT is not allowed in ${name}`, at);
  if ((node.orderBy.length > 0 || node.limit) && !TAKES_ORDER.includes(name))
    throw invalid(`ORDER BY and LIMIT are not allowed in ${name}`, at);
  if (node.nulls && name !== 'ARRAY_AGG')
    throw new UnsupportedSql(`${node.nulls} NULLS in ${name} (${place(at)})`);
  const values = node.args.map((arg) => expression(arg, scope));
  const built = AGGREGATES[name]?.({
    node,
    values,
    distinct: node.distinct ? 'DISTINCT ' : '',
    order: node.orderBy.length > 0 ? ` ORDER BY ${orderBy(node.orderBy, scope)}` : '',
    tail: (filter) => (filter === undefined ? over : ` FILTER (WHERE ${filter})${over}`),
  });
  if (!built) throw noSignature(`aggregate function ${name}`, values, at);
  return built;
}

export const isKnownAggregate = (name: string): boolean => AGGREGATES[name] !== undefined;
