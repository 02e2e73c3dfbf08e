/** https://cloud.google.com/bigquery/docs/reference/standard-sql/conditional_expressions */

import type { Call, Expression } from './ast.ts';
import { castTo } from './casts.ts';
import { coerce, supertype } from './coercion.ts';
import { expression } from './expression.ts';
import type { Position } from './lexer.ts';
import { asBool, compare } from './operators.ts';
import { resolveType } from './parse-type.ts';
import type { Scope } from './scope.ts';
import { INT64, NULL_TYPE, type Type } from './types.ts';
import { constant, derived, noSignature, type Value } from './value.ts';

type Of<Name extends Expression['node']> = Extract<Expression, { node: Name }>;

/** The type of a result that may be any of them, and each of them as it. */
function unify(values: readonly Value[], what: string, at: Position): { type: Type; sqls: string[] } {
  const type = supertype(values);
  if (type === undefined) throw noSignature(what, values, at);
  const target = type.kind === 'NULL' ? INT64 : type;
  const sqls = values.map((value) => coerce(value, target) ?? value.sql);
  return { type: type.kind === 'NULL' ? NULL_TYPE : type, sqls };
}

export function caseExpression(node: Of<'case'>, scope: Scope): Value {
  const operand = node.operand && expression(node.operand, scope);
  const whens = node.branches.map(({ when }) => expression(when, scope));
  const thens = node.branches.map(({ result }) => expression(result, scope));
  const otherwise = node.otherwise ? expression(node.otherwise, scope) : constant('NULL', NULL_TYPE);
  const { type, sqls } = unify([...thens, otherwise], 'CASE', node.at);
  const branches = whens.map((when, index) => {
    const test = operand ? compare('=', operand, when, node.at) : asBool(when, 'CASE', node.at);
    return `WHEN ${test} THEN ${sqls[index]}`;
  });
  const from = [...(operand ? [operand] : []), ...whens, ...thens, otherwise];
  return derived(`CASE ${branches.join(' ')} ELSE ${sqls.at(-1)} END`, type, from);
}

export function castExpression(node: Of<'cast'>, scope: Scope): Value {
  const operand = expression(node.operand, scope);
  return castTo(operand, resolveType(node.type), node.safe, node.at);
}

type Special = (call: Call, values: Value[]) => Value | undefined;

/** Conditional functions, of values of any type. `undefined`: not these arguments. */
export const CONDITIONAL_FUNCTIONS: Record<string, Special> = {
  IF: ({ at }, values) => {
    const [test, then, otherwise] = values;
    if (!test || !then || !otherwise || values.length !== 3) return undefined;
    const { type, sqls } = unify([then, otherwise], 'function IF', at);
    return derived(`CASE WHEN ${asBool(test, 'IF', at)} THEN ${sqls[0]} ELSE ${sqls[1]} END`, type, values);
  },
  COALESCE: ({ at }, values) => {
    if (values.length === 0) return undefined;
    const { type, sqls } = unify(values, 'function COALESCE', at);
    return derived(`coalesce(${sqls.join(', ')})`, type, values);
  },
  IFNULL: ({ at }, values) => {
    if (values.length !== 2) return undefined;
    const { type, sqls } = unify(values, 'function IFNULL', at);
    return derived(`coalesce(${sqls.join(', ')})`, type, values);
  },
  NULLIF: ({ at }, values) => {
    const [value, other] = values;
    if (!value || !other || values.length !== 2) return undefined;
    const { type, sqls } = unify(values, 'function NULLIF', at);
    return derived(`CASE WHEN ${compare('=', value, other, at)} THEN NULL ELSE ${sqls[0]} END`, type, values);
  },
  GREATEST: extreme('greatest'),
  LEAST: extreme('least'),
};

/** NULL where any argument is: DuckDB leaves NULLs out. */
function extreme(name: 'greatest' | 'least'): Special {
  return ({ at }, values) => {
    if (values.length === 0) return undefined;
    const { type, sqls } = unify(values, `function ${name.toUpperCase()}`, at);
    if (['JSON', 'ARRAY', 'STRUCT'].includes(type.kind)) return undefined;
    const isNull = sqls.map((sql) => `${sql} IS NULL`).join(' OR ');
    return derived(`CASE WHEN ${isNull} THEN NULL ELSE ${name}(${sqls.join(', ')}) END`, type, values);
  };
}
