/** What the demo's makers hand to its loader: tables as BigQuery makes them, rows as text. */
import type { Day } from './calendar.ts';

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
export interface SchemaField {
  name: string;
  type: string;
  mode?: string;
  fields?: SchemaField[];
}

/** Rows that one load job writes. */
export interface DemoPart {
  /** `20261124`, of a table partitioned by ingestion time: loaded into `table$20261124`. */
  partition?: string;
  rows: number;
  /** Newline-delimited JSON, a row at a time, each with its newline; can be asked for again and is then the same. */
  lines(): Iterable<string>;
}

export interface DemoTable {
  dataset: string;
  location: string;
  table: string;
  schema: SchemaField[];
  timePartitioning?: { type: 'DAY'; field?: string };
  clustering?: { fields: string[] };
  parts: DemoPart[];
}

/** Keeps the random numbers of the tables apart. */
export const STREAM = { mixpanelEvents: 11, ga4: 12, snowplow: 13 };

/** The day as a small integer, for seeding. */
export function dayNumber(day: Day): number {
  return Math.round(day.startMilliseconds / 86_400_000);
}
