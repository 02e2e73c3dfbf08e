/**
 * Live events: a few rows into today's intraday table, as a shop that is open. Only with LETHE_DEMO_LIVE=1, because rows that
 * come by insertAll stay in the streaming buffer and can be neither changed nor deleted for up to half an hour.
 */
import type { BigQuery } from '@google-cloud/bigquery';
import { dayOf } from './calendar.ts';
import { type DemoOptions, demoPopulation } from './demo-data.ts';
import { GA4_DATASET, liveRows } from './ga4.ts';

const ROWS_PER_TURN = 5;

/**
 * Writes a few rows by insertAll.
 * @param options of the demo that is loaded
 * @param turn 1, 2, …: each has rows of its own
 * @returns rows written
 */
export async function trickle(bigquery: BigQuery, options: DemoOptions, turn: number): Promise<number> {
  const today = dayOf(options.today);
  const rows = liveRows(demoPopulation(options), today, { turn, rows: ROWS_PER_TURN });
  await bigquery.dataset(GA4_DATASET).table(`events_intraday_${today.compact}`).insert(rows);
  return rows.length;
}
