/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language */
import type { Field } from '../catalog.ts';
import type { ColumnDefinition, OptionNode, Statement } from './ast.ts';
import { SqlError, type TranslatedStatement } from './contract.ts';
import { readOptions } from './ddl-options.ts';
import { partitioningOf } from './ddl-partitioning.ts';
import type { StatementParts } from './dml.ts';
import { place } from './lexer.ts';
import { resolveType } from './parse-type.ts';
import { query } from './query.ts';
import { resultFields, topLevel } from './result.ts';
import { lower } from './scope.ts';
import { withoutNullArrays } from './storage.ts';
import { referenceOf } from './tables.ts';
import type { Translation } from './translation.ts';
import { fieldOfType, quoteDuck, typeOfField } from './types.ts';
import { invalid } from './value.ts';

type Create = NonNullable<TranslatedStatement['create']>;

export function createTable(
  node: Extract<Statement, { kind: 'create-table' }>,
  translation: Translation,
): StatementParts {
  const target = referenceOf(node.target, translation);
  const declared = node.columns && declaredFields(node.columns);
  const result =
    node.query && topLevel(query(node.query, { translation, ranges: [], merged: [], ctes: new Map() }));
  if (!declared && !result) throw invalid('CREATE TABLE without a column list or AS', node.at);
  if (declared && result)
    throw invalid('CREATE TABLE with both a column list and AS is not supported here', node.at);
  const fields = declared ?? (result ? resultFields(result) : []);
  const partitioning = node.partitionBy && partitioningOf(node.partitionBy, fields);
  for (const { name, at } of node.clusterBy)
    if (!fields.some((field) => lower(field.name) === lower(name)))
      throw invalid(`Unrecognized name: ${name}`, at);
  const create: Create = {
    fields,
    orReplace: node.orReplace,
    ifNotExists: node.ifNotExists,
    options: readOptions(node.options, 'table', translation.options.now),
    clustering: node.clusterBy.map(({ name }) => name),
    ...(partitioning && { partitioning }),
    ...columnDescriptions(node.columns ?? [], translation.options.now),
  };
  if (node.clusterBy.length === 0) delete create.clustering;
  if (!result) return { statementType: 'CREATE_TABLE', sql: '', target, fields: [], create };
  const columns = fields.map((field) => {
    const name = quoteDuck(field.name);
    return `${withoutNullArrays(`"r".${name}`, typeOfField(field), field.name)} AS ${name}`;
  });
  const sql = `SELECT ${columns.join(', ')} FROM (${result.sql}) AS "r"`;
  return { statementType: 'CREATE_TABLE_AS_SELECT', sql, target, fields, create };
}

function declaredFields(columns: readonly ColumnDefinition[]): Field[] {
  const seen = new Set<string>();
  return columns.map(({ name, type, required }) => {
    if (seen.has(lower(name.name)))
      throw invalid(`Duplicate column name ${name.name} in CREATE TABLE`, name.at);
    seen.add(lower(name.name));
    const field = fieldOfType(name.name, resolveType(type));
    if (!field) throw invalid(`Column ${name.name} has a type that no column can have`, name.at);
    if (!required) return field;
    if (field.mode === 'REPEATED')
      throw invalid(`NOT NULL constraint is not allowed on ARRAY column ${name.name}`, name.at);
    return { ...field, mode: 'REQUIRED' };
  });
}

function columnDescriptions(
  columns: readonly ColumnDefinition[],
  now: number,
): Pick<Create, 'columnDescriptions'> {
  const entries = columns.flatMap(({ name, options }: { name: { name: string }; options: OptionNode[] }) => {
    const { description } = readOptions(options, 'column', now);
    return typeof description === 'string' ? [[name.name, description] as const] : [];
  });
  return entries.length > 0 ? { columnDescriptions: Object.fromEntries(entries) } : {};
}

export function createView(
  node: Extract<Statement, { kind: 'create-view' }>,
  translation: Translation,
): StatementParts {
  const target = referenceOf(node.target, translation);
  if (translation.options.parameters.length > 0)
    throw new SqlError('invalidQuery', `Query parameters cannot be used in CREATE VIEW at ${place(node.at)}`);
  // A view's own text is read without the default dataset of the job that made it.
  const inner: Translation = { ...translation, defaults: { ...translation.defaults, dataset: undefined } };
  const result = topLevel(query(node.query, { translation: inner, ranges: [], merged: [], ctes: new Map() }));
  return {
    statementType: 'CREATE_VIEW',
    sql: '',
    target,
    fields: [],
    create: {
      fields: resultFields(result),
      viewQuery: node.text,
      orReplace: node.orReplace,
      ifNotExists: node.ifNotExists,
      options: readOptions(node.options, 'view', translation.options.now),
    },
  };
}

export function drop(node: Extract<Statement, { kind: 'drop' }>, translation: Translation): StatementParts {
  return {
    statementType: node.what === 'TABLE' ? 'DROP_TABLE' : 'DROP_VIEW',
    sql: '',
    target: referenceOf(node.target, translation),
    fields: [],
    ifExists: node.ifExists,
  };
}
