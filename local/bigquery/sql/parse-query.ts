/** https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax */
import type { Query, QueryBody, Select, SelectItem, SetOperator } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { parseOrderItem, parseWindow } from './parse-call.ts';
import { parseExpression, parseList } from './parse-expression.ts';
import { parseFrom } from './parse-from.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Whether a query comes next, perhaps in parentheses. */
export function startsQuery(cursor: TokenCursor): boolean {
  let ahead = 0;
  while (cursor.peek(ahead).kind === 'symbol' && cursor.peek(ahead).text === '(') ahead++;
  const { kind, text } = cursor.peek(ahead);
  return kind === 'name' && ['SELECT', 'WITH'].includes(text.toUpperCase()) && isWholeQuery(cursor, ahead);
}

/** `((SELECT 1) + 1)` begins like a query and is an expression: behind its parenthesis an operator follows. */
function isWholeQuery(cursor: TokenCursor, opened: number): boolean {
  let depth = 0;
  for (let ahead = 0; opened > 0; ahead++) {
    const { kind, text } = cursor.peek(ahead);
    if (kind === 'end') return true;
    if (kind !== 'symbol') continue;
    if (text === '(') depth++;
    if (text !== ')') continue;
    depth--;
    if (depth > 0) continue;
    const next = cursor.peek(ahead + 1);
    return [')', ';', ''].includes(next.text) || /^(UNION|EXCEPT|INTERSECT|ORDER|LIMIT)$/i.test(next.text);
  }
  return true;
}

export function parseQuery(cursor: TokenCursor): Query {
  const { at } = cursor;
  const query: Query = { with: [], body: { kind: 'select' } as Select, orderBy: [], at };
  if (cursor.take('WITH')) {
    if (cursor.take('RECURSIVE')) query.isRecursive = true;
    query.with = parseList(cursor, (inner) => {
      const name = inner.identifier();
      inner.expect('AS', '(');
      const named = { name, query: parseQuery(inner) };
      inner.expect(')');
      return named;
    });
  }
  query.body = parseBody(cursor);
  if (cursor.take('ORDER', 'BY')) query.orderBy = parseList(cursor, parseOrderItem);
  if (cursor.take('LIMIT')) {
    query.limit = parseExpression(cursor);
    if (cursor.take('OFFSET')) query.offset = parseExpression(cursor);
  }
  return query;
}

/** One kind of set operation a level: GoogleSQL wants parentheses where they are mixed. */
function parseBody(cursor: TokenCursor): QueryBody {
  const { at } = cursor;
  const first = parseTerm(cursor);
  const operator = parseSetOperator(cursor);
  if (operator === undefined) return first;
  const branches = [first, parseTerm(cursor)];
  for (let next = parseSetOperator(cursor); next !== undefined; next = parseSetOperator(cursor)) {
    if (next !== operator || operator === 'EXCEPT DISTINCT')
      throw new UnsupportedSql(`several set operations without parentheses (${place(at)})`);
    branches.push(parseTerm(cursor));
  }
  return { kind: 'set', operator, branches, at };
}

function parseSetOperator(cursor: TokenCursor): SetOperator | undefined {
  const operators = ['UNION ALL', 'UNION DISTINCT', 'EXCEPT DISTINCT', 'INTERSECT DISTINCT'] as const;
  const found = operators.find((operator) => cursor.take(...operator.split(' ')));
  if (found && cursor.isAnyOf(['BY', 'CORRESPONDING', 'STRICT']))
    throw new UnsupportedSql(`${found} ${cursor.token.text} (${place(cursor.at)})`);
  if (!found && cursor.isAnyOf(['UNION', 'EXCEPT', 'INTERSECT'])) {
    cursor.next();
    throw cursor.unexpected('keyword ALL or keyword DISTINCT');
  }
  return found;
}

function parseTerm(cursor: TokenCursor): QueryBody {
  if (!cursor.take('(')) return parseSelect(cursor);
  const query = parseQuery(cursor);
  cursor.expect(')');
  return { kind: 'query', query };
}

function parseSelect(cursor: TokenCursor): Select {
  const { at } = cursor;
  cursor.expect('SELECT');
  if (cursor.is('WITH')) throw new UnsupportedSql(`SELECT WITH (${place(at)})`);
  const distinct = cursor.take('DISTINCT');
  if (!distinct) cursor.take('ALL');
  const as = cursor.take('AS', 'STRUCT') ? 'STRUCT' : cursor.take('AS', 'VALUE') ? 'VALUE' : undefined;
  const select: Select = {
    kind: 'select',
    distinct,
    items: parseItems(cursor),
    windows: [],
    at,
    ...(as && { as }),
  };
  if (cursor.take('FROM')) select.from = parseFrom(cursor);
  if (cursor.take('WHERE')) select.where = parseExpression(cursor);
  if (cursor.take('GROUP', 'BY')) {
    if (cursor.isAnyOf(['ROLLUP', 'CUBE', 'GROUPING', 'ALL', '(']) && !cursor.is('(', 'SELECT'))
      if (!cursor.is('(')) throw new UnsupportedSql(`GROUP BY ${cursor.token.text} (${place(cursor.at)})`);
    select.groupBy = parseList(cursor, parseExpression);
  }
  if (cursor.take('HAVING')) select.having = parseExpression(cursor);
  if (cursor.take('QUALIFY')) select.qualify = parseExpression(cursor);
  if (cursor.take('WINDOW'))
    select.windows = parseList(cursor, (inner) => {
      const name = inner.identifier();
      inner.expect('AS', '(');
      const window = parseWindow(inner);
      inner.expect(')');
      return { name, window };
    });
  return select;
}

function parseItems(cursor: TokenCursor): SelectItem[] {
  const items = [parseItem(cursor)];
  // A comma may stand behind the last item.
  while (cursor.take(',') && !cursor.isAnyOf(['FROM', ')']) && cursor.token.kind !== 'end')
    items.push(parseItem(cursor));
  return items;
}

function parseItem(cursor: TokenCursor): SelectItem {
  const { at } = cursor;
  if (cursor.take('*')) return parseStar(cursor, at);
  const mark = cursor.mark();
  const positional = cursor.positional;
  const base = starBase(cursor);
  if (base) return { ...parseStar(cursor, at), base };
  cursor.reset(mark);
  cursor.positional = positional;
  const value = parseExpression(cursor);
  if (cursor.take('.')) {
    // `f(x).*`: the parser of expressions stops before nothing but a star.
    cursor.expect('*');
    return { ...parseStar(cursor, at), base: value };
  }
  const alias = cursor.take('AS') || cursor.isIdentifier() ? cursor.identifier() : undefined;
  return { kind: 'value', value, at, ...(alias && { alias }) };
}

/** The path before `.*`, if that is what comes. */
function starBase(cursor: TokenCursor) {
  const start = cursor.mark();
  let ahead = 0;
  while (['name', 'quoted'].includes(cursor.peek(ahead).kind) && cursor.peek(ahead + 1).text === '.') {
    if (cursor.peek(ahead + 2).text === '*' && cursor.peek(ahead + 2).kind === 'symbol') {
      const { at } = cursor;
      const parts = [];
      for (let index = 0; index <= ahead; index += 2) {
        parts.push(cursor.identifierAfterDot());
        cursor.expect('.');
      }
      cursor.expect('*');
      return { node: 'path' as const, parts, at };
    }
    ahead += 2;
  }
  cursor.reset(start);
  return undefined;
}

function parseStar(cursor: TokenCursor, at: Query['at']): Extract<SelectItem, { kind: 'star' }> {
  const star: Extract<SelectItem, { kind: 'star' }> = { kind: 'star', except: [], replace: [], at };
  if (cursor.take('EXCEPT', '(')) {
    star.except = parseList(cursor, (inner) => inner.identifier());
    cursor.expect(')');
  }
  if (cursor.take('REPLACE', '(')) {
    star.replace = parseList(cursor, (inner) => {
      const value = parseExpression(inner);
      inner.expect('AS');
      return { value, name: inner.identifier() };
    });
    cursor.expect(')');
  }
  return star;
}
