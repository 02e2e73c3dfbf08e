/**
 * Operators, by precedence climbing:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#operator_precedence
 */
import type { Expression, InList } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { parsePostfix } from './parse-primary.ts';
import { parseQuery, startsQuery } from './parse-query.ts';
import type { TokenCursor } from './token-cursor.ts';

export function parseExpression(cursor: TokenCursor): Expression {
  let left = parseAnd(cursor);
  while (cursor.is('OR')) {
    cursor.next();
    left = { node: 'binary', operator: 'OR', left, right: parseAnd(cursor), at: left.at };
  }
  return left;
}

function parseAnd(cursor: TokenCursor): Expression {
  let left = parseNot(cursor);
  while (cursor.is('AND')) {
    cursor.next();
    left = { node: 'binary', operator: 'AND', left, right: parseNot(cursor), at: left.at };
  }
  return left;
}

function parseNot(cursor: TokenCursor): Expression {
  if (!cursor.is('NOT')) return parseComparison(cursor);
  const { at } = cursor.next();
  return { node: 'unary', operator: 'NOT', operand: parseNot(cursor), at };
}

const COMPARISONS = ['=', '<', '>', '<=', '>=', '!=', '<>'];

function parseComparison(cursor: TokenCursor): Expression {
  const left = parseBinary(cursor, 0);
  const compared = parseOneComparison(cursor, left);
  if (compared === undefined) return left;
  // `a = b IS NULL` and `a < b < c`: comparisons do not associate, except that IS may follow.
  if (cursor.is('IS')) return parseIs(cursor, compared);
  if (cursor.isAnyOf(COMPARISONS) || cursor.isAnyOf(['LIKE', 'IN', 'BETWEEN'])) throw cursor.unexpected();
  return compared;
}

function parseOneComparison(cursor: TokenCursor, left: Expression): Expression | undefined {
  const { at } = left;
  if (cursor.isAnyOf(COMPARISONS)) {
    const { text } = cursor.next();
    const operator = text === '<>' ? '!=' : text;
    return { node: 'binary', operator, left, right: parseBinary(cursor, 0), at };
  }
  if (cursor.is('IS')) return parseIs(cursor, left);
  const negated = cursor.is('NOT', 'IN') || cursor.is('NOT', 'LIKE') || cursor.is('NOT', 'BETWEEN');
  if (negated) cursor.next();
  if (cursor.take('BETWEEN')) {
    const low = parseBinary(cursor, 0);
    cursor.expect('AND');
    return { node: 'between', operand: left, low, high: parseBinary(cursor, 0), negated, at };
  }
  if (cursor.take('LIKE')) {
    if (cursor.isAnyOf(['ANY', 'ALL', 'SOME']))
      throw new UnsupportedSql(`LIKE ${cursor.token.text} (${place(at)})`);
    return { node: 'like', operand: left, pattern: parseBinary(cursor, 0), negated, at };
  }
  if (cursor.take('IN')) return { node: 'in', operand: left, list: parseInList(cursor), negated, at };
  return undefined;
}

function parseIs(cursor: TokenCursor, operand: Expression): Expression {
  const { at } = operand;
  cursor.expect('IS');
  const negated = cursor.take('NOT');
  if (cursor.take('DISTINCT', 'FROM'))
    return { node: 'distinct-from', left: operand, right: parseBinary(cursor, 0), negated, at };
  for (const test of ['NULL', 'TRUE', 'FALSE', 'UNKNOWN'] as const)
    if (cursor.take(test)) return { node: 'is', operand, test, negated, at };
  throw cursor.unexpected();
}

function parseInList(cursor: TokenCursor): InList {
  if (cursor.take('UNNEST')) {
    cursor.expect('(');
    const array = parseExpression(cursor);
    cursor.expect(')');
    return { kind: 'unnest', array };
  }
  cursor.expect('(');
  const list: InList = startsQuery(cursor)
    ? { kind: 'query', query: parseQuery(cursor) }
    : { kind: 'items', items: parseList(cursor, parseExpression) };
  cursor.expect(')');
  return list;
}

/** One or more, with commas between them. */
export function parseList<Item>(cursor: TokenCursor, parse: (cursor: TokenCursor) => Item): Item[] {
  const items = [parse(cursor)];
  while (cursor.take(',')) items.push(parse(cursor));
  return items;
}

/** From loosest to tightest. */
const BINARY_LEVELS = [['|'], ['^'], ['&'], ['<<', '>'], ['+', '-'], ['*', '/', '||']];

function parseBinary(cursor: TokenCursor, level: number): Expression {
  const operators = BINARY_LEVELS[level];
  if (operators === undefined) return parseUnary(cursor);
  let left = parseBinary(cursor, level + 1);
  while (cursor.isAnyOf(operators)) {
    const isShift = cursor.is('>', '>') && cursor.isAdjacent(1);
    if (cursor.is('>') && !isShift) break;
    const { text } = cursor.next();
    if (isShift) cursor.next();
    const right = parseBinary(cursor, level + 1);
    left = { node: 'binary', operator: isShift ? '>>' : text, left, right, at: left.at };
  }
  return left;
}

function parseUnary(cursor: TokenCursor): Expression {
  for (const operator of ['-', '+', '~'] as const) {
    if (!cursor.is(operator)) continue;
    const { at } = cursor.next();
    const operand = parseUnary(cursor);
    // -9223372036854775808 is one literal: its magnitude alone is no INT64.
    if (operator === '-' && operand.node === 'integer' && !operand.value.startsWith('-'))
      return { ...operand, value: `-${operand.value}`, at };
    return { node: 'unary', operator, operand, at };
  }
  return parsePostfix(cursor);
}
