/** Whom `npm start` offers for deletion. */
import type { BigQuery } from '@google-cloud/bigquery';
import { demoPopulation } from './demo-data.ts';

/** The heaviest users, who are the same at every size of the demo. */
const CANDIDATES = 50;

/** The distinct_id of a heavy user who is still there: Jane, until somebody has tried the demo with her. */
export async function demoDeletion(bigquery: BigQuery): Promise<string> {
  const population = demoPopulation({ rows: 0 });
  const candidates = Array.from({ length: CANDIDATES }, (_, person) => population.userId(person));
  const [rows] = await bigquery.query({
    query: 'SELECT distinct_id FROM `mixpanel.mp_people_data_2237` WHERE distinct_id IN UNNEST(@ids)',
    params: { ids: candidates },
    location: 'EU',
  });
  const present = new Set((rows as { distinct_id: string }[]).map((row) => row.distinct_id));
  return candidates.find((id) => present.has(id)) ?? population.userId(0);
}
