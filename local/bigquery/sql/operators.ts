/** https://cloud.google.com/bigquery/docs/reference/standard-sql/operators */

import type { Expression } from './ast.ts';
import { dateArithmetic } from './call-times.ts';
import { coerce, fieldOf, supertype } from './coercion.ts';
import { inSubquery } from './composites.ts';
import { UnsupportedSql } from './contract.ts';
import { expression } from './expression.ts';
import { type Position, place } from './lexer.ts';
import type { Scope } from './scope.ts';
import { quoteString } from './string-literal.ts';
import { BOOL, FLOAT64, INT64, NULL_TYPE, STRING, type Type, typeName } from './types.ts';
import { derived, invalid, noSignature, nullOf, raise, type Value } from './value.ts';

type Of<Name extends Expression['node']> = Extract<Expression, { node: Name }>;

export function unary(node: Of<'unary'>, scope: Scope): Value {
  const operand = expression(node.operand, scope);
  const { kind } = operand.type;
  const isNumber = ['INT64', 'FLOAT64', 'NUMERIC', 'NULL'].includes(kind);
  switch (node.operator) {
    case 'NOT':
      return derived(`(NOT ${asBool(operand, 'NOT', node.at)})`, BOOL, [operand]);
    case '+':
    case '-':
      if (!isNumber) throw noSignature(`operator ${node.operator}`, [operand], node.at);
      if (node.operator === '+') return operand;
      // The reference implementation's negative of zero is zero.
      return derived(`(${kind === 'FLOAT64' ? '0 ' : ''}-${operand.sql})`, operand.type, [operand]);
    case '~':
      if (kind !== 'INT64') throw noSignature('operator ~', [operand], node.at);
      return derived(`(~${operand.sql})`, INT64, [operand]);
  }
}

export function asBool(value: Value, what: string, at: Position): string {
  const sql = coerce(value, BOOL);
  if (sql === undefined) throw noSignature(`operator ${what}`, [value], at);
  return sql;
}

export function binary(node: Of<'binary'>, scope: Scope): Value {
  const { operator, at } = node;
  if (operator === 'AND' || operator === 'OR') {
    const sides = flatten(node, operator).map((side) => expression(side, scope));
    const sql = sides.map((side) => asBool(side, operator, at)).join(` ${operator} `);
    return derived(`(${sql})`, BOOL, sides);
  }
  const dates = dateArithmetic(node, scope);
  if (dates) return dates;
  const [left, right] = [expression(node.left, scope), expression(node.right, scope)];
  switch (operator) {
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return derived(compare(operator, left, right, at), BOOL, [left, right]);
    case '||':
      return concat(left, right, at);
    case '&':
    case '|':
    case '^':
      if (left.type.kind !== 'INT64' || right.type.kind !== 'INT64')
        throw noSignature(`operator ${operator}`, [left, right], at);
      return derived(
        operator === '^' ? `xor(${left.sql}, ${right.sql})` : `(${left.sql} ${operator} ${right.sql})`,
        INT64,
        [left, right],
      );
    case '+':
    case '-':
    case '*':
    case '/':
      return arithmetic(operator, left, right, at);
    default:
      throw new UnsupportedSql(`operator ${operator} (${place(at)})`);
  }
}

/** `a OR b OR c` as one list: a thousand of them would be a thousand calls deep. */
function flatten(node: Expression, operator: string): Expression[] {
  const parts: Expression[] = [];
  let rest = node;
  while (rest.node === 'binary' && rest.operator === operator) {
    parts.unshift(rest.right);
    rest = rest.left;
  }
  return [rest, ...parts];
}

function arithmetic(operator: '+' | '-' | '*' | '/', left: Value, right: Value, at: Position): Value {
  const common = supertype([left, right]);
  const type = common?.kind === 'NULL' ? INT64 : common;
  if (type === undefined || !['INT64', 'FLOAT64', 'NUMERIC'].includes(type.kind))
    throw noSignature(`operator ${operator}`, [left, right], at);
  const result = operator === '/' && type.kind === 'INT64' ? FLOAT64 : type;
  const [a, b] = [coerce(left, result), coerce(right, result)];
  if (result.kind === 'NUMERIC' && (operator === '*' || operator === '/')) {
    const name = operator === '*' ? 'bq_numeric_multiply' : 'bq_numeric_divide';
    const sql = `CAST(${name}(CAST(${a} AS VARCHAR), CAST(${b} AS VARCHAR)) AS DECIMAL(38,9))`;
    return derived(sql, result, [left, right]);
  }
  // Of numbers that are finite BigQuery makes no infinite one; DuckDB does.
  const sql = result.kind === 'FLOAT64' ? `${FLOATS[operator]}(${a}, ${b})` : `(${a} ${operator} ${b})`;
  return derived(sql, result, [left, right]);
}

const FLOATS = {
  '+': 'bq_float_add',
  '-': 'bq_float_subtract',
  '*': 'bq_float_multiply',
  '/': 'bq_float_divide',
};

function concat(left: Value, right: Value, at: Position): Value {
  const type = supertype([left, right]);
  if (type === undefined || !['STRING', 'BYTES', 'ARRAY'].includes(type.kind))
    throw noSignature('operator ||', [left, right], at);
  const [a, b] = [coerce(left, type), coerce(right, type)];
  if (type.kind !== 'ARRAY') return derived(`(${a} || ${b})`, type, [left, right]);
  // DuckDB takes a NULL list for an empty one.
  const sql = `CASE WHEN ${a} IS NOT NULL AND ${b} IS NOT NULL THEN list_concat(${a}, ${b}) END`;
  return derived(sql, type, [left, right]);
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

export function compare(operator: Comparison, left: Value, right: Value, at: Position): string {
  const common = supertype([left, right]);
  const type = common?.kind === 'NULL' ? INT64 : common;
  if (type === undefined) throw noSignature(`operator ${operator}`, [left, right], at);
  if (type.kind === 'JSON' || type.kind === 'ARRAY')
    throw invalid(
      `${operator === '=' || operator === '!=' ? 'Equality' : 'Less than'} is not defined for arguments of type ${typeName(type)}`,
      at,
    );
  const [a, b] = [coerce(left, type), coerce(right, type)];
  if (a === undefined || b === undefined) throw noSignature(`operator ${operator}`, [left, right], at);
  if (type.kind === 'STRUCT') return compareStructs(operator, a, b, type, at);
  const plain = `(${a} ${operator === '!=' ? '<>' : operator} ${b})`;
  if (type.kind !== 'FLOAT64') return plain;
  return guardNaN(plain, operator, [left.literal ? undefined : a, right.literal ? undefined : b], [a, b]);
}

/** NaN is equal to nothing and in no order with anything; to DuckDB it is the greatest number, equal to itself. */
function guardNaN(
  plain: string,
  operator: Comparison,
  unknown: (string | undefined)[],
  sides: [string, string],
): string {
  const tests = unknown.filter((side) => side !== undefined).map((side) => `isnan(${side})`);
  if (tests.length === 0) return plain;
  const answer = operator === '!=' ? 'TRUE' : 'FALSE';
  const present = sides.map((side) => `${side} IS NOT NULL`).join(' AND ');
  return `CASE WHEN (${tests.join(' OR ')}) AND ${present} THEN ${answer} ELSE ${plain} END`;
}

/** Field by field: DuckDB takes NULL fields for equal. */
function compareStructs(operator: Comparison, a: string, b: string, type: Type, at: Position): string {
  if (type.kind !== 'STRUCT' || (operator !== '=' && operator !== '!='))
    throw invalid(`Less than is not defined for arguments of type ${typeName(type)}`, at);
  const fields = type.fields.map((field, index) =>
    compare('=', fieldOf(a, field, index), fieldOf(b, field, index), at),
  );
  const all = `(${fields.join(' AND ') || 'TRUE'})`;
  const isNull = `${a} IS NULL OR ${b} IS NULL`;
  return `CASE WHEN ${isNull} THEN NULL ELSE ${operator === '=' ? all : `(NOT ${all})`} END`;
}

export function between(node: Of<'between'>, scope: Scope): Value {
  const [operand, low, high] = [node.operand, node.low, node.high].map((one) => expression(one, scope)) as [
    Value,
    Value,
    Value,
  ];
  const sql = `(${compare('>=', operand, low, node.at)} AND ${compare('<=', operand, high, node.at)})`;
  return derived(node.negated ? `(NOT ${sql})` : sql, BOOL, [operand, low, high]);
}

export function like(node: Of<'like'>, scope: Scope): Value {
  const [operand, pattern] = [expression(node.operand, scope), expression(node.pattern, scope)];
  if (node.operand.node === 'null' || node.pattern.node === 'null')
    throw invalid('Operands of LIKE cannot be literal NULL', node.at);
  for (const { type } of [operand, pattern])
    if (type.kind !== 'STRING' && type.kind !== 'NULL')
      throw noSignature('operator LIKE', [operand, pattern], node.at);
  const sql = `(CAST(${operand.sql} AS VARCHAR) ${node.negated ? 'NOT LIKE' : 'LIKE'} ${checkedPattern(pattern, node.pattern.at)} ESCAPE '\\')`;
  return derived(sql, BOOL, [operand, pattern]);
}

const ENDS_WITH_BACKSLASH = String.raw`(?:^|[^\\])(?:\\\\)*\\$`;

/** A backslash at the end escapes nothing: BigQuery fails, where DuckDB may say that it does not match. */
function checkedPattern(pattern: Value, at: Position): string {
  const message = 'LIKE pattern ends with a backslash';
  const sql = `CAST(${pattern.sql} AS VARCHAR)`;
  if (pattern.literal === undefined) {
    const test = `regexp_matches(${sql}, ${quoteString(ENDS_WITH_BACKSLASH)})`;
    return `CASE WHEN ${test} THEN ${raise(quoteString(message), STRING)} ELSE ${sql} END`;
  }
  if (new RegExp(ENDS_WITH_BACKSLASH).test(pattern.literal.text)) throw invalid(message, at);
  return sql;
}

export function distinctFrom(node: Of<'distinct-from'>, scope: Scope): Value {
  const sides = [expression(node.left, scope), expression(node.right, scope)] as const;
  const common = supertype(sides);
  const type = common?.kind === 'NULL' ? NULL_TYPE : common;
  if (type === undefined || ['JSON', 'ARRAY', 'STRUCT'].includes(type.kind))
    throw noSignature('operator IS DISTINCT FROM', sides, node.at);
  const [a, b] = sides.map((side) => (type.kind === 'NULL' ? nullOf(type) : coerce(side, type)));
  return derived(`(${a} IS ${node.negated ? 'NOT ' : ''}DISTINCT FROM ${b})`, BOOL, sides);
}

export function inList(node: Of<'in'>, scope: Scope): Value {
  const operand = expression(node.operand, scope);
  const { list, at } = node;
  const found =
    list.kind === 'items' ? inItems(operand, list.items, scope, at) : inSubquery(operand, list, scope, at);
  return node.negated ? { ...found, sql: `(NOT ${found.sql})` } : found;
}

function inItems(operand: Value, nodes: Expression[], scope: Scope, at: Position): Value {
  const items = nodes.map((item) => expression(item, scope));
  const common = supertype([operand, ...items]);
  const type = common?.kind === 'NULL' ? INT64 : common;
  if (type === undefined || ['JSON', 'ARRAY'].includes(type.kind))
    throw noSignature('operator IN', [operand, ...items], at);
  if (type.kind === 'STRUCT' || type.kind === 'FLOAT64') {
    const equal = items.map((item) => compare('=', operand, item, at));
    return derived(`(${equal.join(' OR ')})`, BOOL, [operand, ...items]);
  }
  const sqls = items.map((item) => coerce(item, type));
  return derived(`(${coerce(operand, type)} IN (${sqls.join(', ')}))`, BOOL, [operand, ...items]);
}
