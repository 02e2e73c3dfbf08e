/** NULLs come first, and last where the order is descending; NaN stands between them and the numbers. */
import type { OrderItem } from './ast.ts';
import { expression } from './expression.ts';
import type { Scope } from './scope.ts';
import { typeName } from './types.ts';
import { invalid, type Value } from './value.ts';

export function orderBy(items: readonly OrderItem[], scope: Scope): string {
  return items.map((item) => orderTerm(item, expression(item.value, scope))).join(', ');
}

export interface OrderTerm {
  sql: string;
  /** ` ASC NULLS FIRST` and the like. */
  direction: string;
}

export function orderTerm(item: OrderItem, value: Value, sql = value.sql): string {
  return orderTerms(item, value, sql)
    .map((term) => term.sql + term.direction)
    .join(', ');
}

/** @param sql what to order by, if not the value's own SQL: a column of the result */
export function orderTerms(item: OrderItem, value: Value, sql = value.sql): OrderTerm[] {
  const { kind } = value.type;
  if (['JSON', 'ARRAY', 'STRUCT'].includes(kind))
    throw invalid(`ORDER BY does not support expressions of type ${typeName(value.type)}`, item.value.at);
  const nulls = item.nulls ?? (item.descending ? 'LAST' : 'FIRST');
  const direction = ` ${item.descending ? 'DESC' : 'ASC'} NULLS ${nulls}`;
  // A number in ORDER BY would be taken for the position of a column.
  const term = { sql: value.constant ? `(${sql})` : sql, direction };
  if (kind !== 'FLOAT64' || value.literal) return [term];
  return [{ sql: `CASE WHEN isnan(${sql}) THEN 0 WHEN ${sql} IS NOT NULL THEN 1 END`, direction }, term];
}
