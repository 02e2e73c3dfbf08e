/** GoogleSQL's words: https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical */
import { SqlError, UnsupportedSql } from './contract.ts';
import { decodeText } from './string-literal.ts';

export interface Position {
  /** From 1. */
  line: number;
  column: number;
}

type TokenKind =
  | 'name'
  /** In backticks: never a keyword. */
  | 'quoted'
  | 'string'
  /** `value` holds one character a byte. */
  | 'bytes'
  | 'integer'
  | 'float'
  | 'parameter'
  | 'symbol'
  | 'end';

export interface Token {
  kind: TokenKind;
  /** As written; of a name also the value. */
  text: string;
  /** Strings and quoted names: decoded. */
  value: string;
  at: Position;
  start: number;
  end: number;
}

export function syntaxError(message: string, at: Position): SqlError {
  return new SqlError('invalidQuery', `Syntax error: ${message} at ${place(at)}`);
}

export function place({ line, column }: Position): string {
  return `[${line}:${column}]`;
}

const SPACE = /(?:\s+|#[^\n]*|--[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const STRING_START = /([rR][bB]?|[bB][rR]?)?("""|'''|"|')/y;
/** `>>` is two tokens, because it also ends `ARRAY<STRUCT<…>>`. */
const SYMBOL = /<=|>=|!=|<>|\|\||<<|=>|\+=|-=|[-+*/%=<>(),.;[\]{}:&|^~!$]/y;

export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  const positionOf = positions(sql);
  if (!sql.isWellFormed()) throw syntaxError('Illegal input character', { line: 1, column: 1 });
  let offset = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset;
    return pattern.exec(sql);
  };
  const push = (kind: TokenKind, length: number, value?: string) => {
    const text = sql.slice(offset, offset + length);
    tokens.push({
      kind,
      text,
      value: value ?? text,
      at: positionOf(offset),
      start: offset,
      end: offset + length,
    });
    offset += length;
  };
  for (;;) {
    offset += match(SPACE)?.[0].length ?? 0;
    if (offset >= sql.length) break;
    const at = positionOf(offset);
    const string = match(STRING_START);
    if (string) {
      const [all, prefix = '', quote = ''] = string;
      const flags = prefix.toLowerCase();
      const end = endOfText(sql, offset + all.length, quote, flags.includes('r'), at);
      const raw = sql.slice(offset + all.length, end);
      const value = decodeText(raw, { isRaw: flags.includes('r'), isBytes: flags.includes('b') }, at);
      push(flags.includes('b') ? 'bytes' : 'string', end + quote.length - offset, value);
      continue;
    }
    const number = match(NUMBER);
    // `a.1` is a path; nothing that BigQuery accepts has a number right behind a name.
    if (number) {
      if (/[A-Za-z_0-9]/.test(sql[offset + number[0].length] ?? ''))
        throw syntaxError(`Missing whitespace between literal and alias`, at);
      push(/^0x|^[0-9]+$/i.test(number[0]) ? 'integer' : 'float', number[0].length);
      continue;
    }
    const name = match(NAME);
    if (name) {
      push('name', name[0].length);
      continue;
    }
    if (sql[offset] === '`') {
      const end = endOfText(sql, offset + 1, '`', false, at);
      const value = decodeText(sql.slice(offset + 1, end), { isRaw: false, isBytes: false }, at);
      if (value === '') throw syntaxError('Invalid empty identifier', at);
      push('quoted', end + 1 - offset, value);
      continue;
    }
    if (sql[offset] === '?') {
      push('parameter', 1);
      continue;
    }
    if (sql[offset] === '@') {
      const parameter = /@(?:([A-Za-z_][A-Za-z0-9_]*)|`([^`\\]+)`)/y;
      const found = match(parameter);
      if (!found) throw new UnsupportedSql(`hints and system variables (${place(at)})`);
      push('parameter', found[0].length, found[1] ?? found[2] ?? '');
      continue;
    }
    const symbol = match(SYMBOL);
    if (!symbol) throw syntaxError(`Illegal input character ${JSON.stringify(sql[offset])}`, at);
    push('symbol', symbol[0].length);
  }
  push('end', 0);
  return tokens;
}

/** The offset of the closing quote. */
function endOfText(sql: string, from: number, quote: string, isRaw: boolean, at: Position): number {
  const what = quote === '`' ? 'identifier' : isRaw ? 'raw string literal' : 'string literal';
  for (let index = from; index < sql.length; index++) {
    // A backslash guards the next character in raw strings too; it only stays in the value.
    if (sql[index] === '\\') index++;
    else if (sql.startsWith(quote, index)) return index;
    else if (sql[index] === '\n' && quote.length === 1) break;
  }
  throw syntaxError(quote.length === 3 ? `Unclosed triple-quoted ${what}` : `Unclosed ${what}`, at);
}

/** Columns count characters, and a tab goes to the next multiple of eight, as in BigQuery's messages. */
function positions(sql: string): (offset: number) => Position {
  const starts = [0];
  for (const { index } of sql.matchAll(/\n/g)) starts.push(index + 1);
  return (offset) => {
    let line = starts.length;
    while ((starts[line - 1] ?? 0) > offset) line--;
    let column = 1;
    for (const character of sql.slice(starts[line - 1], offset))
      column = character === '\t' ? column + 8 - ((column - 1) % 8) : column + 1;
    return { line, column };
  };
}
