/** DELETE, UPDATE and TRUNCATE: https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax */
import type { CatalogTable } from '../catalog.ts';
import type { Expression, Identifier, Statement, TableName } from './ast.ts';
import { fieldOf } from './coercion.ts';
import { pack } from './composites.ts';
import { SqlError, TARGET_ALIAS, type TranslatedStatement, UnsupportedSql } from './contract.ts';
import { expression } from './expression.ts';
import { type Position, place } from './lexer.ts';
import { asBool } from './operators.ts';
import { splitPath } from './parse-table-path.ts';
import { findPruning } from './pruning.ts';
import { lower, type Scope } from './scope.ts';
import { storable } from './storage.ts';
import { quoteString } from './string-literal.ts';
import { find, newRead, partitionColumns, referenceOf, tableColumn } from './tables.ts';
import type { Translation } from './translation.ts';
import { quoteDuck, type Type, typeName, typeOfField } from './types.ts';
import { invalid, raise, type Value } from './value.ts';

export type StatementParts = Pick<TranslatedStatement, 'statementType' | 'sql' | 'fields'> &
  Partial<TranslatedStatement>;

/** The table that DML changes. */
export function targetTable(node: TableName, translation: Translation): CatalogTable {
  const reference = referenceOf(node, translation);
  const { project, dataset, table: name } = reference;
  if (name.includes('*'))
    throw invalid(
      `Wildcard table \`${project}.${dataset}.${name}\` cannot be the target of a DML statement`,
      node.at,
    );
  const table = find(reference, node, translation);
  if (table.kind === 'VIEW')
    throw new SqlError(
      'invalid',
      `${project}:${dataset}.${name} is not allowed for this operation because it is currently a VIEW.`,
    );
  if (name.startsWith('INFORMATION_SCHEMA.'))
    throw new SqlError('invalid', `${project}:${dataset}.${name} cannot be modified`);
  return table;
}

function targetScope(
  table: CatalogTable,
  node: TableName,
  alias: Identifier | undefined,
  translation: Translation,
): Scope {
  const read = newRead(table, TARGET_ALIAS, translation);
  const columns = [...table.fields.map((field) => tableColumn(field, read)), ...partitionColumns(read)];
  const range = { alias: alias?.name ?? splitPath(node.path).at(-1), columns };
  return { translation, ranges: [range], merged: [], ctes: new Map() };
}

function reference({ project, dataset, table }: CatalogTable) {
  return { project, dataset, table };
}

export function deleteStatement(
  node: Extract<Statement, { kind: 'delete' }>,
  translation: Translation,
): StatementParts {
  const table = targetTable(node.target, translation);
  const scope = targetScope(table, node.target, node.alias, translation);
  const condition = asBool(expression(node.where, scope), 'WHERE', node.where.at);
  findPruning([node.where], scope);
  return {
    statementType: 'DELETE',
    sql: `DELETE FROM ${table.duckName} AS ${TARGET_ALIAS} WHERE ${condition}`,
    target: reference(table),
    targetCondition: condition,
    fields: [],
  };
}

export function truncateStatement(
  node: Extract<Statement, { kind: 'truncate' }>,
  translation: Translation,
): StatementParts {
  const table = targetTable(node.target, translation);
  return {
    statementType: 'TRUNCATE_TABLE',
    sql: `DELETE FROM ${table.duckName}`,
    target: reference(table),
    targetCondition: 'TRUE',
    fields: [],
  };
}

interface Assignment {
  /** Below the column. */
  path: Identifier[];
  value: Expression;
}

export function updateStatement(
  node: Extract<Statement, { kind: 'update' }>,
  translation: Translation,
): StatementParts {
  const table = targetTable(node.target, translation);
  const scope = targetScope(table, node.target, node.alias, translation);
  const condition = asBool(expression(node.where, scope), 'WHERE', node.where.at);
  findPruning([node.where], scope);
  const byColumn = new Map<string, { name: string; type: Type; assignments: Assignment[] }>();
  for (const { path, value } of node.set) {
    const [first, ...rest] = withoutAlias(path, scope, table);
    if (first === undefined) throw new Error('a path has a first part');
    const field = table.fields.find(({ name }) => lower(name) === lower(first.name));
    if (/^_partition(?:time|date)$/i.test(first.name))
      throw new UnsupportedSql(`SET ${first.name} (${place(first.at)})`);
    if (field === undefined) throw invalid(`Unrecognized name: ${first.name}`, first.at);
    const entry = byColumn.get(field.name) ?? { name: field.name, type: typeOfField(field), assignments: [] };
    entry.assignments.push({ path: rest, value });
    byColumn.set(field.name, entry);
  }
  const sets = [...byColumn.values()].map(({ name, type, assignments }) => {
    const current = { sql: `${TARGET_ALIAS}.${quoteDuck(name)}`, type, constant: false };
    if (assignments.some(({ path }) => path.length > 0)) readsColumn(scope, name);
    return `${quoteDuck(name)} = ${assigned(current, assignments, name, scope)}`;
  });
  return {
    statementType: 'UPDATE',
    sql: `UPDATE ${table.duckName} AS ${TARGET_ALIAS} SET ${sets.join(', ')} WHERE ${condition}`,
    target: reference(table),
    targetCondition: condition,
    fields: [],
  };
}

/** `SET t.col = …`: the alias may stand before the column. */
function withoutAlias(path: Identifier[], scope: Scope, { fields }: CatalogTable): Identifier[] {
  const [first, second] = path;
  const isColumn = fields.some(({ name }) => lower(name) === lower(first?.name ?? ''));
  const isAlias = lower(scope.ranges[0]?.alias ?? '') === lower(first?.name ?? '');
  return isAlias && second !== undefined && !isColumn ? path.slice(1) : path;
}

function readsColumn(scope: Scope, name: string): void {
  scope.ranges[0]?.columns.find((column) => column.name === name)?.use?.();
}

/** The new value: the expression, or the old STRUCT with some fields changed. */
function assigned(current: Value, assignments: readonly Assignment[], name: string, scope: Scope): string {
  const [first] = assignments;
  const whole = assignments.find(({ path }) => path.length === 0);
  if (whole) {
    if (assignments.length > 1) throw overlap(name, whole.value.at);
    const value = expression(whole.value, scope);
    // A column's own arrays are storable as they are.
    return storable(value, current.type, name, whole.value.at);
  }
  const at = first?.path[0]?.at ?? { line: 1, column: 1 };
  const { type } = current;
  if (type.kind !== 'STRUCT')
    throw invalid(`Cannot access field ${first?.path[0]?.name} on a value with type ${typeName(type)}`, at);
  for (const { path } of assignments)
    if (!type.fields.some((field) => lower(field.name ?? '') === lower(path[0]?.name ?? '')))
      throw invalid(`Field name ${path[0]?.name} does not exist in ${typeName(type)}`, path[0]?.at ?? at);
  const fields = type.fields.map((field, index) => {
    const own = assignments.filter(({ path }) => lower(path[0]?.name ?? '') === lower(field.name ?? ''));
    const value = fieldOf(current.sql, field, index);
    if (own.length === 0) return value.sql;
    const below = own.map(({ path, value: set }) => ({ path: path.slice(1), value: set }));
    return assigned(value, below, `${name}.${field.name}`, scope);
  });
  // The reference implementation does not make a STRUCT where there is none.
  const error = raise(quoteString(`Cannot set field of NULL ${typeName(type)}`), type);
  return `CASE WHEN ${current.sql} IS NULL THEN ${error} ELSE ${pack(type.fields, fields)} END`;
}

function overlap(name: string, at: Position): SqlError {
  return invalid(`Update item ${name} assigned more than once`, at);
}
