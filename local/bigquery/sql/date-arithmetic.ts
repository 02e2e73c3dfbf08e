/** Moments and intervals: https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions#timestamp_add */
import type { DatePart } from './ast.ts';
import { CLOCK_PARTS, checkPart, MICROS } from './date-parts.ts';
import { quoteString } from './string-literal.ts';
import { duckType, type Type } from './types.ts';
import { raise } from './value.ts';

const MONTHS: Record<string, number> = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const DAYS: Record<string, number> = { DAY: 1, WEEK: 7 };

export function addInterval(sql: string, amount: string, part: DatePart, type: Type, sign: 1 | -1): string {
  const allowed = {
    DATE: [...Object.keys(DAYS), ...Object.keys(MONTHS)],
    TIMESTAMP: [...CLOCK_PARTS, 'DAY'],
    DATETIME: [...CLOCK_PARTS, ...Object.keys(DAYS), ...Object.keys(MONTHS)],
  }[type.kind as 'DATE'];
  checkPart(`${type.kind}_${sign === 1 ? 'ADD' : 'SUB'}`, part, type, allowed);
  const signed = sign === 1 ? amount : `(-${amount})`;
  return withinCalendar(shifted(sql, signed, part, type), part, type);
}

function shifted(sql: string, amount: string, part: DatePart, type: Type): string {
  const [month, day] = [MONTHS[part.name], DAYS[part.name]];
  if (month !== undefined)
    return `CAST(${sql} + to_months(CAST(${amount} * ${month} AS INTEGER)) AS ${duckType(type)})`;
  if (day !== undefined && type.kind !== 'TIMESTAMP')
    return `CAST(${sql} + to_days(CAST(${amount} * ${day} AS INTEGER)) AS ${duckType(type)})`;
  return `(${sql} + to_microseconds(${amount} * ${MICROS[part.name]}))`;
}

/** From the first day of the year 1 to the last of the year 9999: DuckDB's calendar is wider. */
function withinCalendar(sql: string, part: DatePart, type: Type): string {
  const [first, last] =
    type.kind === 'DATE'
      ? ['0001-01-01', '9999-12-31']
      : ['0001-01-01 00:00:00', '9999-12-31 23:59:59.999999'];
  const moment = type.kind === 'TIMESTAMP' ? `CAST(${sql} AS TIMESTAMP)` : sql;
  const literal = type.kind === 'DATE' ? 'DATE' : 'TIMESTAMP';
  const isInside = `${moment} BETWEEN ${literal} '${first}' AND ${literal} '${last}'`;
  const error = raise(quoteString(`Adding that many ${part.name} causes overflow of a ${type.kind}`), type);
  return `CASE WHEN NOT (${isInside}) THEN ${error} ELSE ${sql} END`;
}
