/** Statements: https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax */
import type { Expression, Identifier, Statement, TableName } from './ast.ts';
import { SqlError, UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { parseCreate, parseDrop } from './parse-ddl.ts';
import { parseExpression, parseList } from './parse-expression.ts';
import { parseAlias } from './parse-from.ts';
import { parseQuery } from './parse-query.ts';
import { parseTablePath } from './parse-table-path.ts';
import { TokenCursor } from './token-cursor.ts';

/** @throws SqlError where the text is not GoogleSQL, UnsupportedSql where it is and the stand-in lacks it */
export function parseStatement(sql: string): { statement: Statement; positional: number } {
  const cursor = new TokenCursor(sql);
  const statement = parseOne(cursor);
  cursor.take(';');
  if (cursor.token.kind !== 'end') {
    if (cursor.peek(-1).text === ';') throw new UnsupportedSql('scripts of several statements');
    throw cursor.unexpected('end of input');
  }
  return { statement, positional: cursor.positional };
}

/** Statements that BigQuery has and the stand-in has not. */
const UNSUPPORTED =
  `MERGE EXPORT LOAD ALTER BEGIN COMMIT ROLLBACK DECLARE SET EXECUTE CALL IF WHILE LOOP FOR GRANT
  REVOKE EXPLAIN DESCRIBE ASSERT UNDROP RETURN RAISE CLONE FROM`.split(/\s+/);

function parseOne(cursor: TokenCursor): Statement {
  if (cursor.isAnyOf(['SELECT', 'WITH', '('])) return { kind: 'query', query: parseQuery(cursor) };
  if (cursor.is('DELETE')) return parseDelete(cursor);
  if (cursor.is('UPDATE')) return parseUpdate(cursor);
  if (cursor.is('INSERT')) return parseInsert(cursor);
  if (cursor.is('CREATE')) return parseCreate(cursor);
  if (cursor.is('DROP')) return parseDrop(cursor);
  if (cursor.is('TRUNCATE')) {
    const { at } = cursor.next();
    cursor.expect('TABLE');
    return { kind: 'truncate', target: parseTarget(cursor), at };
  }
  if (cursor.isAnyOf(UNSUPPORTED))
    throw new UnsupportedSql(`${cursor.token.text.toUpperCase()} statements (${place(cursor.at)})`);
  throw cursor.unexpected();
}

export function parseTarget(cursor: TokenCursor): TableName {
  return { at: cursor.at, path: parseTablePath(cursor) };
}

function parseDelete(cursor: TokenCursor): Statement {
  const { at } = cursor.next();
  cursor.take('FROM');
  const target = parseTarget(cursor);
  const alias = parseAlias(cursor);
  return { kind: 'delete', target, where: parseWhere(cursor, 'DELETE'), at, ...(alias && { alias }) };
}

function parseWhere(cursor: TokenCursor, what: string): Expression {
  if (!cursor.take('WHERE')) {
    if (cursor.token.kind === 'end' || cursor.is(';'))
      throw new SqlError('invalidQuery', `${what} must have a WHERE clause at ${place(cursor.at)}`);
    throw cursor.unexpected();
  }
  return parseExpression(cursor);
}

function parseUpdate(cursor: TokenCursor): Statement {
  const { at } = cursor.next();
  const target = parseTarget(cursor);
  const alias = parseAlias(cursor);
  cursor.expect('SET');
  const set = parseList(cursor, (inner) => {
    if (inner.is('(')) throw new UnsupportedSql(`nested DML (${place(inner.at)})`);
    const path: Identifier[] = [inner.identifier()];
    while (inner.take('.')) path.push(inner.identifierAfterDot());
    inner.expect('=');
    return { path, value: parseValue(inner) };
  });
  if (cursor.is('FROM')) throw new UnsupportedSql(`UPDATE … FROM (${place(cursor.at)})`);
  return { kind: 'update', target, set, where: parseWhere(cursor, 'UPDATE'), at, ...(alias && { alias }) };
}

function parseInsert(cursor: TokenCursor): Statement {
  const { at } = cursor.next();
  cursor.take('INTO');
  const target = parseTarget(cursor);
  let columns: Identifier[] | undefined;
  if (cursor.is('(') && !cursor.is('(', 'SELECT') && !cursor.is('(', 'WITH')) {
    cursor.next();
    columns = parseList(cursor, (inner) => inner.identifier());
    cursor.expect(')');
  }
  const named = columns && { columns };
  if (!cursor.take('VALUES'))
    return { kind: 'insert', target, source: { query: parseQuery(cursor) }, at, ...named };
  const rows = parseList(cursor, (inner) => {
    inner.expect('(');
    const row = parseList(inner, parseValue);
    inner.expect(')');
    return row;
  });
  return { kind: 'insert', target, source: { rows }, at, ...named };
}

function parseValue(cursor: TokenCursor): Expression {
  if (cursor.is('DEFAULT')) throw new UnsupportedSql(`DEFAULT (${place(cursor.at)})`);
  return parseExpression(cursor);
}
