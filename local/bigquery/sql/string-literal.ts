/** Strings as GoogleSQL writes them, and as DuckDB does. */
import { type Position, syntaxError } from './lexer.ts';

const SIMPLE: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};

interface Form {
  isRaw: boolean;
  /** The result then has one character a byte. */
  isBytes: boolean;
}

/**
 * What stands between the quotes of a literal, decoded.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#escape_sequences
 */
export function decodeText(raw: string, form: Form, at: Position): string {
  const text = raw.replace(/\r\n?/g, '\n');
  const bytes = form.isBytes ? Buffer.from(text, 'utf8').toString('latin1') : text;
  if (form.isRaw) return bytes;
  return bytes.replace(
    /\\(?:([0-3][0-7]{2})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]?))/g,
    (all, octal?: string, hex?: string, short?: string, long?: string, simple?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const unicode = short ?? long;
      if (unicode !== undefined && !form.isBytes) return codePoint(Number.parseInt(unicode, 16), all, at);
      const character = SIMPLE[simple ?? ''];
      if (character === undefined) throw syntaxError(`Illegal escape sequence: ${all}`, at);
      return character;
    },
  );
}

function codePoint(code: number, written: string, at: Position): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    throw syntaxError(`Illegal escape sequence: ${written}`, at);
  return String.fromCodePoint(code);
}

/**
 * A DuckDB string literal. DuckDB reads its SQL as a C string, so a NUL must not stand in the text; a lone surrogate
 * would become U+FFFD on the way and match another string than the one asked for, so it must not have come this far.
 */
export function quoteString(text: string): string {
  if (!text.isWellFormed()) throw new Error('a string with half a surrogate pair');
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? `${parts[0]}` : `(${parts.join(' || chr(0) || ')})`;
}

/** A DuckDB BLOB literal of the bytes that the characters stand for. */
export function quoteBytes(bytes: string): string {
  return `from_hex('${Buffer.from(bytes, 'latin1').toString('hex')}')`;
}
