/** What stands between operators: literals, names, field access, subscripts, parenthesised things. */
import type { Expression, SubscriptMode } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { parseCall } from './parse-call.ts';
import { parseExpression, parseList } from './parse-expression.ts';
import { parseQuery, startsQuery } from './parse-query.ts';
import {
  parseArray,
  parseCase,
  parseCast,
  parseExtract,
  parseInterval,
  parseStruct,
} from './parse-special.ts';
import type { TokenCursor } from './token-cursor.ts';

export function parsePostfix(cursor: TokenCursor): Expression {
  let base = parsePrimary(cursor);
  for (;;) {
    const { at } = cursor;
    if (cursor.is('.')) {
      cursor.next();
      if (cursor.is('*')) {
        // `t.*` belongs to the select list, which looks for it itself.
        throw cursor.unexpected();
      }
      const part = cursor.identifierAfterDot();
      if (base.node === 'path') base = { ...base, parts: [...base.parts, part] };
      else base = { node: 'field', base, name: part.name, at };
    } else if (cursor.take('[')) {
      base = { node: 'subscript', base, ...parseSubscript(cursor), at };
      cursor.expect(']');
    } else return base;
  }
}

function parseSubscript(cursor: TokenCursor): { index: Expression; mode: SubscriptMode } {
  for (const mode of ['OFFSET', 'SAFE_OFFSET', 'ORDINAL', 'SAFE_ORDINAL'] as const) {
    if (!cursor.take(mode, '(')) continue;
    const index = parseExpression(cursor);
    cursor.expect(')');
    return { index, mode };
  }
  return { index: parseExpression(cursor), mode: 'plain' };
}

/** Types that may stand before a string literal. */
const TYPED_LITERALS = ['DATE', 'DATETIME', 'TIME', 'TIMESTAMP', 'NUMERIC', 'DECIMAL', 'JSON'];
const UNSUPPORTED_LITERALS = ['BIGNUMERIC', 'BIGDECIMAL', 'RANGE'];
/** Functions without parentheses. */
const BARE_FUNCTIONS = ['CURRENT_DATE', 'CURRENT_TIMESTAMP', 'CURRENT_DATETIME', 'CURRENT_TIME'];

function parsePrimary(cursor: TokenCursor): Expression {
  const { token } = cursor;
  const { at, kind, value } = token;
  switch (kind) {
    case 'string':
    case 'bytes':
    case 'integer':
    case 'float':
      cursor.next();
      return { node: kind, value, at };
    case 'parameter':
      cursor.next();
      return token.text === '?'
        ? { node: 'parameter', index: cursor.positional++, at }
        : { node: 'parameter', name: value, index: 0, at };
    case 'quoted':
      return cursor.peek(1).text === '(' && cursor.peek(1).kind === 'symbol'
        ? parseCall(cursor)
        : { node: 'path', parts: [cursor.identifier()], at };
    case 'symbol':
      return parseSymbol(cursor);
    case 'name':
      return parseWord(cursor);
    case 'end':
      throw cursor.unexpected();
  }
}

function parseSymbol(cursor: TokenCursor): Expression {
  const { at } = cursor;
  if (cursor.is('[')) return parseArray(cursor);
  if (!cursor.take('(')) throw cursor.unexpected();
  if (startsQuery(cursor)) {
    const query = parseQuery(cursor);
    cursor.expect(')');
    return { node: 'subquery', form: 'scalar', query, at };
  }
  const items = parseList(cursor, parseExpression);
  cursor.expect(')');
  const [only] = items;
  if (items.length === 1 && only) {
    // A parenthesised path is an expression: `(a).b` is a field of it, never a longer name.
    return only;
  }
  return { node: 'struct', fields: items.map((value) => ({ value })), at };
}

function parseWord(cursor: TokenCursor): Expression {
  const { at, token } = cursor;
  const word = token.text.toUpperCase();
  const next = cursor.peek(1);
  const isCall = next.kind === 'symbol' && next.text === '(';
  switch (word) {
    case 'NULL':
      cursor.next();
      return { node: 'null', at };
    case 'TRUE':
    case 'FALSE':
      cursor.next();
      return { node: 'boolean', value: word === 'TRUE', at };
    case 'CASE':
      return parseCase(cursor);
    case 'CAST':
    case 'SAFE_CAST':
      if (isCall) return parseCast(cursor);
      break;
    case 'EXTRACT':
      return parseExtract(cursor);
    case 'INTERVAL':
      return parseInterval(cursor);
    case 'STRUCT':
      return parseStruct(cursor);
    case 'ARRAY':
      return parseArray(cursor);
    case 'EXISTS': {
      cursor.expect('EXISTS', '(');
      const query = parseQuery(cursor);
      cursor.expect(')');
      return { node: 'subquery', form: 'exists', query, at };
    }
    case 'IF':
      if (isCall) return parseCall(cursor);
      break;
    case 'NEW':
    case 'WITH':
      throw new UnsupportedSql(`${word} expressions (${place(at)})`);
  }
  if (next.kind === 'string' && TYPED_LITERALS.includes(word)) {
    cursor.next();
    return { node: 'typed', type: word === 'DECIMAL' ? 'NUMERIC' : word, value: cursor.next().value, at };
  }
  if (next.kind === 'string' && UNSUPPORTED_LITERALS.includes(word))
    throw new UnsupportedSql(`${word} literals (${place(at)})`);
  if (BARE_FUNCTIONS.includes(word) && !isCall) {
    cursor.next();
    return {
      node: 'call',
      name: word,
      safe: false,
      args: [],
      namedArgs: [],
      star: false,
      distinct: false,
      orderBy: [],
      at,
    };
  }
  if (isCall || isSafeCall(cursor)) return parseCall(cursor);
  return { node: 'path', parts: [cursor.identifier()], at };
}

/** `SAFE.f(`, `NET.HOST(`: a name of functions in two parts. */
function isSafeCall(cursor: TokenCursor): boolean {
  const [dot, name, open] = [cursor.peek(1), cursor.peek(2), cursor.peek(3)];
  return dot.text === '.' && name.kind === 'name' && open.kind === 'symbol' && open.text === '(';
}
