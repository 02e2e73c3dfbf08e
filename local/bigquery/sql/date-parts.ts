/** What the parts of dates mean, in DuckDB's SQL. Without a time zone everything is UTC. */
import type { DatePart } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { type Position, place } from './lexer.ts';
import { DATE, DATETIME, INT64, TIME, type Type } from './types.ts';
import { invalid } from './value.ts';

const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
export const CLOCK_PARTS = ['MICROSECOND', 'MILLISECOND', 'SECOND', 'MINUTE', 'HOUR'];
const DAY_PARTS = ['DAY', 'WEEK', 'ISOWEEK', 'MONTH', 'QUARTER', 'YEAR', 'ISOYEAR'];
export const MICROS: Record<string, number> = {
  MICROSECOND: 1,
  MILLISECOND: 1000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
  DAY: 86_400_000_000,
};

function refuse(what: string, part: DatePart, type: Type): Error {
  return invalid(
    `${what} does not support the ${part.name} date part when the argument is ${type.kind} type`,
    part.at,
  );
}

/** How many days a week's first day lies before Monday. */
function weekShift(part: DatePart): number {
  if (part.name === 'ISOWEEK') return 0;
  const index = WEEKDAYS.indexOf(part.weekday ?? 'SUNDAY');
  if (index < 0)
    throw invalid(`A valid date part name is required but found ${part.name}(${part.weekday})`, part.at);
  return (7 - index) % 7;
}

export function checkPart(what: string, part: DatePart, type: Type, allowed: readonly string[]): void {
  if (!allowed.includes(part.name)) throw refuse(what, part, type);
  if (part.weekday !== undefined && part.name !== 'WEEK') throw refuse(what, part, type);
}

export function truncate(sql: string, part: DatePart, type: Type, _at: Position): string {
  checkPart(
    `${type.kind}_TRUNC`,
    part,
    type,
    type.kind === 'DATE' ? DAY_PARTS : [...CLOCK_PARTS, ...DAY_PARTS],
  );
  const duck = { DATE: 'DATE', DATETIME: 'TIMESTAMP', TIMESTAMP: 'TIMESTAMPTZ' }[type.kind as 'DATE'];
  const moment = type.kind === 'TIMESTAMP' ? `CAST(${sql} AS TIMESTAMP)` : sql;
  if (part.name === 'WEEK' || part.name === 'ISOWEEK') {
    const days = `to_days(${weekShift(part)})`;
    return `CAST(date_trunc('week', ${moment} + ${days}) - ${days} AS ${duck})`;
  }
  return `CAST(date_trunc('${part.name.toLowerCase()}', ${moment}) AS ${duck})`;
}

/** Whole units of a TIMESTAMP; borders crossed of a DATE or DATETIME. */
export function difference(end: string, start: string, part: DatePart, type: Type, _at: Position): string {
  if (type.kind === 'TIMESTAMP') {
    checkPart(`${type.kind}_DIFF`, part, type, [...CLOCK_PARTS, 'DAY']);
    return `((epoch_us(${end}) - epoch_us(${start})) // ${MICROS[part.name]})`;
  }
  checkPart(
    `${type.kind}_DIFF`,
    part,
    type,
    type.kind === 'DATE' ? DAY_PARTS : [...CLOCK_PARTS, ...DAY_PARTS],
  );
  if (part.name === 'WEEK' || part.name === 'ISOWEEK') {
    const [a, b] = [start, end].map((side) => truncate(side, part, type, part.at));
    return `(date_diff('day', ${a}, ${b}) // 7)`;
  }
  if (part.name === 'ISOYEAR')
    return `CAST(extract(isoyear FROM ${end}) - extract(isoyear FROM ${start}) AS BIGINT)`;
  return `date_diff('${part.name.toLowerCase()}', ${start}, ${end})`;
}

export function extractPart(
  moment: string,
  part: DatePart,
  type: Type,
  at: Position,
): { sql: string; type: Type } {
  const { name } = part;
  if (name === 'DATE' && type.kind !== 'TIME') return { sql: `CAST(${moment} AS DATE)`, type: DATE };
  if (name === 'TIME' && type.kind !== 'DATE') return { sql: `CAST(${moment} AS TIME)`, type: TIME };
  if (name === 'DATETIME' && type.kind === 'TIMESTAMP') return { sql: moment, type: DATETIME };
  const calendar = [...DAY_PARTS, 'DAYOFWEEK', 'DAYOFYEAR'];
  const allowed =
    type.kind === 'DATE' ? calendar : type.kind === 'TIME' ? CLOCK_PARTS : [...CLOCK_PARTS, ...calendar];
  checkPart('EXTRACT', part, type, allowed);
  return { sql: `CAST(${number(moment, part, at)} AS BIGINT)`, type: INT64 };
}

function number(moment: string, part: DatePart, at: Position): string {
  switch (part.name) {
    case 'MICROSECOND':
      return `(extract(microsecond FROM ${moment}) % 1000000)`;
    case 'MILLISECOND':
      return `(extract(millisecond FROM ${moment}) % 1000)`;
    case 'DAYOFWEEK':
      return `(extract(dayofweek FROM ${moment}) + 1)`;
    case 'ISOWEEK':
      return `extract(week FROM ${moment})`;
    case 'WEEK':
      if (part.weekday === undefined || part.weekday === 'SUNDAY') return `strftime(${moment}, '%U')`;
      if (part.weekday === 'MONDAY') return `strftime(${moment}, '%W')`;
      throw new UnsupportedSql(`EXTRACT(WEEK(${part.weekday})) (${place(at)})`);
    default:
      return `extract(${part.name.toLowerCase()} FROM ${moment})`;
  }
}
