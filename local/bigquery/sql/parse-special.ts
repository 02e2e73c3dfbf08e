/** Expressions with a grammar of their own: CASE, CAST, EXTRACT, INTERVAL, STRUCT, ARRAY. */
import type { DatePart, Expression } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { parseExpression, parseList } from './parse-expression.ts';
import { parsePostfix } from './parse-primary.ts';
import { parseQuery, startsQuery } from './parse-query.ts';
import { parseType } from './parse-type.ts';
import type { TokenCursor } from './token-cursor.ts';

export function parseCase(cursor: TokenCursor): Expression {
  const { at } = cursor;
  cursor.expect('CASE');
  const operand = cursor.is('WHEN') ? undefined : parseExpression(cursor);
  const branches: { when: Expression; result: Expression }[] = [];
  while (cursor.take('WHEN')) {
    const when = parseExpression(cursor);
    cursor.expect('THEN');
    branches.push({ when, result: parseExpression(cursor) });
  }
  if (branches.length === 0) throw cursor.unexpected('WHEN');
  const otherwise = cursor.take('ELSE') ? parseExpression(cursor) : undefined;
  cursor.expect('END');
  return { node: 'case', branches, at, ...(operand && { operand }), ...(otherwise && { otherwise }) };
}

export function parseCast(cursor: TokenCursor): Expression {
  const { at, text } = cursor.next();
  cursor.expect('(');
  const operand = parseExpression(cursor);
  cursor.expect('AS');
  const type = parseType(cursor);
  if (cursor.isAnyOf(['FORMAT', 'AT']))
    throw new UnsupportedSql(`CAST … ${cursor.token.text} (${place(at)})`);
  cursor.expect(')');
  return { node: 'cast', operand, type, safe: text.toUpperCase() === 'SAFE_CAST', at };
}

function parseDatePart(cursor: TokenCursor): DatePart {
  const { at } = cursor;
  const name = cursor.identifier().name.toUpperCase();
  if (!cursor.take('(')) return { name, at };
  const weekday = cursor.identifier().name.toUpperCase();
  cursor.expect(')');
  return { name, weekday, at };
}

export function parseExtract(cursor: TokenCursor): Expression {
  const { at } = cursor.next();
  cursor.expect('(');
  const part = parseDatePart(cursor);
  cursor.expect('FROM');
  const from = parseExpression(cursor);
  const zone = cursor.take('AT', 'TIME', 'ZONE') ? parseExpression(cursor) : undefined;
  cursor.expect(')');
  return { node: 'extract', part, from, at, ...(zone && { zone }) };
}

export function parseInterval(cursor: TokenCursor): Expression {
  const { at } = cursor.next();
  const amount = cursor.is('-') ? parseNegative(cursor) : parsePostfix(cursor);
  const part = parseDatePart(cursor);
  if (cursor.is('TO')) throw new UnsupportedSql(`INTERVAL … TO … (${place(at)})`);
  return { node: 'interval', amount, part, at };
}

function parseNegative(cursor: TokenCursor): Expression {
  const { at } = cursor.next();
  return { node: 'unary', operator: '-', operand: parsePostfix(cursor), at };
}

export function parseStruct(cursor: TokenCursor): Expression {
  const { at } = cursor;
  const type = cursor.peek(1).text === '<' ? parseType(cursor) : undefined;
  if (type === undefined) cursor.expect('STRUCT');
  cursor.expect('(');
  const fields = cursor.is(')')
    ? []
    : parseList(cursor, (inner) => {
        const value = parseExpression(inner);
        return inner.take('AS') ? { value, alias: inner.identifier().name } : { value };
      });
  cursor.expect(')');
  return { node: 'struct', fields, at, ...(type && { type }) };
}

/** `[1, 2]`, `ARRAY[1, 2]`, `ARRAY<INT64>[1, 2]`, `ARRAY(SELECT …)` */
export function parseArray(cursor: TokenCursor): Expression {
  const { at } = cursor;
  const type = cursor.is('ARRAY') && cursor.peek(1).text === '<' ? parseType(cursor) : undefined;
  if (type === undefined && cursor.take('ARRAY') && cursor.take('(')) {
    if (!startsQuery(cursor)) throw cursor.unexpected('SELECT');
    const query = parseQuery(cursor);
    cursor.expect(')');
    return { node: 'subquery', form: 'array', query, at };
  }
  cursor.expect('[');
  const items = cursor.is(']') ? [] : parseList(cursor, parseExpression);
  cursor.expect(']');
  return { node: 'array', items, at, ...(type && { type }) };
}
