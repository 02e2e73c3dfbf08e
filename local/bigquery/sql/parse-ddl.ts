/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language */
import type { ColumnDefinition, OptionNode, Statement } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { type Position, place } from './lexer.ts';
import { parseExpression, parseList } from './parse-expression.ts';
import { parseQuery } from './parse-query.ts';
import { parseTarget } from './parse-statement.ts';
import { parseType } from './parse-type.ts';
import type { TokenCursor } from './token-cursor.ts';

export function parseCreate(cursor: TokenCursor): Statement {
  const { at } = cursor.next();
  const orReplace = cursor.take('OR', 'REPLACE');
  if (cursor.take('VIEW')) return parseView(cursor, orReplace, at);
  if (!cursor.take('TABLE'))
    throw new UnsupportedSql(`CREATE ${cursor.token.text.toUpperCase()} (${place(cursor.at)})`);
  if (cursor.is('FUNCTION')) throw new UnsupportedSql(`CREATE TABLE FUNCTION (${place(at)})`);
  const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
  const create: Extract<Statement, { kind: 'create-table' }> = {
    kind: 'create-table',
    target: parseTarget(cursor),
    orReplace,
    ifNotExists,
    clusterBy: [],
    options: [],
    at,
  };
  if (cursor.isAnyOf(['LIKE', 'COPY', 'CLONE']))
    throw new UnsupportedSql(`CREATE TABLE ${cursor.token.text.toUpperCase()} (${place(cursor.at)})`);
  if (cursor.take('(')) {
    create.columns = parseList(cursor, parseColumn);
    cursor.expect(')');
  }
  if (cursor.isAnyOf(['DEFAULT'])) throw new UnsupportedSql(`DEFAULT COLLATE (${place(cursor.at)})`);
  if (cursor.take('PARTITION', 'BY')) create.partitionBy = parseExpression(cursor);
  if (cursor.take('CLUSTER', 'BY')) create.clusterBy = parseList(cursor, (inner) => inner.identifier());
  create.options = parseOptions(cursor);
  if (cursor.take('AS')) create.query = parseQuery(cursor);
  return create;
}

function parseView(cursor: TokenCursor, orReplace: boolean, at: Position): Statement {
  const ifNotExists = cursor.take('IF', 'NOT', 'EXISTS');
  const target = parseTarget(cursor);
  if (cursor.is('(')) throw new UnsupportedSql(`a column list of a view (${place(cursor.at)})`);
  const options = parseOptions(cursor);
  cursor.expect('AS');
  const { start } = cursor.token;
  const query = parseQuery(cursor);
  const text = cursor.sql.slice(start, cursor.peek(-1).end);
  return { kind: 'create-view', target, orReplace, ifNotExists, options, query, text, at };
}

function parseColumn(cursor: TokenCursor): ColumnDefinition {
  if (
    cursor.isAnyOf(['CONSTRAINT', 'PRIMARY', 'FOREIGN']) &&
    ['KEY', '('].includes(cursor.peek(1).text.toUpperCase())
  )
    throw new UnsupportedSql(`constraints (${place(cursor.at)})`);
  const name = cursor.identifier();
  const type = parseType(cursor);
  if (cursor.isAnyOf(['COLLATE', 'DEFAULT', 'PRIMARY', 'REFERENCES', 'GENERATED', 'AS']))
    throw new UnsupportedSql(`${cursor.token.text.toUpperCase()} of a column (${place(cursor.at)})`);
  const required = cursor.take('NOT', 'NULL');
  return { name, type, required, options: parseOptions(cursor) };
}

function parseOptions(cursor: TokenCursor): OptionNode[] {
  if (!cursor.take('OPTIONS', '(')) return [];
  const options = cursor.is(')')
    ? []
    : parseList(cursor, (inner) => {
        const name = inner.identifier();
        inner.expect('=');
        return { name, value: parseExpression(inner) };
      });
  cursor.expect(')');
  return options;
}

export function parseDrop(cursor: TokenCursor): Statement {
  const { at } = cursor.next();
  const what = cursor.take('TABLE') ? 'TABLE' : cursor.take('VIEW') ? 'VIEW' : undefined;
  if (what === undefined)
    throw new UnsupportedSql(`DROP ${cursor.token.text.toUpperCase()} (${place(cursor.at)})`);
  const ifExists = cursor.take('IF', 'EXISTS');
  return { kind: 'drop', what, target: parseTarget(cursor), ifExists, at };
}
