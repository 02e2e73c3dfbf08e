import type { RequestDocument } from '../domain/request.ts';
import type { Services } from '../services.ts';
import { readSearched } from '../store/identities.ts';
import type { RequestKey } from '../store/requests.ts';
import { mapConcurrently } from './concurrently.ts';

/**
 * Identifiers of one batch, in bytes of JSON: with them as parameters a statement stays below BigQuery's 10 MB
 * (https://cloud.google.com/bigquery/quotas#query_jobs), so that no step needs more than one statement a chunk. A type
 * that is in STRING and in INT64 columns is sent twice.
 */
export const IDENTIFIER_BYTES_PER_BATCH = 4_000_000;
const ARRAY_VALUE_BYTES = '{"value":},'.length;
const REQUESTS_PER_BATCH = 1_000;
const READS_AT_ONCE = 32;

/** The documents of as many due requests as one batch may look at, the oldest first. */
export async function oldestDue({ store }: Services, due: readonly RequestKey[]): Promise<RequestDocument[]> {
  const candidates = due.slice(0, REQUESTS_PER_BATCH);
  const found = await mapConcurrently(candidates, READS_AT_ONCE, (key) => readSearched(store, key));
  return found
    .filter((document) => document !== undefined)
    .sort((a, b) => (a.accepted_at < b.accepted_at ? -1 : 1));
}

/** As many as fit into one statement; at least one. */
export function withinLimits(
  documents: readonly RequestDocument[],
  bytesMax = IDENTIFIER_BYTES_PER_BATCH,
): RequestDocument[] {
  let bytes = 0;
  const end = documents.findIndex(({ subjects }, index) => {
    for (const { value } of subjects) bytes += Buffer.byteLength(JSON.stringify(value)) + ARRAY_VALUE_BYTES;
    return bytes > bytesMax && index > 0;
  });
  return end === -1 ? [...documents] : documents.slice(0, end);
}
