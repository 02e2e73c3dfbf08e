/**
 * Which names mean what at a place of the statement:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#scope_rules
 */
import type { Expression, Window } from './ast.ts';
import type { Grouping } from './grouping.ts';
import type { Position } from './lexer.ts';
import type { QueryResult } from './query-result.ts';
import type { Translation } from './translation.ts';
import type { Type } from './types.ts';
import { invalid, type Value } from './value.ts';

export interface Column {
  name: string;
  type: Type;
  sql: string;
  /** Can be read by name, is not in `*`: `_PARTITIONTIME`. */
  isPseudo?: true;
  /** Only of a constant, as `_TABLE_SUFFIX` is while shards are pruned. */
  constant?: true;
  /** Tells the table that it is read. */
  use?: () => void;
}

/** What one table, subquery or array of the FROM clause brings. */
export interface Range {
  alias: string | undefined;
  columns: Column[];
  /** Of an array or of a query of values: what the alias itself means. Of a table it is a STRUCT of its row. */
  element?: Column;
}

export interface Cte {
  sqlName: string;
  result: QueryResult;
  /** Its rows know how many steps they are away from the first: while its own steps are translated. */
  hasDepth?: true;
}

export interface Scope {
  translation: Translation;
  parent?: Scope;
  ranges: Range[];
  /** Columns that USING joined: found before those of their tables, and first in `*`. */
  merged: Column[];
  ctes: Map<string, Cte>;
  /** Present: what is outside of aggregates may only name what is grouped by. */
  grouping?: Grouping;
  /** Names that the select list gives, for HAVING, QUALIFY and ORDER BY. */
  aliases?: Map<string, Expression>;
  windows?: Map<string, Window>;
}

export function childScope(parent: Scope): Scope {
  return { translation: parent.translation, parent, ranges: [], merged: [], ctes: parent.ctes };
}

export const lower = (name: string): string => name.toLowerCase();

export interface Found {
  value: Value;
  /** How many parts of the path it took. */
  taken: number;
  scope: Scope;
}

/** The column or row that the path begins with, in this scope alone. */
export function findHere(parts: readonly { name: string; at: Position }[], scope: Scope): Found | undefined {
  const [first, second] = parts;
  if (first === undefined) return undefined;
  const ranges = scope.ranges.filter(
    ({ alias }) => alias !== undefined && lower(alias) === lower(first.name),
  );
  const [range] = ranges;
  if (range) {
    if (second === undefined) return { value: rowValue(range), taken: 1, scope };
    const column = range.columns.find(({ name }) => lower(name) === lower(second.name));
    if (column) return { value: columnValue(column), taken: 2, scope };
    if (range.element) return { value: columnValue(range.element), taken: 1, scope };
    throw invalid(`Name ${second.name} not found inside ${first.name}`, second.at);
  }
  const merged = scope.merged.find(({ name }) => lower(name) === lower(first.name));
  if (merged) return { value: columnValue(merged), taken: 1, scope };
  const columns = scope.ranges.flatMap((one) =>
    one.columns.filter(({ name }) => lower(name) === lower(first.name)),
  );
  if (columns.length > 1) throw invalid(`Column name ${first.name} is ambiguous`, first.at);
  const [column] = columns;
  return column && { value: columnValue(column), taken: 1, scope };
}

export function columnValue(column: Column): Value {
  column.use?.();
  return { sql: column.sql, type: column.type, constant: column.constant ?? false };
}

/** The whole row as one value. */
function rowValue(range: Range): Value {
  if (range.element) return columnValue(range.element);
  const columns = range.columns.filter(({ isPseudo }) => !isPseudo);
  const values = columns.map(columnValue);
  const fields = columns.map(({ name, type }) => ({ name, type }));
  const packed = values.map(({ sql }, index) => `"${columns[index]?.name.replaceAll('"', '""')}" := ${sql}`);
  return { sql: `struct_pack(${packed.join(', ')})`, type: { kind: 'STRUCT', fields }, constant: false };
}
