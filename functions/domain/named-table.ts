/** How a data map names tables and where they are. */
import { z } from 'zod';

const DATASET = '[A-Za-z0-9_]{1,1024}';
// https://cloud.google.com/bigquery/docs/tables#table_naming, without the characters that would need more than backticks.
const TABLE = '[\\p{L}\\p{M}\\p{N}\\p{Pc}\\p{Pd} ]{1,1024}';
const PROJECT = '[a-z][a-z0-9-]{4,28}[a-z0-9]|[a-z]{1,30}';

export const tableName = z
  .string({ error: 'must be "dataset.table" or "project.dataset.table"' })
  .regex(
    new RegExp(`^(?:(?:${PROJECT})\\.)?${DATASET}\\.${TABLE}\\*?$`, 'u'),
    'must be "dataset.table" or "project.dataset.table", with a * at the end for date shards ("events_*")',
  );

export const location = z
  .string({ error: 'must be a BigQuery location' })
  .regex(/^[A-Za-z][A-Za-z0-9-]{1,31}$/, 'must be a BigQuery location: "EU", "US", "europe-west3", …');
