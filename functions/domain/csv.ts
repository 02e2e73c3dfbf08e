/**
 * Rows as CSV (RFC 4180): nested values are JSON, NULL is nothing, and an empty text is `""`, so that the two can be told apart.
 * Line ends are CRLF; what writes lines adds the LF.
 */
import { parseExactly, plainText } from './exact-json.ts';

export function csvHeader(names: readonly string[]): string {
  return `${names.map(quote).join(',')}\r`;
}

/** @param row JSON text of an object */
export function csvLine(row: string, names: readonly string[]): string {
  const fields = parseExactly(row) as Record<string, unknown>;
  return `${names.map((name) => cell(fields[name])).join(',')}\r`;
}

function cell(value: unknown): string {
  const text = plainText(value);
  return text === undefined ? '' : quote(text);
}

function quote(text: string): string {
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
