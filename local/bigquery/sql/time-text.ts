/**
 * Dates and times as BigQuery reads them from text: one reader for literals, parameters and casts, because DuckDB's is
 * laxer. https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules
 * Results are microseconds since the epoch (or midnight), days since the epoch; `undefined`: not such a text.
 */

import { momentInZone } from './time-zone.ts';

const DATE = String.raw`(\d{4})-(\d{1,2})-(\d{1,2})`;
const CLOCK = String.raw`(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?`;
/** An offset stands right behind the clock and a name apart from it; behind a date alone only an offset, apart. */
const OFFSET = String.raw`([+-])(\d{1,2})(?::(\d{2}))?`;

const DATE_ONLY = new RegExp(`^${DATE}$`);
const TIME_ONLY = new RegExp(`^${CLOCK}$`);
const DATE_TIME = new RegExp(`^${DATE}(?:[ Tt]${CLOCK})?$`);
const TIMESTAMP = new RegExp(`^${DATE}(?:[ Tt]${CLOCK}(?:[Zz]|${OFFSET}| ([A-Za-z]\\S*))?)?$`);
const DATE_AND_OFFSET = new RegExp(`^${DATE}()()()() ${OFFSET}$`);

const DAY_MICROS = 86_400_000_000n;

export function readDate(text: string): number | undefined {
  const match = DATE_ONLY.exec(text);
  return match ? daysOf(match, 1) : undefined;
}

export function readTime(text: string): bigint | undefined {
  const match = TIME_ONLY.exec(text);
  return match ? clockOf(match, 1) : undefined;
}

export function readDatetime(text: string): bigint | undefined {
  const match = DATE_TIME.exec(text);
  return match ? momentOf(match) : undefined;
}

export function readTimestamp(text: string): bigint | undefined {
  const match = TIMESTAMP.exec(text) ?? DATE_AND_OFFSET.exec(text);
  if (!match) return undefined;
  const local = momentOf(match);
  if (local === undefined) return undefined;
  const [sign, hours, minutes = '0', zone] = [match[8], match[9], match[10], match[11]];
  if (zone !== undefined) return momentInZone(local, zone);
  if (sign === undefined) return local;
  if (Number(minutes) > 59 || Number(hours) * 60 + Number(minutes) > 14 * 60) return undefined;
  const offset = BigInt(Number(hours) * 60 + Number(minutes)) * 60_000_000n;
  return sign === '-' ? local + offset : local - offset;
}

function momentOf(match: RegExpExecArray): bigint | undefined {
  const days = daysOf(match, 1);
  const clock = !match[4] ? 0n : clockOf(match, 4);
  return days === undefined || clock === undefined ? undefined : BigInt(days) * DAY_MICROS + clock;
}

function daysOf(match: RegExpExecArray, from: number): number | undefined {
  const [year, month, day] = [Number(match[from]), Number(match[from + 1]), Number(match[from + 2])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isReal =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal && year >= 1 ? date.getTime() / 86_400_000 : undefined;
}

function clockOf(match: RegExpExecArray, from: number): bigint | undefined {
  const [hour, minute, second] = [Number(match[from]), Number(match[from + 1]), Number(match[from + 2])];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const micros = Number((match[from + 3] ?? '').padEnd(6, '0'));
  return BigInt((hour * 60 + minute) * 60 + second) * 1_000_000n + BigInt(micros);
}
