/**
 * The demo tenant's data, in the true shapes of three vendors' exports. Nothing here depends on the machine, the clock or
 * chance: the same options give the same bytes, whatever the size, in constant memory.
 */
import { dayOf, daysBefore, spreadRows } from './calendar.ts';
import type { DemoTable } from './demo-table.ts';
import { ga4Tables } from './ga4.ts';
import { LOOK_ALIKES } from './look-alikes.ts';
import { countMappings, mixpanelTables } from './mixpanel.ts';
import { Population } from './people.ts';
import { snowplowTable } from './snowplow.ts';

export interface DemoOptions {
  /** Of all tables together; default 200,000, at least 1,000. */
  rows?: number;
  seed?: number;
  /** `2026-11-24`, in UTC: the day of the live table; everything else is before it. */
  today: string;
}

export const DEFAULT_ROWS = 200_000;
const ROWS_MIN = 1_000;
const ROWS_PER_PERSON = 50;
const PEOPLE_MIN = LOOK_ALIKES.length + 68;
const DAYS = 30;
/** Shares of the rows that are events. Snowplow has what is left. */
const MIXPANEL_SHARE = 0.45;
const GA4_SHARE = 0.35;
/** The live table's share of GA4's rows. */
const INTRADAY_SHARE = 1 / (DAYS * 6);

/**
 * All tables of the demo. Their rows add up to `rows` exactly.
 * @throws when there are fewer rows than the demo needs, or today is not a date.
 */
export function demoData(options: DemoOptions): DemoTable[] {
  const { rows = DEFAULT_ROWS } = options;
  if (!Number.isSafeInteger(rows) || rows < ROWS_MIN)
    throw new Error(`the demo needs at least ${ROWS_MIN} rows, not ${rows}`);
  const population = demoPopulation(options);
  const today = dayOf(options.today);
  const days = daysBefore(today, DAYS);
  const events = rows - population.size - countMappings(population);
  const mixpanel = Math.round(events * MIXPANEL_SHARE);
  const ga4 = Math.round(events * GA4_SHARE);
  const rowsToday = Math.max(1, Math.round(ga4 * INTRADAY_SHARE));
  return [
    ...mixpanelTables(population, days, spreadRows(mixpanel, days)),
    ...ga4Tables(population, { days, rowsPerDay: spreadRows(ga4 - rowsToday, days), today, rowsToday }),
    snowplowTable(population, days, spreadRows(events - mixpanel - ga4, days)),
  ];
}

/** Everyone who has an account. */
export function demoPopulation({
  rows = DEFAULT_ROWS,
  seed = 1,
}: Pick<DemoOptions, 'rows' | 'seed'>): Population {
  return new Population(Math.max(PEOPLE_MIN, Math.floor(rows / ROWS_PER_PERSON)), seed);
}
