/** The select list: what `*` stands for, and the names of the result's columns. */
import type { Expression, SelectItem } from './ast.ts';
import { fieldOf } from './coercion.ts';
import { expression } from './expression.ts';
import { groupedColumn, groupedItem } from './grouping.ts';
import { resolvePath } from './paths.ts';
import { type Column, columnValue, lower, type Range, type Scope } from './scope.ts';
import { duckField } from './types.ts';
import { invalid, type Value } from './value.ts';

export interface Item {
  /** The name in the result, if it has one. */
  alias: string | undefined;
  /** What the alias means elsewhere; not of `*`. */
  node?: Expression;
  value: Value;
  /** Unique in the list. */
  sqlName: string;
}

export function selectItems(nodes: readonly SelectItem[], scope: Scope): Item[] {
  const taken = new Set<string>();
  return nodes
    .flatMap((node) => (node.kind === 'star' ? star(node, scope) : [single(node, scope)]))
    .map((item) => ({ ...item, sqlName: uniqueName(item.alias ?? 'f0_', taken) }));
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let count = 1; taken.has(lower(unique)); count++)
    unique = name === 'f0_' ? `f${count}_` : `${name}_${count}`;
  taken.add(lower(unique));
  return unique;
}

type Unnamed = Omit<Item, 'sqlName'>;

function single(node: Extract<SelectItem, { kind: 'value' }>, scope: Scope): Unnamed {
  const key = scope.grouping && groupedItem(node.value, scope.grouping);
  const value = key ?? expression(node.value, scope);
  const alias = node.alias?.name ?? impliedName(node.value);
  return { alias, node: node.value, value };
}

/** A path and a field access give their last name to the column. */
function impliedName(node: Expression): string | undefined {
  if (node.node === 'path') return node.parts.at(-1)?.name;
  return node.node === 'field' ? node.name : undefined;
}

function star(node: Extract<SelectItem, { kind: 'star' }>, scope: Scope): Unnamed[] {
  const columns = node.base ? columnsOf(node.base, scope) : allColumns(node, scope);
  const names = columns.map(({ alias }) => lower(alias ?? ''));
  for (const { name, at } of node.except)
    if (!names.includes(lower(name)))
      throw invalid(`Column ${name} in SELECT * EXCEPT list does not exist`, at);
  const except = new Set(node.except.map(({ name }) => lower(name)));
  for (const { name } of node.replace)
    if (!names.includes(lower(name.name)))
      throw invalid(`Column ${name.name} in SELECT * REPLACE list does not exist`, name.at);
  const kept = columns.filter(({ alias }) => !except.has(lower(alias ?? '')));
  if (kept.length === 0) throw invalid('SELECT * EXCEPT list excludes every column', node.at);
  return kept.map((item) => {
    const replacement = node.replace.find(({ name }) => lower(name.name) === lower(item.alias ?? ''));
    return replacement ? { ...item, value: expression(replacement.value, scope) } : item;
  });
}

/** `t.*`, `s.*` */
function columnsOf(base: Expression, scope: Scope): Unnamed[] {
  if (base.node === 'path' && base.parts.length === 1) {
    const name = lower(base.parts[0]?.name ?? '');
    const range = scope.ranges.find(({ alias }) => alias !== undefined && lower(alias) === name);
    if (range) return rangeColumns(range, scope);
  }
  const value = base.node === 'path' ? resolvePath(base, scope) : expression(base, scope);
  return structFields(value, base.at);
}

function structFields(value: Value, at: Expression['at']): Unnamed[] {
  if (value.type.kind !== 'STRUCT')
    throw invalid(`Dot-star is not supported for type ${value.type.kind}`, at);
  return value.type.fields.map((field, index) => ({
    alias: field.name ?? duckField(field, index),
    value: { ...fieldOf(value.sql, field, index), constant: value.constant },
  }));
}

function allColumns(node: SelectItem, scope: Scope): Unnamed[] {
  if (scope.ranges.length === 0) throw invalid('SELECT * must have a FROM clause', node.at);
  const merged = new Set(scope.merged.map(({ name }) => lower(name)));
  return [
    ...scope.merged.map((column) => ({ alias: column.name, value: starValue(column, scope) })),
    ...scope.ranges.flatMap((range) =>
      rangeColumns(range, scope).filter(({ alias }) => !merged.has(lower(alias ?? ''))),
    ),
  ];
}

function rangeColumns(range: Range, scope: Scope): Unnamed[] {
  const { element } = range;
  // An array of structs brings their fields; one of scalars the element, by the alias.
  if (element && range.columns.length === 0)
    return [{ alias: range.alias, value: starValue(element, scope) }];
  return range.columns
    .filter(({ isPseudo }) => !isPseudo)
    .map((column) => ({ alias: column.name || undefined, value: starValue(column, scope) }));
}

function starValue(column: Column, scope: Scope): Value {
  const value = columnValue(column);
  if (!scope.grouping) return value;
  return groupedColumn(value, [], [{ name: column.name, at: { line: 1, column: 1 } }], scope.grouping);
}
