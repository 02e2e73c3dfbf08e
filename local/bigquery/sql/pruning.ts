/**
 * Which partitions a statement reads: only constants compared with the partition column itself prune.
 * https://cloud.google.com/bigquery/docs/querying-partitioned-tables#best_practices_for_partition_pruning
 */

import type { CatalogTable } from '../catalog.ts';
import type { Expression } from './ast.ts';
import { type ReferencedTable, SqlError } from './contract.ts';
import { expression } from './expression.ts';
import { findPath } from './paths.ts';
import type { Column, Scope } from './scope.ts';
import { quoteString } from './string-literal.ts';
import { partitionColumns } from './tables.ts';
import type { TableRead } from './translation.ts';
import { quoteDuck, STRING, typeOfField } from './types.ts';
import { TABLE_SUFFIX } from './wildcard.ts';

/** Adds to the tables of this scope what the conditions, all of which hold, say of their partitions. */
export function findPruning(conditions: readonly Expression[], scope: Scope): void {
  const silent = quiet(scope);
  const conjuncts = conditions.flatMap(conjunctsOf).map((node) => ({ node, names: namesIn(node, silent) }));
  for (const read of scope.translation.reads) {
    const range = scope.ranges.find(({ columns }) => columns.some(({ sql }) => isOf(sql, read)));
    if (!range) continue;
    const wanted = prunableNames(read);
    const names = { ...scope, ranges: [{ alias: range.alias, columns: columnsThatPrune(read) }], merged: [] };
    for (const { node, names: found } of conjuncts) {
      if (found === undefined || found.size === 0 || ![...found].every((name) => wanted.has(name))) continue;
      const isSuffix = found.has(`${read.sqlAlias}.${quoteDuck(TABLE_SUFFIX)}`);
      // Of `_TABLE_SUFFIX` anything prunes that needs no other rows.
      if (isSuffix ? found.size === 1 : isPrunable(node, silent))
        read.pruning.push(expression(node, withoutParent(names)).sql);
    }
  }
}

function isOf(sql: string, { sqlAlias }: TableRead): boolean {
  return sql.startsWith(`${sqlAlias}.`);
}

function withoutParent({ parent: _, grouping: _g, aliases: _a, ...scope }: Scope): Scope {
  return scope;
}

function conjunctsOf(node: Expression): Expression[] {
  return node.node === 'binary' && node.operator === 'AND'
    ? [...conjunctsOf(node.left), ...conjunctsOf(node.right)]
    : [node];
}

/** The partition's columns as a condition over one row of the table alone names them. */
function columnsThatPrune(read: TableRead): Column[] {
  const columns = partitionColumns(read, true);
  const field = read.table.fields.find(
    ({ name }) => name.toLowerCase() === read.table.partitioning?.field?.toLowerCase(),
  );
  if (field) columns.push({ name: field.name, type: typeOfField(field), sql: quoteDuck(field.name) });
  if (read.suffix !== undefined)
    columns.push({
      name: TABLE_SUFFIX,
      type: STRING,
      sql: quoteString(read.suffix),
      constant: true,
      isPseudo: true,
    });
  return columns;
}

/** How the partition's columns look in the statement's own SQL. */
function prunableNames(read: TableRead): Set<string> {
  const plain = columnsThatPrune(read)
    .filter(({ name }) => !name.startsWith('_PARTITION'))
    .map(({ name }) => `${read.sqlAlias}.${quoteDuck(name)}`);
  return new Set([...plain, ...partitionColumns(read).map(({ sql }) => sql)]);
}

/** What the paths in it mean; `undefined` where it holds more than paths, constants and plain functions. */
function namesIn(node: Expression, scope: Scope): Set<string> | undefined {
  const paths = pathsOf(node);
  return paths && new Set(paths.map((path) => findPath(path.parts, scope)?.sql ?? ''));
}

/** Looking is not reading: what is billed stays as it is. */
function quiet(scope: Scope): Scope {
  const ranges = scope.ranges.map((range) => ({
    ...range,
    columns: range.columns.map(({ use: _, ...column }) => column),
  }));
  const merged = scope.merged.map(({ use: _, ...column }) => column);
  const parent = scope.parent && quiet(scope.parent);
  return { ...scope, ranges, merged, ...(parent && { parent }) };
}

type Path = Extract<Expression, { node: 'path' }>;

/** All paths in it. The list of nodes is closed: of any other, nothing is known, and nothing is pruned. */
function pathsOf(node: Expression): Path[] | undefined {
  switch (node.node) {
    case 'path':
      return [node];
    case 'string':
    case 'bytes':
    case 'integer':
    case 'float':
    case 'boolean':
    case 'null':
    case 'typed':
    case 'parameter':
      return [];
    case 'unary':
    case 'is':
      return pathsOf(node.operand);
    case 'cast':
      return pathsOf(node.operand);
    case 'interval':
      return pathsOf(node.amount);
    case 'binary':
      return allPaths([node.left, node.right]);
    case 'between':
      return allPaths([node.operand, node.low, node.high]);
    case 'like':
      return allPaths([node.operand, node.pattern]);
    case 'in':
      return node.list.kind === 'items' ? allPaths([node.operand, ...node.list.items]) : undefined;
    case 'call': {
      if (node.over || node.star || node.orderBy.length > 0) return undefined;
      // A date part looks like a name.
      return allPaths(/_TRUNC$/.test(node.name) ? node.args.slice(0, 1) : node.args);
    }
    default:
      return undefined;
  }
}

function allPaths(nodes: readonly Expression[]): Path[] | undefined {
  const all = nodes.map(pathsOf);
  return all.every((paths) => paths !== undefined) ? all.flat() : undefined;
}

const COMPARISONS = ['=', '<', '<=', '>', '>='];

function isPrunable(node: Expression, scope: Scope): boolean {
  switch (node.node) {
    case 'binary': {
      const { operator, left, right } = node;
      if (operator === 'AND' || operator === 'OR') return isPrunable(left, scope) && isPrunable(right, scope);
      if (!COMPARISONS.includes(operator)) return false;
      return (
        (isPartitionSide(left) && isConstant(right, scope)) ||
        (isConstant(left, scope) && isPartitionSide(right))
      );
    }
    case 'between':
      return (
        !node.negated &&
        isPartitionSide(node.operand) &&
        isConstant(node.low, scope) &&
        isConstant(node.high, scope)
      );
    case 'in':
      return (
        !node.negated &&
        isPartitionSide(node.operand) &&
        node.list.kind === 'items' &&
        node.list.items.every((item) => isConstant(item, scope))
      );
    case 'is':
      return node.test === 'NULL' && node.operand.node === 'path';
    default:
      return false;
  }
}

const TRUNCATIONS = /^(?:DATE|(?:DATE|DATETIME|TIMESTAMP)_TRUNC)$/;

/** The column, or a truncation of it, which keeps its order. */
function isPartitionSide(node: Expression): boolean {
  if (node.node === 'path') return true;
  return (
    node.node === 'call' &&
    TRUNCATIONS.test(node.name) &&
    node.args[0]?.node === 'path' &&
    node.args.length <= 2
  );
}

function isConstant(node: Expression, scope: Scope): boolean {
  const paths = pathsOf(node);
  return paths?.length === 0 && expression(node, quiet(scope)).constant;
}

/**
 * What each table is read for, once a table: all columns that some mention reads, and the partitions of any.
 * @throws SqlError where a table wants a filter on its partitions and has none
 */
export function settlePruning(reads: readonly TableRead[]): ReferencedTable[] {
  const settled = new Map<CatalogTable, { columns: Set<string>; conditions: (string | undefined)[] }>();
  for (const read of reads) {
    checkPartitionFilter(read);
    const entry = settled.get(read.table) ?? { columns: new Set(), conditions: [] };
    for (const column of read.referenced.columns) entry.columns.add(column);
    entry.conditions.push(read.pruning.length > 0 ? read.pruning.join(' AND ') : undefined);
    settled.set(read.table, entry);
  }
  return [...settled].map(([table, { columns, conditions }]) => {
    const [first, ...others] = new Set(conditions);
    const isPruned = !conditions.includes(undefined);
    const pruning = others.length === 0 ? first : `((${conditions.join(') OR (')}))`;
    return { table, columns: [...columns], ...(isPruned && pruning !== undefined && { pruning }) };
  });
}

function checkPartitionFilter({ table, pruning }: TableRead): void {
  const { partitioning, project, dataset, table: name, requirePartitionFilter } = table;
  if (!requirePartitionFilter || partitioning === undefined) return;
  // What says only which shards are read names no column.
  if (pruning.some((condition) => condition.includes('"'))) return;
  const columns = partitioning.field ? [partitioning.field] : INGESTION_COLUMNS;
  const quoted = columns.map((column) => `'${column}'`).join(', ');
  throw new SqlError(
    'invalidQuery',
    `Cannot query over table '${project}.${dataset}.${name}' without a filter over column(s) ${quoted} that can be used for partition elimination`,
  );
}

const INGESTION_COLUMNS = ['_PARTITION_LOAD_TIME', '_PARTITIONDATE', '_PARTITIONTIME'];
