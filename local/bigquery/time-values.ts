/** Dates and times as rows bring them. https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#timestamp_type */

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const TIME = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d{1,9})?)?$/;
const TIMESTAMP =
  /^(\d{4}[-/]\d{1,2}[-/]\d{1,2})(?:[Tt ]+(\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,9})?)?))? *(Z|z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)?$/;
/** What DuckDB casts as it stands. */
const PLAIN = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?$/;
const SECONDS = /^-?\d+(?:\.\d+)?(?:[eE][+]?\d+)?$/;
/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#timestamp_type: years 0001 to 9999. */
const SECONDS_MIN = -62_135_596_800;
const SECONDS_END = 253_402_300_800;

export function isDate(text: string): boolean {
  const parts = DATE.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

export function isTime(text: string): boolean {
  const parts = TIME.exec(text);
  if (parts === null) return false;
  const [hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0)) as [number, number, number];
  return hour <= 23 && minute <= 59 && second <= 59;
}

/** The same value when DuckDB reads it as BigQuery does, another form of it when not, `undefined` when it is none. */
export function parseTimestamp(value: unknown): string | undefined {
  if (typeof value === 'number' || (typeof value === 'string' && SECONDS.test(value)))
    return fromSeconds(String(value));
  if (typeof value !== 'string') return undefined;
  const parts = TIMESTAMP.exec(value);
  if (parts === null) return undefined;
  const [, date = '', time = '00:00:00', zone = 'Z'] = parts;
  const dashed = date.replaceAll('/', '-');
  if (!isDate(dashed) || !isTime(time)) return undefined;
  return PLAIN.test(value) ? value : `${padded(dashed, '-')}T${padded(time, ':')}${offset(zone)}`;
}

function fromSeconds(text: string): string | undefined {
  const seconds = Number(text);
  if (!(seconds >= SECONDS_MIN && seconds < SECONDS_END)) return undefined;
  const whole = Math.floor(seconds);
  // The text's own digits: a double of today's seconds has not room for microseconds beyond doubt.
  const digits = /^\d+\.(\d{1,6})/.exec(text)?.[1];
  const fraction = digits ?? String(Math.round((seconds - whole) * 1e6)).padStart(6, '0');
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

function padded(text: string, separator: string): string {
  const [first = '', second = '', third = '00'] = text.split(separator);
  const [whole = '', fraction] = third.split('.');
  const end = whole.padStart(2, '0') + (fraction === undefined ? '' : `.${fraction.slice(0, 6)}`);
  return [first.padStart(2, '0'), second.padStart(2, '0'), end].join(separator);
}

function offset(zone: string): string {
  if (!/^[+-]/.test(zone)) return 'Z';
  const [, sign = '+', hours = '0', minutes = '00'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
  return `${sign}${hours.padStart(2, '0')}:${minutes}`;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
