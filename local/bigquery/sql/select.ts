/** One SELECT. */
import { hasAggregate } from './aggregate-calls.ts';
import type { Expression, OrderItem, Select } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { expression } from './expression.ts';
import { fromClause } from './from.ts';
import { expressionText, type Grouping } from './grouping.ts';
import { place } from './lexer.ts';
import { asBool } from './operators.ts';
import { type OrderTerm, orderTerms } from './order-by.ts';
import { findPruning } from './pruning.ts';
import { ordinalOf } from './query.ts';
import type { QueryResult } from './query-result.ts';
import { lower, type Scope } from './scope.ts';
import { packRow } from './select-as.ts';
import { type Item, selectItems } from './select-items.ts';
import { quoteDuck, typeName } from './types.ts';
import { invalid, type Value } from './value.ts';

interface Tail {
  orderBy: OrderItem[];
  limit: string;
  orderedColumn?: boolean;
}

export function select(node: Select, scope: Scope, tail: Tail): QueryResult {
  const from = node.from ? fromClause(node.from, scope) : { sql: '', natural: undefined, conditions: [] };
  scope.windows = new Map(node.windows.map(({ name, window }) => [lower(name.name), window]));
  const where = node.where && asBool(expression(node.where, scope), 'WHERE', node.where.at);
  findPruning([...from.conditions, ...(node.where ? [node.where] : [])], scope);
  const source = `${from.sql === '' ? '' : ` FROM ${from.sql}`}${where === undefined ? '' : ` WHERE ${where}`}`;

  const grouping = groupingOf(node, tail.orderBy, scope);
  refuseStranded(node, grouping);
  const outer: Scope = grouping ? { ...scope, grouping } : scope;
  const items = selectItems(node.items, outer);
  const named: Scope = { ...outer, aliases: aliasesOf(items) };
  const clause = (name: string): Scope =>
    grouping ? { ...named, grouping: { ...grouping, clause: name } } : named;
  const having = node.having && asBool(expression(node.having, clause('HAVING')), 'HAVING', node.having.at);
  if (node.having && !grouping)
    throw invalid('The HAVING clause requires GROUP BY or aggregation to be present', node.having.at);
  const qualify =
    node.qualify && asBool(expression(node.qualify, clause('QUALIFY')), 'QUALIFY', node.qualify.at);
  const order = tail.orderBy.flatMap((item) => orderItem(item, items, node, clause('ORDER BY')));

  const result = packRow(node, items);
  const natural = tail.orderedColumn && !grouping && !node.distinct ? from.natural : undefined;
  const terms = order.length > 0 ? order : natural === undefined ? [] : [{ sql: natural, direction: '' }];
  const ordered = tail.orderedColumn ? orderColumns(terms) : undefined;
  const body = grouping ? groupedSource(grouping, source) : source;
  const filters = [
    having === undefined ? '' : ` WHERE ${having}`,
    qualify === undefined ? '' : ` QUALIFY ${qualify}`,
    terms.length > 0 ? ` ORDER BY ${terms.map(({ sql, direction }) => sql + direction).join(', ')}` : '',
    tail.limit,
  ].join('');
  const columns = [...result.sqls, ...(ordered?.columns ?? [])].join(', ');
  if (node.distinct) refuseDistinct(items, node);
  return {
    sql: `SELECT ${node.distinct ? 'DISTINCT ' : ''}${columns}${body}${filters}`,
    columns: result.columns,
    isValueTable: result.isValueTable,
    ...(ordered?.order !== undefined && { order: ordered.order }),
  };
}

/** Clauses that stand without what they need. */
function refuseStranded(node: Select, grouping: Grouping | undefined): void {
  if (!node.from) {
    const what = grouping ? 'use aggregation' : node.where ? 'have a WHERE clause' : undefined;
    if (what) throw invalid(`SELECT without FROM clause cannot ${what}`, node.at);
  }
  if (node.qualify && !node.where && !node.groupBy && !node.having)
    throw invalid(
      'QUALIFY clause must be used in conjunction with WHERE or GROUP BY or HAVING clause',
      node.qualify.at,
    );
}

/** GROUP BY, or an aggregate without it: one group of all rows. */
function groupingOf(node: Select, orderItems: readonly OrderItem[], scope: Scope): Grouping | undefined {
  const isAggregated = hasAggregate([node.items, node.having, node.qualify, orderItems]);
  if (!node.groupBy && !isAggregated) return undefined;
  const inner: Scope = { ...scope };
  const grouping: Grouping = {
    inner,
    sqlAlias: quoteDuck(scope.translation.unique('g')),
    keys: [],
    aggregates: [],
    clause: 'SELECT list',
    isFollowed: node.having !== undefined || node.qualify !== undefined || orderItems.length > 0,
  };
  for (const key of node.groupBy ?? []) {
    const target = groupTarget(key, node);
    const value = expression(target, inner);
    if (['JSON', 'ARRAY', 'STRUCT', 'FLOAT64'].includes(value.type.kind))
      throw invalid(`Grouping by expressions of type ${typeName(value.type)} is not allowed`, key.at);
    const sqlName = `k${grouping.keys.length + 1}`;
    grouping.keys.push({ text: expressionText(target), value, sqlName, isSpelled: target === key });
  }
  return grouping;
}

/** What `GROUP BY 1` and `GROUP BY alias` group by. */
function groupTarget(key: Expression, node: Select): Expression {
  const ordinal = ordinalOf(key, node.items.length, 'GROUP BY');
  if (ordinal !== undefined) {
    if (node.items.some(({ kind }) => kind === 'star'))
      throw new UnsupportedSql(`GROUP BY a position beside * (${place(key.at)})`);
    const item = node.items[ordinal];
    if (item?.kind === 'value') return refuseAggregate(item.value, key);
  }
  const [name] = key.node === 'path' && key.parts.length === 1 ? key.parts : [];
  if (name === undefined) return key;
  const aliased = node.items.filter(
    (item) => item.kind === 'value' && item.alias && lower(item.alias.name) === lower(name.name),
  );
  if (aliased.length > 1) throw invalid(`Name ${name.name} in GROUP BY clause is ambiguous`, key.at);
  const [item] = aliased;
  return item?.kind === 'value' ? refuseAggregate(item.value, key) : key;
}

function refuseAggregate(value: Expression, key: Expression): Expression {
  if (hasAggregate(value)) throw invalid('Aggregate functions are not allowed in GROUP BY', key.at);
  return value;
}

function groupedSource(grouping: Grouping, source: string): string {
  const keys = grouping.keys.map(({ value, sqlName }) => `${value.sql} AS ${quoteDuck(sqlName)}`);
  const aggregates = grouping.aggregates.map(({ sql, sqlName }) => `${sql} AS ${quoteDuck(sqlName)}`);
  const columns = [...keys, ...aggregates];
  if (aggregates.length === 0 && keys.length === 0) columns.push('count(*) AS "rows"');
  const by = keys.length > 0 ? ` GROUP BY ${keys.map((_, index) => index + 1).join(', ')}` : '';
  return ` FROM (SELECT ${columns.join(', ')}${source}${by}) AS ${grouping.sqlAlias}`;
}

function aliasesOf(items: readonly Item[]): Map<string, Expression> {
  const aliases = new Map<string, Expression>();
  const twice = new Set<string>();
  for (const { alias, node } of items) {
    if (alias === undefined || node === undefined) continue;
    if (aliases.has(lower(alias))) twice.add(lower(alias));
    aliases.set(lower(alias), node);
  }
  for (const name of twice) aliases.delete(name);
  return aliases;
}

function orderItem(item: OrderItem, items: readonly Item[], node: Select, scope: Scope): OrderTerm[] {
  const ordinal = ordinalOf(item.value, items.length, 'ORDER BY');
  const chosen = ordinal === undefined ? undefined : items[ordinal];
  const value: Value = chosen?.value ?? expression(item.value, scope);
  if (node.distinct) {
    const shown = items.find((one) => one.value.sql === value.sql);
    if (!shown)
      throw invalid(
        'ORDER BY clause expression references what is not visible after SELECT DISTINCT',
        item.value.at,
      );
    return orderTerms(item, value, quoteDuck(shown.sqlName));
  }
  return orderTerms(item, value);
}

/** The terms as columns of the result, and the ORDER BY that reads them. */
function orderColumns(terms: readonly OrderTerm[]): { columns: string[]; order?: string } {
  if (terms.length === 0) return { columns: [] };
  const name = (index: number) => quoteDuck(`$o${index + 1}`);
  return {
    columns: terms.map(({ sql }, index) => `${sql} AS ${name(index)}`),
    order: terms.map(({ direction }, index) => `"$q".${name(index)}${direction}`).join(', '),
  };
}

function refuseDistinct(items: readonly Item[], node: Select): void {
  for (const { value } of items)
    if (['JSON', 'ARRAY', 'STRUCT'].includes(value.type.kind))
      throw invalid(`SELECT DISTINCT does not support expressions of type ${typeName(value.type)}`, node.at);
}
