/** Tables of a FROM clause: plain ones, wildcard tables, views, INFORMATION_SCHEMA. */
import { type CatalogTable, type Field, PARTITION_TIME, type TableReference } from '../catalog.ts';
import type { Identifier } from './ast.ts';
import { SqlError, UnsupportedSql } from './contract.ts';
import { resultRange } from './from.ts';
import { type Position, place } from './lexer.ts';
import { parseStatement } from './parse-statement.ts';
import { splitPath } from './parse-table-path.ts';
import { query } from './query.ts';
import type { Column, Range, Scope } from './scope.ts';
import type { TableRead, Translation } from './translation.ts';
import { DATE, quoteDuck, TIMESTAMP, typeOfField } from './types.ts';
import { invalid } from './value.ts';
import { wildcardRange } from './wildcard.ts';

interface TableNode {
  path: Identifier[];
  at: Position;
}

export interface SourceTable {
  sql: string;
  range: Range;
}

export function tableRange(
  node: TableNode,
  alias: string | undefined,
  sqlAlias: string,
  scope: Scope,
): SourceTable {
  const { translation } = scope;
  const reference = referenceOf(node, translation);
  if (reference.table.endsWith('*') && !reference.table.slice(0, -1).includes('*'))
    return wildcardRange(reference, node.at, alias, sqlAlias, translation);
  const table = find(reference, node, translation);
  if (table.kind === 'VIEW') return view(table, node, alias, sqlAlias, scope);
  const read = newRead(table, sqlAlias, translation);
  const columns = table.fields.map((field) => tableColumn(field, read));
  return { sql: table.duckName, range: { alias, columns: [...columns, ...partitionColumns(read)] } };
}

export function newRead(table: CatalogTable, sqlAlias: string, translation: Translation): TableRead {
  const read: TableRead = { table, sqlAlias, pruning: [], referenced: { table, columns: [] } };
  translation.reads.push(read);
  return read;
}

export function tableColumn(field: Field, { sqlAlias, referenced }: TableRead): Column {
  return {
    name: field.name,
    type: typeOfField(field),
    sql: `${sqlAlias}.${quoteDuck(field.name)}`,
    use: () => {
      if (!referenced.columns.includes(field.name)) referenced.columns.push(field.name);
    },
  };
}

/** https://cloud.google.com/bigquery/docs/querying-partitioned-tables#query_an_ingestion-time_partitioned_table */
export function partitionColumns(
  { table, sqlAlias }: Pick<TableRead, 'table' | 'sqlAlias'>,
  unqualified = false,
): Column[] {
  if (table.partitioning?.kind !== 'time' || table.partitioning.field !== undefined) return [];
  const sql = unqualified ? quoteDuck(PARTITION_TIME) : `${sqlAlias}.${quoteDuck(PARTITION_TIME)}`;
  return [
    { name: '_PARTITIONTIME', type: TIMESTAMP, sql, isPseudo: true },
    { name: '_PARTITIONDATE', type: DATE, sql: `CAST(CAST(${sql} AS TIMESTAMP) AS DATE)`, isPseudo: true },
  ];
}

/** @throws UnsupportedSql of a region's INFORMATION_SCHEMA, SqlError of a name without a dataset */
export function referenceOf({ path, at }: TableNode, { defaults }: Translation): TableReference {
  const parts = splitPath(path);
  const schema = parts.findIndex((part) => part.toUpperCase() === 'INFORMATION_SCHEMA');
  if (schema >= 0) {
    const rest = parts.splice(schema);
    if (rest.length !== 2) throw new UnsupportedSql(`INFORMATION_SCHEMA of that form (${place(at)})`);
    parts.push(rest.join('.').toUpperCase());
    if (parts.some((part) => /^region-/i.test(part)))
      throw new UnsupportedSql(`INFORMATION_SCHEMA of a region (${place(at)})`);
  }
  // Project ids of domains have a colon and dots: `example.com:project`.
  const [table, dataset, ...project] = parts.reverse();
  const found = dataset ?? defaults.dataset;
  if (table === undefined || found === undefined)
    throw invalid(
      `Table ${JSON.stringify(table ?? '')} must be qualified with a dataset (e.g. dataset.table)`,
      at,
    );
  return {
    project: project.length > 0 ? project.reverse().join('.') : defaults.project,
    dataset: found,
    table,
  };
}

export function find(reference: TableReference, { at }: TableNode, { options }: Translation): CatalogTable {
  const table = options.catalog.find(reference);
  if (table) return table;
  const { project, dataset, table: name } = reference;
  const isOfSchema = name.startsWith('INFORMATION_SCHEMA.');
  if (isOfSchema && !['TABLES', 'COLUMNS', 'PARTITIONS'].includes(name.slice('INFORMATION_SCHEMA.'.length)))
    throw new UnsupportedSql(`${name} (${place(at)})`);
  const isDatasetMissing = isOfSchema || options.catalog.hasDataset?.(project, dataset) === false;
  const what = isDatasetMissing ? `Dataset ${project}:${dataset}` : `Table ${project}:${dataset}.${name}`;
  const location = options.location ?? 'US';
  throw new SqlError('notFound', `Not found: ${what} was not found in location ${location}`);
}

/** A view's query, with its own defaults and without the statement's names and parameters. */
function view(
  table: CatalogTable,
  node: TableNode,
  alias: string | undefined,
  sqlAlias: string,
  scope: Scope,
): SourceTable {
  const { translation } = scope;
  const name = `${table.project}.${table.dataset}.${table.table}`;
  if (translation.viewStack.includes(name)) throw invalid(`View ${name} refers to itself`, node.at);
  if (table.viewQuery === undefined) throw new UnsupportedSql(`the view ${name}: it has no query`);
  const { statement } = parseStatement(table.viewQuery);
  if (statement.kind !== 'query') throw new UnsupportedSql(`the view ${name}: it is no query`);
  const inner: Translation = {
    ...translation,
    viewStack: [...translation.viewStack, name],
    defaults: { project: table.project, dataset: undefined },
    options: { ...translation.options, parameters: [] },
    parameters: new Map(),
  };
  const result = query(statement.query, { translation: inner, ranges: [], merged: [], ctes: new Map() });
  return { sql: `(${result.sql})`, range: resultRange(result, alias, sqlAlias) };
}
