/** Names of columns, rows and their fields. */
import type { Expression, Identifier } from './ast.ts';
import { fieldOf } from './coercion.ts';
import { expression } from './expression.ts';
import { groupedColumn, groupedItem } from './grouping.ts';
import { jsonKey } from './json-paths.ts';
import type { Position } from './lexer.ts';
import { findHere, lower, type Scope } from './scope.ts';
import { typeName } from './types.ts';
import { invalid, type Value } from './value.ts';

export function resolvePath(node: Extract<Expression, { node: 'path' }>, scope: Scope): Value {
  const value = findPath(node.parts, scope);
  if (value) return value;
  const name = node.parts.map((part) => part.name).join('.');
  throw invalid(`Unrecognized name: ${node.parts.length > 1 ? node.parts[0]?.name : name}`, node.at);
}

/** As `resolvePath`, but `undefined` where the first name means nothing. */
export function findPath(parts: readonly Identifier[], from: Scope): Value | undefined {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    const [first] = parts;
    const alias = first && scope.aliases?.get(lower(first.name));
    if (alias) {
      const { aliases: _, ...withoutAliases } = scope;
      const key = scope.grouping && groupedItem(alias, scope.grouping);
      return accessAll(key ?? expression(alias, withoutAliases), parts.slice(1));
    }
    const found = findHere(parts, scope);
    if (!found) continue;
    const rest = parts.slice(found.taken);
    if (!scope.grouping) return accessAll(found.value, rest);
    return groupedColumn(found.value, rest, parts, scope.grouping);
  }
  return undefined;
}

export function accessAll(value: Value, rest: readonly Identifier[]): Value {
  return rest.reduce((base, { name, at }) => fieldAccess(base, name, at), value);
}

/** `base.name` of a STRUCT or JSON. */
export function fieldAccess(base: Value, name: string, at: Position): Value {
  if (base.type.kind === 'JSON') return jsonKey(base, name);
  if (base.type.kind !== 'STRUCT')
    throw invalid(`Cannot access field ${name} on a value with type ${typeName(base.type)}`, at);
  const fields = base.type.fields;
  const matching = fields.filter((field) => field.name !== undefined && lower(field.name) === lower(name));
  if (matching.length > 1) throw invalid(`Struct field name ${name} is ambiguous`, at);
  const [field] = matching;
  if (field === undefined) throw invalid(`Field name ${name} does not exist in ${typeName(base.type)}`, at);
  return { ...fieldOf(base.sql, field, fields.indexOf(field)), constant: base.constant };
}
