/** https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#from_clause */
import type { FromItem, Identifier, JoinKind } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { place, syntaxError } from './lexer.ts';
import { parseExpression, parseList } from './parse-expression.ts';
import { parseQuery, startsQuery } from './parse-query.ts';
import { parseTablePath } from './parse-table-path.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Commas and joins alike group from the left. */
export function parseFrom(cursor: TokenCursor): FromItem {
  let left = parseFromItem(cursor);
  let hasComma = false;
  for (;;) {
    const { at } = cursor;
    const isComma = cursor.take(',');
    hasComma ||= isComma;
    const type = isComma ? 'CROSS' : parseJoinKind(cursor);
    if (type === undefined) return left;
    if (hasComma && (type === 'RIGHT' || type === 'FULL'))
      throw syntaxError(`${type} JOIN must be parenthesized when following a comma join`, at);
    const right = parseFromItem(cursor);
    const join: FromItem = { kind: 'join', type, left, right, at };
    if (type !== 'CROSS') {
      if (cursor.take('ON')) join.on = parseExpression(cursor);
      else if (cursor.take('USING', '(')) {
        join.using = parseList(cursor, (inner) => inner.identifier());
        cursor.expect(')');
      } else if (right.kind !== 'unnest' && right.kind !== 'table')
        throw cursor.unexpected('keyword ON or keyword USING');
    }
    left = join;
  }
}

function parseJoinKind(cursor: TokenCursor): JoinKind | undefined {
  if (cursor.is('NATURAL')) throw new UnsupportedSql(`NATURAL JOIN (${place(cursor.at)})`);
  if (cursor.take('JOIN') || cursor.take('INNER', 'JOIN')) return 'INNER';
  if (cursor.take('CROSS', 'JOIN')) return 'CROSS';
  for (const type of ['LEFT', 'RIGHT', 'FULL'] as const)
    if (cursor.take(type, 'JOIN') || cursor.take(type, 'OUTER', 'JOIN')) return type;
  return undefined;
}

function parseFromItem(cursor: TokenCursor): FromItem {
  const { at } = cursor;
  if (cursor.is('LATERAL')) throw new UnsupportedSql(`LATERAL (${place(at)})`);
  if (cursor.take('UNNEST', '(')) {
    const array = parseExpression(cursor);
    if (cursor.is(',')) throw new UnsupportedSql(`UNNEST of several arrays (${place(at)})`);
    cursor.expect(')');
    return { kind: 'unnest', array, at, ...aliases(cursor) };
  }
  const mark = cursor.mark();
  if (cursor.take('(') && startsQuery(cursor)) {
    const query = parseQuery(cursor);
    cursor.expect(')');
    const alias = parseAlias(cursor);
    refuseModifiers(cursor);
    return { kind: 'subquery', query, at, ...(alias && { alias }) };
  }
  cursor.reset(mark);
  if (cursor.take('(')) {
    const joined = parseFrom(cursor);
    cursor.expect(')');
    return joined;
  }
  const path = parseTablePath(cursor);
  if (cursor.is('(')) throw new UnsupportedSql(`table functions (${place(at)})`);
  return { kind: 'table', path, at, ...aliases(cursor) };
}

function aliases(cursor: TokenCursor): { alias?: Identifier; offset?: Identifier | true } {
  const alias = parseAlias(cursor);
  refuseModifiers(cursor);
  if (!cursor.take('WITH', 'OFFSET')) return alias ? { alias } : {};
  const offset = parseAlias(cursor) ?? true;
  return { offset, ...(alias && { alias }) };
}

export function parseAlias(cursor: TokenCursor): Identifier | undefined {
  if (cursor.take('AS')) return cursor.identifier();
  return !isModifier(cursor) && cursor.isIdentifier() ? cursor.identifier() : undefined;
}

/** Words that are no reserved ones and begin something behind a table. */
function isModifier(cursor: TokenCursor): boolean {
  const isCalled = cursor.peek(1).text === '(';
  return isCalled && cursor.isAnyOf(['PIVOT', 'UNPIVOT', 'MATCH_RECOGNIZE']);
}

function refuseModifiers(cursor: TokenCursor): void {
  if (isModifier(cursor) || cursor.isAnyOf(['TABLESAMPLE', 'FOR']))
    throw new UnsupportedSql(
      `${cursor.is('FOR') ? 'FOR SYSTEM_TIME AS OF' : cursor.token.text.toUpperCase()} (${place(cursor.at)})`,
    );
}
