/** Loaded at first use: see pubsub.ts. */
export { BigQuery } from '@google-cloud/bigquery';
