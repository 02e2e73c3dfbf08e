/** FROM: tables, subqueries, arrays and joins, each under a name of its own in the generated SQL. */

import type { Expression, FromItem, Identifier } from './ast.ts';
import { coerce, fieldOf, supertype } from './coercion.ts';
import { UnsupportedSql } from './contract.ts';
import { expression } from './expression.ts';
import { place } from './lexer.ts';
import { asBool, compare } from './operators.ts';
import { splitPath } from './parse-table-path.ts';
import { findPath } from './paths.ts';
import { query } from './query.ts';
import type { QueryResult } from './query-result.ts';
import { DEPTH } from './recursive.ts';
import { type Column, lower, type Range, type Scope } from './scope.ts';
import { tableRange } from './tables.ts';
import { INT64, quoteDuck, STRING, settled, typeName } from './types.ts';
import { invalid, type Value } from './value.ts';

export interface From {
  sql: string;
  /** What says in which order an array was, where the clause is one array. */
  natural: string | undefined;
  /** Conditions that hold for every row of the result: ON of inner joins. */
  conditions: Expression[];
}

/** Adds the clause's names to the scope. */
export function fromClause(node: FromItem, scope: Scope): From {
  const from = item(node, scope);
  const seen = new Set<string>();
  for (const { alias } of scope.ranges) {
    if (alias === undefined) continue;
    if (seen.has(lower(alias)))
      throw invalid(`Duplicate table alias ${alias} in the same FROM clause`, node.at);
    seen.add(lower(alias));
  }
  return from;
}

function item(node: FromItem, scope: Scope): From {
  switch (node.kind) {
    case 'table':
      return table(node, scope);
    case 'unnest':
      return unnest(node.array, node, scope);
    case 'subquery': {
      const result = query(node.query, { ...scope, ranges: [] });
      const alias = quoteDuck(scope.translation.unique('t'));
      scope.ranges.push(resultRange(result, node.alias?.name, alias));
      return { sql: `(${result.sql}) AS ${alias}`, natural: undefined, conditions: [] };
    }
    case 'join':
      return join(node, scope);
  }
}

export function resultRange(result: QueryResult, alias: string | undefined, sqlAlias: string): Range {
  const columns = result.columns.map(
    ({ name, type, sqlName }): Column => ({
      name: name ?? '',
      type: settled(type),
      sql: `${sqlAlias}.${quoteDuck(sqlName)}`,
    }),
  );
  const [value] = columns;
  return result.isValueTable && value ? elementRange(value, alias) : { alias, columns };
}

/** A range whose rows are values: structs lend it their fields. */
function elementRange(element: Column, alias: string | undefined): Range {
  const { type } = element;
  const fields = type.kind === 'STRUCT' ? type.fields : [];
  const columns = fields.flatMap((field, index): Column[] =>
    field.name === undefined
      ? []
      : [{ name: field.name, type: field.type, sql: fieldOf(element.sql, field, index).sql }],
  );
  return { alias, columns, element };
}

function table(node: Extract<FromItem, { kind: 'table' }>, scope: Scope): From {
  const [first] = node.path;
  // `FROM t, t.array`: a path that begins with a name of this clause.
  const array = node.path.length > 1 || node.offset !== undefined ? findPath(node.path, scope) : undefined;
  if (array) return unnestValue(array, node, node.alias ?? node.path.at(-1), scope);
  if (node.offset !== undefined) throw invalid('WITH OFFSET can only be used with array scans', node.at);
  const cte = node.path.length === 1 && first ? scope.ctes.get(lower(first.name)) : undefined;
  const sqlAlias = quoteDuck(scope.translation.unique('t'));
  if (cte && first) {
    const range = resultRange(cte.result, node.alias?.name ?? first.name, sqlAlias);
    if (cte.hasDepth)
      range.columns.push({
        name: DEPTH,
        type: INT64,
        sql: `${sqlAlias}.${quoteDuck(DEPTH)}`,
        isPseudo: true,
      });
    scope.ranges.push(range);
    return { sql: `${cte.sqlName} AS ${sqlAlias}`, natural: undefined, conditions: [] };
  }
  const alias = node.alias?.name ?? splitPath(node.path).at(-1);
  const { sql, range } = tableRange(node, alias, sqlAlias, scope);
  scope.ranges.push(range);
  return { sql: `${sql} AS ${sqlAlias}`, natural: undefined, conditions: [] };
}

function unnest(array: Expression, node: Extract<FromItem, { kind: 'unnest' }>, scope: Scope): From {
  const alias = node.alias ?? (array.node === 'path' ? array.parts.at(-1) : undefined);
  return unnestValue(expression(array, scope), node, node.alias ? alias : undefined, scope);
}

function unnestValue(
  array: Value,
  node: { offset?: Identifier | true; at: Expression['at'] },
  alias: Identifier | undefined,
  scope: Scope,
): From {
  if (array.type.kind !== 'ARRAY')
    throw invalid(
      `Values referenced in UNNEST must be arrays. UNNEST contains expression of type ${typeName(array.type)}`,
      node.at,
    );
  const sqlAlias = quoteDuck(scope.translation.unique('u'));
  const element: Column = {
    name: alias?.name ?? '',
    type: settled(array.type.element),
    sql: `${sqlAlias}."value"`,
  };
  const range = elementRange(element, alias?.name);
  // Of scalars the alias is also the name of a column, so that `x` and `x.x` are no different things.
  scope.ranges.push(range);
  if (node.offset !== undefined) {
    const name = node.offset === true ? 'offset' : node.offset.name;
    scope.ranges.push({ alias: undefined, columns: [{ name, type: INT64, sql: `${sqlAlias}."offset"` }] });
  }
  const sql = `(SELECT unnest(${array.sql}) AS "value", CAST(generate_subscripts(${array.sql}, 1) - 1 AS BIGINT) AS "offset") AS ${sqlAlias}`;
  return { sql, natural: `${sqlAlias}."offset"`, conditions: [] };
}

function join(node: Extract<FromItem, { kind: 'join' }>, scope: Scope): From {
  const left = item(node.left, scope);
  const leftCount = scope.ranges.length;
  const isCorrelated = isArrayItem(node.right, scope);
  if (isCorrelated && (node.type === 'RIGHT' || node.type === 'FULL'))
    throw invalid(`Array scan is not allowed with ${node.type} JOIN`, node.at);
  const right = item(node.right, scope);
  const natural = undefined;
  const inner = node.type === 'INNER' || node.type === 'CROSS';
  // What may be missing from the result is no condition on it.
  const conditions = [
    ...(node.type === 'RIGHT' || node.type === 'FULL' ? [] : left.conditions),
    ...(inner || node.type === 'RIGHT' ? right.conditions : []),
    ...(inner && node.on ? [node.on] : []),
  ];
  const lateral = isCorrelated ? 'LATERAL ' : '';
  const nested = node.right.kind === 'join' ? `(${right.sql})` : right.sql;
  if (node.type !== 'CROSS' && !node.on && !node.using && !isCorrelated)
    throw invalid('Expected keyword ON or keyword USING', node.at);
  if (node.type === 'CROSS')
    return { sql: `${left.sql} CROSS JOIN ${lateral}${nested}`, natural, conditions };
  const on = node.using
    ? using(node.using, node.type, leftCount, scope)
    : node.on
      ? asBool(expression(node.on, scope), 'ON', node.on.at)
      : 'TRUE';
  return { sql: `${left.sql} ${node.type} JOIN ${lateral}${nested} ON ${on}`, natural, conditions };
}

/** An array reads the rows to its left. */
function isArrayItem(node: FromItem, scope: Scope): boolean {
  if (node.kind === 'unnest') return true;
  return (
    node.kind === 'table' && node.path.length > 1 && findPath(node.path.slice(0, 1), scope) !== undefined
  );
}

/** USING: the columns of both sides become one. */
function using(names: readonly Identifier[], type: string, leftCount: number, scope: Scope): string {
  const conditions = names.map(({ name, at }) => {
    const leftColumn =
      scope.merged.find((column) => lower(column.name) === lower(name)) ??
      sideColumn(scope.ranges.slice(0, leftCount), name, at);
    const rightColumn = sideColumn(scope.ranges.slice(leftCount), name, at);
    leftColumn.use?.();
    rightColumn.use?.();
    const [a, b] = [leftColumn, rightColumn].map(
      (column): Value => ({ sql: column.sql, type: column.type, constant: false }),
    ) as [Value, Value];
    const common = supertype([a, b]) ?? STRING;
    const sql =
      type === 'RIGHT'
        ? b.sql
        : type === 'FULL'
          ? `coalesce(${coerce(a, common)}, ${coerce(b, common)})`
          : a.sql;
    const mergedType = type === 'FULL' ? common : type === 'RIGHT' ? b.type : a.type;
    scope.merged = scope.merged.filter((column) => lower(column.name) !== lower(name));
    scope.merged.push({ name: leftColumn.name, type: mergedType, sql });
    return compare('=', a, b, at);
  });
  return conditions.join(' AND ');
}

function sideColumn(ranges: readonly Range[], name: string, at: Identifier['at']): Column {
  const found = ranges.flatMap(({ columns }) =>
    columns.filter((column) => lower(column.name) === lower(name)),
  );
  if (found.length > 1) throw invalid(`Column ${name} in USING clause is ambiguous`, at);
  const [column] = found;
  if (column === undefined) throw invalid(`Column ${name} in USING clause not found`, at);
  if (column.isPseudo) throw new UnsupportedSql(`USING (${name}) (${place(at)})`);
  return column;
}
