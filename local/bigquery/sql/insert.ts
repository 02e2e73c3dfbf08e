import { PARTITION_TIME } from '../catalog.ts';
import type { Statement } from './ast.ts';
import { coerce } from './coercion.ts';
import { type StatementParts, targetTable } from './dml.ts';
import { expression } from './expression.ts';
import { query } from './query.ts';
import { lower, type Scope } from './scope.ts';
import { storable } from './storage.ts';
import { timestampOfMicros } from './time-literals.ts';
import type { Translation } from './translation.ts';
import { duckType, quoteDuck, TIMESTAMP, type Type, typeName, typeOfField } from './types.ts';
import { invalid, type Value } from './value.ts';

interface Column {
  name: string;
  duckName: string;
  type: Type;
}

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#insert_statement */
export function insertStatement(
  node: Extract<Statement, { kind: 'insert' }>,
  translation: Translation,
): StatementParts {
  const table = targetTable(node.target, translation);
  const isByIngestion = table.partitioning?.kind === 'time' && table.partitioning.field === undefined;
  const known: Column[] = table.fields.map((field) => ({
    name: field.name,
    duckName: field.name,
    type: typeOfField(field),
  }));
  const pseudo: Column = { name: '_PARTITIONTIME', duckName: PARTITION_TIME, type: TIMESTAMP };
  const columns = node.columns
    ? node.columns.map(({ name, at }) => {
        const column = [...known, ...(isByIngestion ? [pseudo] : [])].find(
          (one) => lower(one.name) === lower(name),
        );
        if (column === undefined) throw invalid(`Column ${name} is not present in table ${table.table}`, at);
        return column;
      })
    : known;
  if (new Set(columns).size < columns.length)
    throw invalid('INSERT has columns with duplicate name', node.at);

  // What the statement leaves out: arrays are empty, and the partition is that of now.
  const extra = known
    .filter((column) => !columns.includes(column) && column.type.kind === 'ARRAY')
    .map(({ duckName, type }) => ({ duckName, sql: `CAST([] AS ${duckType(type)})` }));
  if (isByIngestion && !columns.includes(pseudo)) {
    const unit = table.partitioning?.kind === 'time' ? table.partitioning.unit.toLowerCase() : 'day';
    const now = timestampOfMicros(BigInt(Math.trunc(translation.options.now * 1000)));
    extra.push({
      duckName: PARTITION_TIME,
      sql: `CAST(date_trunc('${unit}', CAST(${now} AS TIMESTAMP)) AS TIMESTAMPTZ)`,
    });
  }
  const names = [...columns, ...extra].map(({ duckName }) => quoteDuck(duckName)).join(', ');
  const rows = sourceRows(node, columns, translation);
  const added = extra.map(({ sql }) => `, ${sql}`).join('');
  const { project, dataset, table: name } = table;
  return {
    statementType: 'INSERT',
    sql: `INSERT INTO ${table.duckName} (${names}) SELECT ${rows.columns}${added} FROM ${rows.from}`,
    target: { project, dataset, table: name },
    fields: [],
  };
}

function sourceRows(
  node: Extract<Statement, { kind: 'insert' }>,
  columns: readonly Column[],
  translation: Translation,
) {
  const scope: Scope = { translation, ranges: [], merged: [], ctes: new Map() };
  const names = columns.map((_, index) => quoteDuck(`c${index + 1}`));
  if ('rows' in node.source) {
    const rows = node.source.rows.map((row) => {
      if (row.length !== columns.length)
        throw invalid(
          `Inserted row has wrong column count; Has ${row.length}, expected ${columns.length}`,
          row[0]?.at ?? node.at,
        );
      const values = row.map((item, index) => {
        const column = columns[index];
        if (column === undefined) throw new Error('a row has as many values as columns');
        return storable(expression(item, scope), column.type, column.name, item.at);
      });
      return `SELECT ${values.map((sql, index) => `${sql} AS ${names[index]}`).join(', ')}`;
    });
    return {
      columns: names.map((name) => `"r".${name}`).join(', '),
      from: `(${rows.join(' UNION ALL ')}) AS "r"`,
    };
  }
  const result = query(node.source.query, scope);
  if (result.columns.length !== columns.length)
    throw invalid(
      `Inserted row has wrong column count; Has ${result.columns.length}, expected ${columns.length}`,
      node.source.query.at,
    );
  const values = result.columns.map(({ type, sqlName }, index) => {
    const column = columns[index];
    if (column === undefined) throw new Error('a query has as many columns as the list');
    const value: Value = { sql: `"r".${quoteDuck(sqlName)}`, type, constant: false };
    if (coerce(value, column.type) === undefined)
      throw invalid(
        `Query column ${index + 1} has type ${typeName(type)} which cannot be inserted into column ${column.name}, which has type ${typeName(column.type)}`,
        node.at,
      );
    return storable(value, column.type, column.name, node.at);
  });
  return { columns: values.join(', '), from: `(${result.sql}) AS "r"` };
}
