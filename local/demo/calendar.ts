/** The days that the demo's data cover, and how many rows each of them has. */

const DAY_MILLISECONDS = 86_400_000;
/** There is less to do on Saturday and Sunday. */
const WEEKEND_WEIGHT = 0.6;

export interface Day {
  /** `2026-11-24` */
  date: string;
  /** `20261124`: partition ids and date shards. */
  compact: string;
  startMilliseconds: number;
}

/**
 * The day as the demo needs it.
 * @throws when the text is not a date `YYYY-MM-DD`.
 */
export function dayOf(date: string): Day {
  const startMilliseconds = Date.parse(`${date}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(startMilliseconds))
    throw new Error(`not a date as YYYY-MM-DD: ${date}`);
  return { date, compact: date.replaceAll('-', ''), startMilliseconds };
}

/** The last `count` whole days before `today`, the oldest first. */
export function daysBefore(today: Day, count: number): Day[] {
  return Array.from({ length: count }, (_, index) => {
    const start = today.startMilliseconds - (count - index) * DAY_MILLISECONDS;
    return dayOf(new Date(start).toISOString().slice(0, 10));
  });
}

/** Shares `total` rows out among the days, without losing one. */
export function spreadRows(total: number, days: readonly Day[]): number[] {
  const weights = days.map(({ startMilliseconds }) => {
    const weekday = new Date(startMilliseconds).getUTCDay();
    return weekday === 0 || weekday === 6 ? WEEKEND_WEIGHT : 1;
  });
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let weightSoFar = 0;
  let rowsSoFar = 0;
  return weights.map((weight) => {
    weightSoFar += weight;
    const rows = Math.round((total * weightSoFar) / sum) - rowsSoFar;
    rowsSoFar += rows;
    return rows;
  });
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** `2026-11-24T09:05:07.031Z`; Date's own is several times slower. */
export function formatTime({ date }: Day, milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  const fraction = String(milliseconds % 1000).padStart(3, '0');
  const hour = TWO_DIGITS[Math.floor(minutes / 60)];
  return `${date}T${hour}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}.${fraction}Z`;
}
