/** Texts and reasons as BigQuery documents them: https://cloud.google.com/bigquery/docs/error-messages */
import { backOffSeconds, judgeFailure, UNREADABLE_JSON } from '../../../functions/domain/failure.ts';

const TABLE = 'my-project:events.mp_master_event';

test.each([
  [
    'streaming_buffer',
    'invalidQuery',
    'UPDATE or DELETE statement over table my-project.events.t would affect rows in the streaming buffer, which is not supported',
  ],
  [
    'dml_queue_full',
    'resourcesExceeded',
    `Resources exceeded during query execution: Too many DML statements outstanding against table ${TABLE}, limit is 20.`,
  ],
  [
    'dml_queue_full',
    'invalidQuery',
    `Too many DML statements outstanding against table ${TABLE}, limit is 20.`,
  ],
  [
    'dml_queue_full',
    'jobRateLimitExceeded',
    `Too many DML statements outstanding against table ${TABLE}, limit is 20.`,
  ],
  ['dml_queue_full', 'invalidQuery', 'DML statement has been queued for too long'],
  [
    'concurrent_update',
    'invalidQuery',
    `Could not serialize access to table ${TABLE} due to concurrent update`,
  ],
  [
    'concurrent_update',
    'invalidQuery',
    `Transaction is aborted due to concurrent update against table ${TABLE}.`,
  ],
  [
    'rate_limit',
    'rateLimitExceeded',
    'Exceeded rate limits: too many table update operations for this table. For more information, see https://cloud.google.com/bigquery/docs/troubleshoot-quotas',
  ],
  ['quota', 'quotaExceeded', 'Quota exceeded: Your project exceeded quota for free query bytes scanned'],
])('%s is a reason to wait, though BigQuery calls it %s: %s', (code, reason, message) => {
  const verdict = judgeFailure({ reason, message, status: 400 });

  expect(verdict).toEqual({ kind: 'defer', code, seconds: expect.any(Number) });
  expect(verdict.kind === 'defer' && verdict.seconds).toBeGreaterThan(0);
});

test.each([
  ['backendError', 503],
  ['internalError', 500],
  ['jobBackendError', 400],
  ['jobInternalError', 400],
  ['jobRateLimitExceeded', 400],
  ['rateLimitExceeded', 403],
  ['rateLimitExceeded', 429],
  ['tableUnavailable', 400],
  ['timeout', 400],
  ['stopped', 200],
  ['network', undefined],
  ['somethingNew', 503],
])('%s with status %p is tried again', (reason, status) => {
  expect(judgeFailure({ reason, message: '', ...(status !== undefined && { status }) })).toEqual({
    kind: 'retry',
    code: 'transient',
  });
});

test.each([408, 429])('an answer %p that gives no reason is tried again', (status) => {
  // What google/bigquery-errors.ts makes of an HTTP error without a body of BigQuery's: a proxy's, a load balancer's.
  expect(judgeFailure({ reason: `http${status}`, message: '', status })).toEqual({
    kind: 'retry',
    code: 'transient',
  });
});

test('a job that is not there (any more) is started again as a new one, and the table is not what is missing', () => {
  const message = 'Not found: Job my-project:EU.lethe_b1_s0_r0_locate_a0';

  expect(judgeFailure({ reason: 'notFound', message, status: 404 })).toEqual({
    kind: 'retry',
    code: 'transient',
  });
});

test.each([
  ['notFound', 404, 'table_missing'],
  ['accessDenied', 403, 'access_denied'],
  ['invalidQuery', 400, 'schema_changed'],
  ['invalid', 400, 'schema_changed'],
  ['resourcesExceeded', 400, 'too_large'],
  ['billingTierLimitExceeded', 400, 'too_large'],
  // It comes as a server error; trying again would cost the same and fail the same.
  ['bytesBilledLimitExceeded', 500, 'too_large'],
  ['responseTooLarge', 403, 'too_large'],
  ['billingNotEnabled', 403, 'unexpected'],
  ['somethingNew', 400, 'unexpected'],
  ['somethingNew', undefined, 'unexpected'],
])('%s with status %p blocks the step as %s, and says what to do', (reason, status, code) => {
  expect(judgeFailure({ reason, message: 'x', ...(status !== undefined && { status }) })).toEqual({
    kind: 'block',
    code,
    advice: expect.stringMatching(/^[A-Z].*\.$/),
  });
});

test('a statement that is wrong is not taken for one that came too early', () => {
  expect(judgeFailure({ reason: 'invalidQuery', message: 'Unrecognized name: streaming_buffer' }).kind).toBe(
    'block',
  );
});

test('waiting doubles from one second, and is a minute at most', () => {
  expect([1, 2, 3, 6, 7, 8, 1000].map(backOffSeconds)).toEqual([1, 2, 4, 32, 60, 60, 60]);
});

test('a text that should be JSON and may hold what is to be erased blocks the step by a name of its own', () => {
  // As BigQuery hands on what ERROR() said: https://cloud.google.com/bigquery/docs/reference/standard-sql/debugging_functions#error
  const failure = {
    reason: 'invalidQuery',
    message: `Query error: ${UNREADABLE_JSON} at [2:7]`,
    status: 400,
  };

  expect(judgeFailure(failure)).toMatchObject({
    kind: 'block',
    code: 'unreadable_json',
    advice: expect.stringContaining('replacement'),
  });
});
