/** Function calls: https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-reference */
import type { Call, Expression, FrameBound, OrderItem, Window } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { parseExpression, parseList } from './parse-expression.ts';
import type { TokenCursor } from './token-cursor.ts';

export function parseCall(cursor: TokenCursor): Call {
  const { at } = cursor;
  const { name, safe } = parseFunctionName(cursor);
  const call: Call = {
    node: 'call',
    name,
    safe,
    args: [],
    namedArgs: [],
    star: false,
    distinct: false,
    orderBy: [],
    at,
  };
  cursor.expect('(');
  if (cursor.take('*')) call.star = true;
  else if (!cursor.is(')')) parseArguments(cursor, call);
  cursor.expect(')');
  if (cursor.isAnyOf(['FILTER', 'WITHIN']) && cursor.peek(1).text === '(')
    throw new UnsupportedSql(`${cursor.token.text} of a function call (${place(cursor.at)})`);
  if (cursor.take('OVER')) {
    if (cursor.take('(')) {
      call.over = parseWindow(cursor);
      cursor.expect(')');
    } else call.over = { reference: cursor.identifier() };
  }
  return call;
}

function parseFunctionName(cursor: TokenCursor): { name: string; safe: boolean } {
  const parts = [cursor.next().value.toUpperCase()];
  while (cursor.take('.')) parts.push(cursor.identifierAfterDot().name.toUpperCase());
  const safe = parts[0] === 'SAFE' && parts.length > 1;
  return { name: (safe ? parts.slice(1) : parts).join('.'), safe };
}

function parseArguments(cursor: TokenCursor, call: Call): void {
  call.distinct = cursor.take('DISTINCT');
  do {
    const named = cursor.peek(1);
    if (named.kind === 'symbol' && named.text === '=>') {
      const name = cursor.identifier().name.toLowerCase();
      cursor.expect('=>');
      call.namedArgs.push({ name, value: parseExpression(cursor) });
    } else call.args.push(parseArgument(cursor));
  } while (cursor.take(','));
  if (cursor.is('IGNORE', 'NULLS') || cursor.is('RESPECT', 'NULLS')) {
    call.nulls = cursor.next().text.toUpperCase() as 'IGNORE' | 'RESPECT';
    cursor.next();
  }
  if (cursor.is('HAVING')) throw new UnsupportedSql(`HAVING in an aggregate (${place(cursor.at)})`);
  if (cursor.take('ORDER', 'BY')) call.orderBy = parseList(cursor, parseOrderItem);
  if (cursor.take('LIMIT')) call.limit = parseExpression(cursor);
}

function parseArgument(cursor: TokenCursor): Expression {
  const argument = parseExpression(cursor);
  if (cursor.is('AS')) throw new UnsupportedSql(`AS in a function's arguments (${place(cursor.at)})`);
  return argument;
}

export function parseOrderItem(cursor: TokenCursor): OrderItem {
  const value = parseExpression(cursor);
  if (cursor.is('COLLATE')) throw new UnsupportedSql(`COLLATE (${place(cursor.at)})`);
  const descending = cursor.take('DESC');
  if (!descending) cursor.take('ASC');
  if (!cursor.take('NULLS')) return { value, descending };
  if (cursor.take('FIRST')) return { value, descending, nulls: 'FIRST' };
  cursor.expect('LAST');
  return { value, descending, nulls: 'LAST' };
}

/** What stands in the parentheses of OVER or of WINDOW. */
export function parseWindow(cursor: TokenCursor): Window {
  if (cursor.isIdentifier()) throw new UnsupportedSql(`a window on top of another (${place(cursor.at)})`);
  const window: Window = { partitionBy: [], orderBy: [] };
  if (cursor.take('PARTITION', 'BY')) window.partitionBy = parseList(cursor, parseExpression);
  if (cursor.take('ORDER', 'BY')) window.orderBy = parseList(cursor, parseOrderItem);
  const unit = cursor.is('ROWS') ? 'ROWS' : cursor.is('RANGE') ? 'RANGE' : undefined;
  if (unit === undefined) return window;
  cursor.next();
  if (!cursor.take('BETWEEN')) return { ...window, frame: { unit, from: parseBound(cursor) } };
  const from = parseBound(cursor);
  cursor.expect('AND');
  return { ...window, frame: { unit, from, to: parseBound(cursor) } };
}

function parseBound(cursor: TokenCursor): FrameBound {
  for (const kind of ['UNBOUNDED PRECEDING', 'UNBOUNDED FOLLOWING', 'CURRENT ROW'] as const)
    if (cursor.take(...kind.split(' '))) return { kind };
  const amount = parseExpression(cursor);
  if (cursor.take('PRECEDING')) return { kind: 'PRECEDING', amount };
  cursor.expect('FOLLOWING');
  return { kind: 'FOLLOWING', amount };
}
