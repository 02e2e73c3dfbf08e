/** https://cloud.google.com/bigquery/docs/reference/standard-sql/window-function-calls */
import { aggregateSql, isKnownAggregate } from './aggregate-calls.ts';
import type { Call, FrameBound, Window } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { expression } from './expression.ts';
import { place } from './lexer.ts';
import { orderBy } from './order-by.ts';
import { lower, type Scope } from './scope.ts';
import { FLOAT64, INT64, type Type, typeName } from './types.ts';
import { invalid, noSignature, type Value } from './value.ts';

const NUMBERING: Record<string, Type> = {
  ROW_NUMBER: INT64,
  RANK: INT64,
  DENSE_RANK: INT64,
  PERCENT_RANK: FLOAT64,
  CUME_DIST: FLOAT64,
  NTILE: INT64,
};
const NAVIGATION = ['LAG', 'LEAD', 'FIRST_VALUE', 'LAST_VALUE', 'NTH_VALUE'];

export function windowCall(node: Call, scope: Scope): Value {
  const { name, at } = node;
  const window = windowOf(node, scope);
  const over = ` OVER (${windowSql(window, scope)})`;
  if (isKnownAggregate(name)) {
    if (node.distinct && window.orderBy.length > 0)
      throw invalid('Window ORDER BY is not allowed if DISTINCT is specified', at);
    const { sql, type } = aggregateSql(node, scope, over);
    return { sql, type, constant: false };
  }
  const type = NUMBERING[name];
  if (type === undefined && !NAVIGATION.includes(name))
    throw new UnsupportedSql(`${name} over a window (${place(at)})`);
  if (
    node.distinct ||
    node.safe ||
    node.star ||
    node.orderBy.length > 0 ||
    node.limit ||
    node.namedArgs.length > 0
  )
    throw new UnsupportedSql(`such a call of ${name} (${place(at)})`);
  const values = node.args.map((arg) => expression(arg, scope));
  if (type) {
    if (node.nulls || values.length !== (name === 'NTILE' ? 1 : 0))
      throw noSignature(`function ${name}`, values, at);
    return {
      sql: `CAST(${lower(name)}(${values.map(({ sql }) => sql).join(', ')})${over} AS ${type === INT64 ? 'BIGINT' : 'DOUBLE'})`,
      type,
      constant: false,
    };
  }
  return navigation(node, values, over);
}

function navigation(node: Call, values: Value[], over: string): Value {
  const { name, at } = node;
  const [value] = values;
  const counts: Record<string, [number, number]> = { LAG: [1, 3], LEAD: [1, 3], NTH_VALUE: [2, 2] };
  const [least, most] = counts[name] ?? [1, 1];
  if (!value || values.length < least || values.length > most)
    throw noSignature(`function ${name}`, values, at);
  const [, offset, fallback] = values;
  if (offset && offset.type.kind !== 'INT64') throw noSignature(`function ${name}`, values, at);
  if (fallback && fallback.type.kind !== value.type.kind && fallback.type.kind !== 'NULL')
    throw noSignature(`function ${name}`, values, at);
  const nulls = node.nulls === 'IGNORE' ? ' IGNORE NULLS' : '';
  const args = values.map(({ sql }) => sql).join(', ');
  return { sql: `${lower(name)}(${args}${nulls})${over}`, type: value.type, constant: false };
}

function windowOf({ over }: Call, scope: Scope): Window {
  if (over === undefined) throw new Error('a window call has a window');
  if (!('reference' in over)) return over;
  const window = scope.windows?.get(lower(over.reference.name));
  if (window === undefined)
    throw invalid(`Unrecognized window alias ${over.reference.name}`, over.reference.at);
  return window;
}

function windowSql(window: Window, scope: Scope): string {
  const parts: string[] = [];
  if (window.partitionBy.length > 0) {
    const keys = window.partitionBy.map((node) => {
      const { sql, type } = expression(node, scope);
      if (['JSON', 'ARRAY', 'STRUCT', 'FLOAT64'].includes(type.kind))
        throw invalid(`Partitioning by expressions of type ${typeName(type)} is not allowed`, node.at);
      return sql;
    });
    parts.push(`PARTITION BY ${keys.join(', ')}`);
  }
  if (window.orderBy.length > 0) parts.push(`ORDER BY ${orderBy(window.orderBy, scope)}`);
  const { frame } = window;
  if (!frame) return parts.join(' ');
  const from = bound(frame.from, scope);
  parts.push(
    frame.to ? `${frame.unit} BETWEEN ${from} AND ${bound(frame.to, scope)}` : `${frame.unit} ${from}`,
  );
  return parts.join(' ');
}

function bound({ kind, amount }: FrameBound, scope: Scope): string {
  return amount ? `${expression(amount, scope).sql} ${kind}` : kind;
}
