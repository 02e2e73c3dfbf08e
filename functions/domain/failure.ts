/**
 * What a failure of BigQuery means for a step. Decided by the error's reason and, where one reason covers opposite
 * things, by its text; never by HTTP status alone (the same reason comes with different ones, facts/bigquery.md §7).
 * https://cloud.google.com/bigquery/docs/error-messages
 */

export interface WarehouseFailure {
  reason: string;
  message: string;
  status?: number;
}

export type Verdict =
  /** Try the same again shortly, as a new job. */
  | { kind: 'retry'; code: string }
  /** Nothing is wrong, but not now. */
  | { kind: 'defer'; code: string; seconds: number }
  /** Somebody has to mend something; the rest of the batch goes on. */
  | { kind: 'block'; code: string; advice: string };

const MINUTE = 60;

const TRANSIENT = new Set([
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
  'jobRateLimitExceeded',
  'rateLimitExceeded',
  'tableUnavailable',
  'timeout',
  'stopped',
  'network',
  // Ours: the job succeeded, but its result has been dropped (google/warehouse.ts).
  'resultsExpired',
  // Ours: HTTP errors that come without a reason, from something between BigQuery and us (google/bigquery-errors.ts).
  'http408',
  'http429',
]);

/** Texts of BigQuery that say "later", in the order in which they are tried. */
const LATER: readonly { text: RegExp; code: string; seconds: number }[] = [
  // Rows written by insertAll cannot be changed for up to 90 minutes, usually 30.
  { text: /would affect rows in the streaming buffer/, code: 'streaming_buffer', seconds: 10 * MINUTE },
  {
    text: /Too many DML statements outstanding|DML statement has been queued for too long/,
    code: 'dml_queue_full',
    seconds: MINUTE,
  },
  {
    text: /Could not serialize access|Transaction is aborted due to concurrent update/,
    code: 'concurrent_update',
    seconds: 15,
  },
  { text: /too many table update operations/, code: 'rate_limit', seconds: MINUTE },
];

/** Ours: how an UPDATE ends that would have to remove a key from a text that is no JSON (sql/json-keys.ts). */
export const UNREADABLE_JSON = 'lethe: a text that should be JSON is not, and may hold what is to be erased';

/** A job that was deleted, or never arrived: the next attempt is another job. */
const JOB_MISSING = /^Not found: Job /;

export function judgeFailure({ reason, message, status }: WarehouseFailure): Verdict {
  const later = LATER.find(({ text }) => text.test(message));
  if (later !== undefined) return { kind: 'defer', code: later.code, seconds: later.seconds };
  if (reason === 'quotaExceeded') return { kind: 'defer', code: 'quota', seconds: 15 * MINUTE };
  if (TRANSIENT.has(reason) || JOB_MISSING.test(message)) return { kind: 'retry', code: 'transient' };
  if (message.includes(UNREADABLE_JSON))
    return block(
      'unreadable_json',
      'Mend or empty the texts, or name in the data map the replacement of such a text; then :retry the request.',
    );
  switch (reason) {
    case 'notFound':
      return block(
        'table_missing',
        'Create the table again, or take it out of the data map; then :retry the request.',
      );
    case 'accessDenied':
      return block(
        'access_denied',
        'Give the erasing service account its rights on the table back; then :retry the request.',
      );
    case 'invalidQuery':
    case 'invalid':
      return block('schema_changed', 'Make table and data map agree again; then :retry the request.');
    case 'resourcesExceeded':
    case 'billingTierLimitExceeded':
    case 'bytesBilledLimitExceeded':
    case 'responseTooLarge':
      return block('too_large', 'Raise the limit that BigQuery names, or partition the table.');
    default:
      if (status !== undefined && status >= 500) return { kind: 'retry', code: 'transient' };
      return block('unexpected', 'Read the error of the named job in BigQuery.');
  }
}

function block(code: string, advice: string): Verdict {
  return { kind: 'block', code, advice };
}

/** Seconds to wait before the n-th try (from 1) of something transient: 1, 2, 4, … at most a minute. */
export function backOffSeconds(attempt: number): number {
  return Math.min(2 ** (attempt - 1), MINUTE);
}
