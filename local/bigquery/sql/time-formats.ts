/** https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_elements_date_time */
import { UnsupportedSql } from './contract.ts';
import { type Position, place } from './lexer.ts';
import type { Type } from './types.ts';

/** Elements that DuckDB writes alike, and what it calls them. */
const DATES: Record<string, string> = {
  Y: '%Y',
  m: '%m',
  d: '%d',
  j: '%j',
  y: '%y',
  a: '%a',
  A: '%A',
  b: '%b',
  B: '%B',
  h: '%b',
  F: '%Y-%m-%d',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
};
/** Only written: to read them, BigQuery has rules of its own. */
const DATES_WRITTEN: Record<string, string> = {
  E4Y: '%Y',
  G: '%G',
  V: '%V',
  u: '%u',
  w: '%w',
  U: '%U',
  W: '%W',
};
const CLOCKS: Record<string, string> = {
  H: '%H',
  M: '%M',
  S: '%S',
  I: '%I',
  p: '%p',
  T: '%H:%M:%S',
  R: '%H:%M',
  X: '%H:%M:%S',
};
const FRACTIONS_WRITTEN: Record<string, string> = { E3S: '%S.%g', E6S: '%S.%f' };
const FRACTIONS_READ: Record<string, string> = { E6S: '%S.%f' };
const ZONES_WRITTEN: Record<string, string> = { z: '+0000', Ez: '+00:00', Z: 'UTC' };
const ZONES_READ: Record<string, string> = { z: '%z', Ez: '%z' };

/** The format in DuckDB's elements. @throws UnsupportedSql for elements that differ */
export function duckFormat(text: string, { kind }: Type, at: Position, isRead = false): string {
  const elements: Record<string, string> = { ...DATES, ...(isRead ? {} : DATES_WRITTEN), '%': '%%' };
  if (kind !== 'DATE') Object.assign(elements, CLOCKS, isRead ? FRACTIONS_READ : FRACTIONS_WRITTEN);
  if (kind === 'TIMESTAMP') Object.assign(elements, isRead ? ZONES_READ : ZONES_WRITTEN);
  return text.replace(/%(E?[\d*]?[A-Za-z%]?)/g, (all, element: string) => {
    const duck = elements[element];
    if (duck === undefined) throw new UnsupportedSql(`the format element ${all} here (${place(at)})`);
    return duck;
  });
}
