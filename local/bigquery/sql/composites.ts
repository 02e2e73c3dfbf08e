/** Values made of others: arrays, structs, and subqueries in an expression's place. */

import type { Expression, InList, SubscriptMode } from './ast.ts';
import { coerce, supertype } from './coercion.ts';
import { expression } from './expression.ts';
import { jsonSubscript } from './json-paths.ts';
import type { Position } from './lexer.ts';
import { compare } from './operators.ts';
import { resolveType } from './parse-type.ts';
import { query } from './query.ts';
import type { QueryResult } from './query-result.ts';
import type { Scope } from './scope.ts';
import {
  BOOL,
  duckField,
  duckType,
  INT64,
  quoteDuck,
  settled,
  type StructField,
  type Type,
  typeName,
} from './types.ts';
import { derived, invalid, noSignature, raise, type Value } from './value.ts';

type Of<Name extends Expression['node']> = Extract<Expression, { node: Name }>;

export function structLiteral(node: Of<'struct'>, scope: Scope): Value {
  const values = node.fields.map(({ value }) => expression(value, scope));
  const wanted = node.type && resolveType(node.type);
  if (wanted?.kind === 'STRUCT') {
    const sqls = wanted.fields.map((field, index) => {
      const value = values[index];
      return value && coerce(value, field.type);
    });
    if (sqls.length !== values.length || !sqls.every((sql) => sql !== undefined))
      throw invalid(`STRUCT constructor does not fit ${typeName(wanted)}`, node.at);
    return derived(pack(wanted.fields, sqls), wanted, values);
  }
  const fields = node.fields.map(({ alias, value }, index): StructField => {
    const name =
      alias ??
      (value.node === 'path' ? value.parts.at(-1)?.name : value.node === 'field' ? value.name : undefined);
    const type = values[index]?.type ?? INT64;
    return name === undefined ? { type } : { name, type };
  });
  return derived(
    pack(
      fields,
      values.map(({ sql, type }) => (type.kind === 'NULL' ? `CAST(NULL AS BIGINT)` : sql)),
    ),
    { kind: 'STRUCT', fields },
    values,
  );
}

export function pack(fields: readonly StructField[], sqls: readonly string[]): string {
  const parts = fields.map((field, index) => `${quoteDuck(duckField(field, index))} := ${sqls[index]}`);
  return `struct_pack(${parts.join(', ')})`;
}

export function arrayLiteral(node: Of<'array'>, scope: Scope): Value {
  const items = node.items.map((item) => expression(item, scope));
  const wanted = node.type && resolveType(node.type);
  if (wanted === undefined && items.length === 0)
    return {
      sql: 'CAST([] AS BIGINT[])',
      type: { kind: 'ARRAY', element: INT64 },
      constant: true,
      isEmptyArray: true,
    };
  const common = wanted?.kind === 'ARRAY' ? wanted.element : supertype(items);
  const element = common && settled(common);
  const sqls = element && items.map((item) => coerce(item, element));
  if (element === undefined || !sqls?.every((sql) => sql !== undefined))
    throw invalid(
      `Array elements of types {${items.map(({ type }) => typeName(type)).join(', ')}} do not have a common supertype`,
      node.at,
    );
  if (element.kind === 'ARRAY') throw invalid('Cannot construct array with element type ARRAY', node.at);
  const type: Type = { kind: 'ARRAY', element };
  return derived(`CAST([${sqls.join(', ')}] AS ${duckType(type)})`, type, items);
}

export function subscript(node: Of<'subscript'>, scope: Scope): Value {
  const base = expression(node.base, scope);
  const index = expression(node.index, scope);
  if (base.type.kind === 'JSON' && node.mode === 'plain') return jsonSubscript(base, index, node.at);
  if (base.type.kind !== 'ARRAY' || index.type.kind !== 'INT64')
    throw noSignature('operator []', [base, index], node.at);
  return derived(elementAt(base, index.sql, node.mode, base.type.element), base.type.element, [base, index]);
}

function elementAt(base: Value, index: string, mode: SubscriptMode, type: Type): string {
  const position = mode.endsWith('ORDINAL') ? index : `(${index} + 1)`;
  // DuckDB counts negative positions from the end; to BigQuery they are out of bounds.
  const outside = `(${position} < 1 OR ${position} > len(${base.sql}))`;
  const answer = mode.startsWith('SAFE')
    ? 'NULL'
    : raise(`'Array index ' || ${index} || ' is out of bounds'`, type);
  return `CASE WHEN ${outside} THEN ${answer} ELSE list_extract(${base.sql}, ${position}) END`;
}

function only(result: QueryResult, at: Position): { sqlName: string; type: Type } {
  const [column] = result.columns;
  if (column === undefined || result.columns.length !== 1)
    throw invalid(
      'Scalar subquery cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values',
      at,
    );
  return column;
}

export function scalarSubquery(node: Of<'subquery'>, scope: Scope): Value {
  const result = query(node.query, scope);
  const { type } = only(result, node.at);
  return { sql: `(${result.sql})`, type, constant: false };
}

export function existsSubquery(node: Of<'subquery'>, scope: Scope): Value {
  return { sql: `EXISTS (${query(node.query, scope).sql})`, type: BOOL, constant: false };
}

/** ARRAY(SELECT …): never NULL; in the order of the query, or of the array that it reads. */
export function arraySubquery(node: Of<'subquery'>, scope: Scope): Value {
  const result = query(node.query, scope, { orderedColumn: true });
  const { sqlName, type } = only(result, node.at);
  if (type.kind === 'ARRAY') throw invalid('Cannot use array subquery with column of type ARRAY', node.at);
  const element = settled(type);
  const order = result.order === undefined ? '' : ` ORDER BY ${result.order}`;
  const alias = quoteDuck(scope.translation.unique('q'));
  const list = `(SELECT list(${alias}.${quoteDuck(sqlName)}${order.replaceAll('"$q"', alias)}) FROM (${result.sql}) AS ${alias})`;
  const array: Type = { kind: 'ARRAY', element };
  return { sql: `coalesce(${list}, CAST([] AS ${duckType(array)}))`, type: array, constant: false };
}

/** Whether it holds for any row; NULL where it holds for none and is NULL for some. */
function anyOf(condition: string, from: string): string {
  const answer = 'CASE WHEN bool_or("c") THEN TRUE WHEN count(*) > count("c") THEN NULL ELSE FALSE END';
  return `(SELECT ${answer} FROM (SELECT ${condition} AS "c" FROM ${from}))`;
}

/** `x IN UNNEST(array)` and `x IN (SELECT …)`. DuckDB joins, so a hundred thousand values are no matter. */
export function inSubquery(
  operand: Value,
  list: Exclude<InList, { kind: 'items' }>,
  scope: Scope,
  at: Position,
): Value {
  const alias = quoteDuck(scope.translation.unique('i'));
  let item: Value;
  let from: string;
  if (list.kind === 'unnest') {
    const array = expression(list.array, scope);
    if (array.type.kind !== 'ARRAY')
      throw invalid(
        `Values referenced in UNNEST must be arrays. UNNEST contains expression of type ${typeName(array.type)}`,
        at,
      );
    item = { sql: `${alias}."v"`, type: array.type.element, constant: false };
    from = `(SELECT unnest(${array.sql}) AS "v") AS ${alias}`;
  } else {
    const result = query(list.query, scope);
    const { sqlName, type } = only(result, at);
    item = { sql: `${alias}.${quoteDuck(sqlName)}`, type, constant: false };
    from = `(${result.sql}) AS ${alias}`;
  }
  const type = supertype([operand, item]);
  const [left, right] = type ? [coerce(operand, type), coerce(item, type)] : [];
  // The comparison says which types can be compared at all.
  const equal = type && compare('=', operand, item, at);
  if (left === undefined || right === undefined) throw noSignature('operator IN', [operand, item], at);
  if (type?.kind === 'STRUCT') return { sql: anyOf(`${equal}`, from), type: BOOL, constant: false };
  const withoutNaN = type?.kind === 'FLOAT64' ? ` WHERE isnan(${right}) IS NOT TRUE` : '';
  return { sql: `(${left} IN (SELECT ${right} FROM ${from}${withoutNaN}))`, type: BOOL, constant: false };
}
