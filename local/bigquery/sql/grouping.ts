/**
 * Aggregation in two layers: an inner query computes what is grouped by and the aggregates, an outer one everything
 * made of them. So what may be named is decided here, as BigQuery does, and not by DuckDB's comparison of texts.
 */
import type { Expression, Identifier } from './ast.ts';
import { accessAll } from './paths.ts';
import type { Scope } from './scope.ts';
import { quoteDuck, type Type } from './types.ts';
import { invalid, type Value } from './value.ts';

interface GroupingKey {
  text: string;
  value: Value;
  sqlName: string;
  /** Written out in GROUP BY, not by the alias or position of an item. */
  isSpelled: boolean;
}

export interface Grouping {
  /** Where the arguments of aggregates are resolved. */
  inner: Scope;
  /** The inner query's name, quoted. */
  sqlAlias: string;
  keys: GroupingKey[];
  aggregates: { sql: string; sqlName: string }[];
  clause: string;
  /** HAVING, QUALIFY or ORDER BY follows: then a spelled key is no longer found in the select list. */
  isFollowed: boolean;
}

/** The same for expressions that are written alike, wherever they stand. */
export function expressionText(node: Expression): string {
  return JSON.stringify(node, (name, value) => {
    if (name === 'at') return undefined;
    return name === 'parts' && Array.isArray(value)
      ? (value as Identifier[]).map((part) => part.name.toLowerCase())
      : value;
  });
}

/** The key that a whole item of the select list is; BigQuery does not look for keys inside of expressions. */
export function groupedItem(node: Expression, grouping: Grouping): Value | undefined {
  // Paths are compared by what they mean: `a` and `t.a` are one column.
  if (node.node === 'path') return undefined;
  const text = expressionText(node);
  const key = grouping.keys.find((one) => one.text === text);
  if (key === undefined || (key.isSpelled && grouping.isFollowed)) return undefined;
  return outerValue(grouping, key.sqlName, key.value.type);
}

export function groupedColumn(
  base: Value,
  rest: readonly Identifier[],
  parts: readonly Identifier[],
  grouping: Grouping,
): Value {
  for (let taken = 0; taken <= rest.length; taken++) {
    const { sql } = accessAll(base, rest.slice(0, taken));
    const key = grouping.keys.find(({ value }) => value.sql === sql);
    if (key) return accessAll(outerValue(grouping, key.sqlName, key.value.type), rest.slice(taken));
  }
  const name = parts.map((part) => part.name).join('.');
  const at = parts[0]?.at ?? { line: 1, column: 1 };
  throw invalid(
    `${grouping.clause} expression references column ${name} which is neither grouped nor aggregated`,
    at,
  );
}

/** The aggregate's value outside; the same aggregate is computed once. */
export function groupedAggregate(sql: string, type: Type, grouping: Grouping): Value {
  let aggregate = grouping.aggregates.find((one) => one.sql === sql);
  if (!aggregate) {
    aggregate = { sql, sqlName: `a${grouping.aggregates.length + 1}` };
    grouping.aggregates.push(aggregate);
  }
  return outerValue(grouping, aggregate.sqlName, type);
}

function outerValue({ sqlAlias }: Grouping, sqlName: string, type: Type): Value {
  return { sql: `${sqlAlias}.${quoteDuck(sqlName)}`, type, constant: false };
}
