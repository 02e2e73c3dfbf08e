/**
 * WITH RECURSIVE: https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#recursive_cte
 * Each step of a UNION ALL is counted, because BigQuery ends a query that does not end by itself; DuckDB would go on.
 */
import { hasAggregate } from './aggregate-calls.ts';
import type { Expression, FromItem, Query, QueryBody, Select } from './ast.ts';
import { coerce } from './coercion.ts';
import { SqlError, UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { query } from './query.ts';
import type { OutputColumn, QueryResult } from './query-result.ts';
import { mentions } from './recursive-order.ts';
import { type Cte, childScope, lower, type Scope } from './scope.ts';
import { select } from './select.ts';
import { duckType, INT64, quoteDuck, settled, typeName } from './types.ts';
import { invalid, raise } from './value.ts';

/** https://cloud.google.com/bigquery/docs/recursive-ctes */
const ITERATIONS_MAX = 500;
/** No column of a query can have this name. */
export const DEPTH = '$depth';

interface Terms {
  base: Query;
  step: Select;
  isDistinct: boolean;
}

/** The SQL of the entry; in its own second term it is already known. */
export function recursiveEntry(
  name: string,
  node: Query,
  sqlName: string,
  scope: Scope,
): Cte & { sql: string } {
  const { base, step, isDistinct } = terms(name, node);
  const first = query(base, scope);
  const columns = first.columns.map(
    (column): OutputColumn => ({
      ...column,
      type: settled(column.type),
    }),
  );
  if (first.isValueTable) throw new UnsupportedSql(`a recursive query of values (${place(node.at)})`);
  if (isDistinct)
    for (const { type } of columns)
      if (['JSON', 'ARRAY', 'STRUCT'].includes(type.kind))
        throw invalid(`Column of type ${typeName(type)} cannot be in a recursive UNION DISTINCT`, node.at);
  const result: QueryResult = { sql: '', columns, isValueTable: false };
  const cte: Cte = { sqlName, result, ...(!isDistinct && { hasDepth: true }) };
  const inner: Scope = { ...childScope(scope), ctes: new Map(scope.ctes).set(lower(name), cte) };
  const next = select(isDistinct ? step : counted(step, name), inner, { orderBy: [], limit: '' });
  const sql = isDistinct
    ? `${rows(first, columns, node)} UNION ${rows(next, columns, node)}`
    : `${rows(first, columns, node, 'CAST(0 AS BIGINT)')} UNION ALL ${rows(next, columns, node, checkedDepth())}`;
  return { ...cte, sql };
}

function terms(name: string, node: Query): Terms {
  if (node.with.length > 0) throw new UnsupportedSql(`WITH inside of a recursive query (${place(node.at)})`);
  if (node.orderBy.length > 0) throw invalid('A recursive query may not use ORDER BY', node.at);
  if (node.limit) throw invalid('A recursive query may not use LIMIT', node.at);
  const { body } = node;
  if (body.kind === 'query') return terms(name, body.query);
  if (body.kind !== 'set' || !body.operator.startsWith('UNION'))
    throw invalid(
      'Recursive query does not have the form <non-recursive-term> UNION [ALL|DISTINCT] <recursive-term>',
      node.at,
    );
  const before = body.branches.slice(0, -1);
  if (before.some((branch) => mentions(branch, name) > 0))
    throw invalid('Recursive reference is not allowed in non-recursive UNION term', node.at);
  const [only] = before;
  const whole: QueryBody = before.length === 1 && only ? only : { ...body, branches: before };
  return {
    base: { with: [], body: whole, orderBy: [], at: node.at },
    step: stepOf(name, body.branches.at(-1), node),
    isDistinct: body.operator === 'UNION DISTINCT',
  };
}

function stepOf(name: string, branch: QueryBody | undefined, node: Query): Select {
  if (branch?.kind === 'query') {
    const { with: entries, orderBy, limit, body } = branch.query;
    if (limit) throw invalid('A query containing a recursive reference may not use a LIMIT clause', node.at);
    if (entries.length > 0 || orderBy.length > 0)
      throw new UnsupportedSql(`WITH or ORDER BY in a recursive term (${place(branch.query.at)})`);
    return stepOf(name, body, node);
  }
  if (branch?.kind !== 'select' || branch.as)
    throw new UnsupportedSql(`a recursive term of that form (${place(node.at)})`);
  if (mentions(branch, name) > 1)
    throw invalid(`Multiple recursive references to table '${name}' are not allowed`, node.at);
  if (branch.distinct || branch.groupBy || hasAggregate([branch.items, branch.having]))
    throw invalid(
      'A subquery containing a recursive reference may not use DISTINCT, GROUP BY, or any aggregate function',
      branch.at,
    );
  if (hasWindow([branch.items, branch.qualify]))
    throw invalid('A subquery containing a recursive reference may not use an analytic function', branch.at);
  if (branch.from === undefined || reference(branch.from, name) === undefined)
    throw new UnsupportedSql(`a recursive reference inside of a subquery (${place(branch.at)})`);
  return branch;
}

function hasWindow(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasWindow);
  if (typeof node !== 'object' || node === null) return false;
  return ('over' in node && node.over !== undefined) || Object.values(node).some(hasWindow);
}

/** The name by which the FROM clause itself brings the recursive table. */
function reference(item: FromItem, name: string): string | undefined {
  if (item.kind === 'table') {
    const [first, ...rest] = item.path;
    if (rest.length > 0 || lower(first?.name ?? '') !== lower(name)) return undefined;
    return item.alias?.name ?? first?.name;
  }
  if (item.kind !== 'join') return undefined;
  const [left, right] = [reference(item.left, name), reference(item.right, name)];
  const isOptional =
    item.type === 'FULL' ||
    (item.type === 'LEFT' && right !== undefined) ||
    (item.type === 'RIGHT' && left !== undefined);
  if (isOptional && (left ?? right) !== undefined)
    throw invalid(
      `A query containing a recursive reference may not be used as that operand of a ${item.type} JOIN`,
      item.at,
    );
  return left ?? right;
}

/** The step with one column more: how many steps it is away from the base. */
function counted(step: Select, name: string): Select {
  const { at } = step;
  const alias = step.from && reference(step.from, name);
  const parts = [alias ?? name, DEPTH].map((part) => ({ name: part, at }));
  const before: Expression = { node: 'path', parts, at };
  const value: Expression = {
    node: 'binary',
    operator: '+',
    left: before,
    right: { node: 'integer', value: '1', at },
    at,
  };
  return { ...step, items: [...step.items, { kind: 'value', value, alias: { name: DEPTH, at }, at }] };
}

function checkedDepth(): string {
  const message = `A recursive CTE has reached the maximum number of iterations: ${ITERATIONS_MAX}`;
  const depth = `"b".${quoteDuck(DEPTH)}`;
  return `CASE WHEN ${depth} > ${ITERATIONS_MAX} THEN ${raise(`'${message}'`, INT64)} ELSE ${depth} END`;
}

/** A term with the base's columns: the step must fit them, they do not adapt to it. */
function rows(term: QueryResult, columns: readonly OutputColumn[], node: Query, depth?: string): string {
  const own = term.columns.filter(({ name }) => name !== DEPTH);
  if (own.length !== columns.length)
    throw new SqlError(
      'invalidQuery',
      `Queries in a recursive UNION have mismatched column count at ${place(node.at)}`,
    );
  const items = columns.map(({ type, sqlName }, index) => {
    const source = own[index];
    if (source === undefined) throw new Error('terms have as many columns');
    const value = { sql: `"b".${quoteDuck(source.sqlName)}`, type: source.type, constant: false };
    const sql = coerce(value, type);
    if (sql === undefined)
      throw invalid(
        `Cannot coerce column ${index + 1} of recursive term (${typeName(source.type)}) to column type in non-recursive term (${typeName(type)})`,
        node.at,
      );
    return `CAST(${sql} AS ${duckType(type)}) AS ${quoteDuck(sqlName)}`;
  });
  if (depth !== undefined) items.push(`${depth} AS ${quoteDuck(DEPTH)}`);
  return `SELECT ${items.join(', ')} FROM (${term.sql}) AS "b"`;
}
