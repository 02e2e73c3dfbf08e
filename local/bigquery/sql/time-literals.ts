/** DuckDB literals of dates and times: canonical, whatever the statement wrote. `undefined`: not such a text. */
import { readDate, readDatetime, readTime, readTimestamp } from './time-text.ts';

export function dateLiteral(text: string): string | undefined {
  const days = readDate(text);
  return days === undefined ? undefined : `DATE '${isoDay(days)}'`;
}

export function datetimeLiteral(text: string): string | undefined {
  const micros = readDatetime(text);
  return micros === undefined ? undefined : `TIMESTAMP '${isoMoment(micros)}'`;
}

export function timestampLiteral(text: string): string | undefined {
  const micros = readTimestamp(text);
  return micros === undefined ? undefined : timestampOfMicros(micros);
}

export function timeLiteral(text: string): string | undefined {
  const micros = readTime(text);
  return micros === undefined ? undefined : `TIME '${isoMoment(micros).slice(11)}'`;
}

export function timestampOfMicros(micros: bigint): string {
  return `TIMESTAMPTZ '${isoMoment(micros)}+00'`;
}

function isoDay(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** `2026-01-01 00:00:00.000000` */
function isoMoment(micros: bigint): string {
  const part = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((micros - part) / 1_000_000n);
  const iso = new Date(seconds * 1000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${String(part).padStart(6, '0')}`;
}
