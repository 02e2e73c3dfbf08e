/** Queries: WITH, set operations, ORDER BY and LIMIT around a SELECT. */

import type { Expression, OrderItem, Query, QueryBody } from './ast.ts';
import { coerce, supertype } from './coercion.ts';
import { UnsupportedSql } from './contract.ts';
import { expression } from './expression.ts';
import { type Position, place } from './lexer.ts';
import { orderTerm } from './order-by.ts';
import type { OutputColumn, QueryResult } from './query-result.ts';
import { recursiveEntry } from './recursive.ts';
import { inOrder, mentions } from './recursive-order.ts';
import { childScope, lower, type Scope } from './scope.ts';
import { select } from './select.ts';
import { quoteDuck, settled, type Type, typeName } from './types.ts';
import { invalid, type Value } from './value.ts';

export interface QueryWishes {
  /** Say by what the rows are in order: for ARRAY(SELECT …), whose order a subquery would lose. */
  orderedColumn?: boolean;
}

export function query(node: Query, parent: Scope, wishes: QueryWishes = {}): QueryResult {
  const scope = childScope(parent);
  const prefix = withClause(node, scope);
  const result = body(node, scope, wishes);
  return { ...result, sql: `${prefix}${result.sql}` };
}

function body(node: Query, scope: Scope, wishes: QueryWishes): QueryResult {
  const limit = limitClause(node, scope);
  if (node.body.kind === 'select')
    return select(node.body, scope, { orderBy: node.orderBy, limit, ...wishes });
  const result = queryBody(node.body, scope);
  if (node.orderBy.length === 0 && limit === '') return result;
  if (wishes.orderedColumn && node.orderBy.length > 0)
    throw new UnsupportedSql(`ORDER BY of a set operation in ARRAY (${place(node.at)})`);
  const order = node.orderBy.map((item) => outputTerm(item, result.columns, scope));
  const clause = order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '';
  return { ...result, sql: `SELECT * FROM (${result.sql}) AS "s"${clause}${limit}` };
}

function withClause(node: Query, scope: Scope): string {
  if (node.with.length === 0) return '';
  scope.ctes = new Map(scope.ctes);
  const parts = (node.isRecursive ? inOrder(node.with) : node.with).map(({ name, query: inner }) => {
    const sqlName = quoteDuck(scope.translation.unique('w'));
    if (node.isRecursive && mentions(inner, name.name) > 0) {
      const { result, sql } = recursiveEntry(name.name, inner, sqlName, scope);
      scope.ctes.set(lower(name.name), { sqlName, result });
      return `${sqlName} AS (${sql})`;
    }
    const result = query(inner, scope);
    scope.ctes.set(lower(name.name), { sqlName, result });
    return `${sqlName} AS (${result.sql})`;
  });
  return `WITH ${node.isRecursive ? 'RECURSIVE ' : ''}${parts.join(', ')} `;
}

function limitClause({ limit, offset }: Query, scope: Scope): string {
  const parts: string[] = [];
  if (limit) parts.push(` LIMIT ${countOf(limit, 'LIMIT', scope)}`);
  if (offset) parts.push(` OFFSET ${countOf(offset, 'OFFSET', scope)}`);
  return parts.join('');
}

function countOf(node: Expression, what: string, scope: Scope): string {
  const { sql, type } = expression(node, { ...scope, ranges: [] });
  const isCount = (node.node === 'integer' && !node.value.startsWith('-')) || node.node === 'parameter';
  if (!isCount || type.kind !== 'INT64')
    throw invalid(`${what} expects an integer literal or parameter`, node.at);
  return sql;
}

/** ORDER BY where only the result's columns can be named. */
function outputTerm(item: OrderItem, columns: readonly OutputColumn[], scope: Scope): string {
  const ordinal = ordinalOf(item.value, columns.length, 'ORDER BY');
  const range = {
    alias: undefined,
    columns: columns.map(({ name, type, sqlName }) => ({ name: name ?? '', type, sql: quoteDuck(sqlName) })),
  };
  const column = ordinal === undefined ? undefined : columns[ordinal];
  const value: Value = column
    ? { sql: quoteDuck(column.sqlName), type: column.type, constant: false }
    : expression(item.value, { ...scope, ranges: [range] });
  return orderTerm(item, value);
}

/** The index that `ORDER BY 2` and `GROUP BY 2` mean. */
export function ordinalOf(node: Expression, count: number, clause: string): number | undefined {
  if (node.node !== 'integer') return undefined;
  const ordinal = Number(node.value);
  if (ordinal < 1 || ordinal > count)
    throw invalid(`${clause} column number item is out of range: ${ordinal}`, node.at);
  return ordinal - 1;
}

function queryBody(node: QueryBody, scope: Scope): QueryResult {
  if (node.kind === 'query') return query(node.query, scope);
  if (node.kind === 'select') return select(node, childScope(scope), { orderBy: [], limit: '' });
  const branches = node.branches.map((branch) => queryBody(branch, childScope(scope)));
  const [first] = branches;
  if (first === undefined) throw new Error('a set operation has branches');
  const columns = first.columns.map((column, index): OutputColumn => {
    const type = columnType(branches, index, node.operator, node.at);
    if (node.operator !== 'UNION ALL' && ['JSON', 'ARRAY', 'STRUCT'].includes(type.kind))
      throw invalid(
        `Column ${index + 1} in ${node.operator} has type that does not support set operation comparisons: ${typeName(type)}`,
        node.at,
      );
    return { ...column, type };
  });
  const operator = node.operator.replace(' DISTINCT', '');
  const sqls = branches.map((branch) => asColumns(branch, columns));
  return { sql: sqls.join(` ${operator} `), columns, isValueTable: first.isValueTable };
}

function columnType(branches: readonly QueryResult[], index: number, operator: string, at: Position): Type {
  const values = branches.map(({ columns }): Value => {
    const type = columns[index]?.type;
    if (type === undefined || columns.length !== branches[0]?.columns.length)
      throw invalid(`Queries in ${operator} have mismatched column count`, at);
    return { sql: '', type, constant: false };
  });
  const type = supertype(values);
  if (type === undefined) {
    const types = values.map((value) => typeName(value.type)).join(', ');
    throw invalid(`Column ${index + 1} in ${operator} has incompatible types: ${types}`, at);
  }
  return settled(type);
}

/** The branch with the columns' types and names, by position. */
function asColumns(branch: QueryResult, columns: readonly OutputColumn[]): string {
  const items = columns.map(({ type, sqlName }, index) => {
    const source = branch.columns[index];
    if (source === undefined) throw new Error('branches have as many columns');
    const value = { sql: `"b".${quoteDuck(source.sqlName)}`, type: source.type, constant: false };
    return `${coerce(value, type)} AS ${quoteDuck(sqlName)}`;
  });
  return `(SELECT ${items.join(', ')} FROM (${branch.sql}) AS "b")`;
}
