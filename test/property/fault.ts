/** What can go wrong on the way to the stand-ins: only with calls that the functions make, never with the test's own. */
import fc from 'fast-check';
import type { FaultAction, FaultRule } from '../../local/faults.ts';

/** Objects as a failure prints them best. */
export function record<T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const STORAGE = ['get', 'insert', 'patch', 'delete', 'list'].map((method) => `storage.objects.${method}`);
const BIGQUERY = ['jobs.insert', 'jobs.get', 'jobs.getQueryResults', 'tables.get', 'datasets.get'].map(
  (method) => `bigquery.${method}`,
);
const CALLS = [...STORAGE, ...BIGQUERY, 'pubsub.publish'];

const moment = fc.constantFrom<'before' | 'after'>('before', 'after');
const dropped: fc.Arbitrary<FaultAction> = record({ kind: fc.constant('drop' as const), when: moment });

function failure(...kinds: [status: number, reason: string, message?: string][]): fc.Arbitrary<FaultAction> {
  return fc
    .constantFrom(...kinds)
    .map(([status, reason, message = reason]) => ({ kind: 'fail', status, reason, message }));
}

function rule(
  operation: fc.Arbitrary<string>,
  action: fc.Arbitrary<FaultAction>,
  most: { skip: number; times: number; resource?: string },
): fc.Arbitrary<FaultRule> {
  return record({
    operation,
    ...(most.resource !== undefined && { resource: fc.constant(most.resource) }),
    skip: fc.nat({ max: most.skip }),
    times: fc.integer({ min: 1, max: most.times }),
    action,
  });
}

const dies: fc.Arbitrary<FaultAction> = record({
  kind: fc.constant('die' as const),
  process: fc.constantFrom('erase', 'erase', 'erase', 'api'),
  when: moment,
});

export const fault: fc.Arbitrary<FaultRule> = fc.oneof(
  {
    weight: 3,
    arbitrary: rule(
      fc.constantFrom(...BIGQUERY),
      fc.oneof(
        dropped,
        failure(
          [503, 'backendError'],
          [500, 'internalError'],
          [403, 'rateLimitExceeded'],
          [403, 'quotaExceeded'],
          [403, 'accessDenied'],
        ),
      ),
      { skip: 20, times: 6 },
    ),
  },
  {
    weight: 2,
    // The job itself; those of the test have other ids.
    arbitrary: rule(
      fc.constant('bigquery.jobs.run'),
      failure(
        [503, 'backendError'],
        [400, 'invalidQuery', 'Could not serialize access to table due to concurrent update'],
        [400, 'resourcesExceeded'],
      ),
      { skip: 8, times: 3, resource: 'lethe_' },
    ),
  },
  {
    weight: 2,
    arbitrary: rule(fc.constantFrom(...STORAGE), fc.oneof(dropped, failure([503, 'backendError'])), {
      skip: 40,
      times: 2,
    }),
  },
  {
    weight: 1,
    arbitrary: rule(
      fc.constant('pubsub.publish'),
      fc.oneof(
        dropped,
        record({ kind: fc.constant('duplicate' as const) }),
        failure([503, 'unavailable'], [403, 'denied']),
      ),
      { skip: 10, times: 2 },
    ),
  },
  {
    weight: 2,
    arbitrary: rule(
      fc.constantFrom('pubsub.push', 'pubsub.bigquery'),
      fc.oneof(dropped, record({ kind: fc.constant('duplicate' as const) })),
      { skip: 4, times: 2 },
    ),
  },
  { weight: 2, arbitrary: rule(fc.constantFrom(...CALLS, 'pubsub.push'), dies, { skip: 40, times: 1 }) },
);
