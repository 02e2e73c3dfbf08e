/** One load job with the bytes of a stream, by Google's client. */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Job, JobLoadMetadata, Table } from '@google-cloud/bigquery';

/** The client's own half second is for a service far away. */
const POLL_MILLISECONDS = 20;

/**
 * Rows that come by load jobs are never in the streaming buffer, so they can be changed at once.
 * @param table with its location; its id may name a partition (`table$20261124`)
 * @returns rows written
 * @throws the job's error, with all its findings in `errors`
 */
export async function loadStream(table: Table, source: Readable, metadata: JobLoadMetadata): Promise<number> {
  const target = table.createWriteStream(metadata);
  let job: Job | undefined;
  target.on('job', (started: Job) => {
    started.pollIntervalMs = POLL_MILLISECONDS;
  });
  target.on('complete', (complete: Job) => {
    job = complete;
  });
  await pipeline(source, target);
  return Number(job?.metadata?.statistics?.load?.outputRows);
}
