import {
  cancel,
  claim,
  complete,
  decide,
  entriesUpToClaim,
  finishLocation,
  isDue,
  isFinishedEverywhere,
  isTerminal,
  markAnnounced,
  newState,
  postpone,
  type RequestState,
  resolved,
  resume,
  setCondition,
} from '../../../functions/domain/request-state.ts';

const NOW = Date.UTC(2026, 10, 24);
const LATER = NOW + 60_000;

function pending(more: Partial<Parameters<typeof newState>[0]> = {}): RequestState {
  return newState({
    now: NOW,
    notBefore: NOW,
    due: NOW + 1,
    locations: ['EU', 'US'],
    fingerprint: 'f',
    ...more,
  });
}

/** For tests that need a change only to get on. */
function must(state: RequestState | undefined): RequestState {
  if (state === undefined) throw new Error('the change was refused');
  return state;
}

const running = () => must(claim(pending(), 'EU', 'b-eu', LATER));
const runningEverywhere = () => must(claim(running(), 'US', 'b-us', LATER));
const finished = () => must(finishLocation(must(finishLocation(runningEverywhere(), 'EU')), 'US'));
const completed = () => must(complete(finished(), LATER));
const cancelled = () => must(cancel(pending(), LATER));

const STATES = { pending, running, runningEverywhere, finished, completed, cancelled };
const CHANGES = {
  'claim for EU': (state: RequestState) => claim(state, 'EU', 'b-2', LATER),
  'claim for US': (state: RequestState) => claim(state, 'US', 'b-2', LATER),
  cancel: (state: RequestState) => cancel(state, LATER),
  'finish EU': (state: RequestState) => finishLocation(state, 'EU'),
  complete: (state: RequestState) => complete(state, LATER),
  defer: (state: RequestState) => setCondition(state, { condition: 'deferred', reason: 'quota' }, LATER),
};

/** Everything that is allowed; what is not named is refused. */
const ALLOWED: Record<keyof typeof STATES, (keyof typeof CHANGES)[]> = {
  pending: ['claim for EU', 'claim for US', 'cancel'],
  running: ['claim for US', 'finish EU', 'defer'],
  runningEverywhere: ['finish EU', 'defer'],
  finished: ['finish EU', 'complete', 'defer'],
  completed: [],
  cancelled: [],
};

describe.each(Object.keys(STATES) as (keyof typeof STATES)[])('from %s', (name) => {
  test.each(Object.keys(CHANGES) as (keyof typeof CHANGES)[])(
    '%s is allowed or refused as written',
    (change) => {
      const state = STATES[name]();
      const before = structuredClone(state);

      const next = CHANGES[change](state);

      expect(next !== undefined).toBe(ALLOWED[name].includes(change));
      expect(state).toEqual(before);
    },
  );
});

test('a new request is pending, and due at once', () => {
  expect(pending()).toMatchObject({ state: 'pending', revision: 1, announced: 0, batches: {}, done: [] });
  expect(isDue(pending(), 'EU', NOW)).toBe(true);
  expect(isTerminal(pending())).toBe(false);
});

test('in its grace period a request says so, is not due, cannot be claimed and can be cancelled', () => {
  const waiting = pending({ notBefore: LATER });

  expect(waiting.condition).toBe('grace_period');
  expect(waiting.history[0]).toMatchObject({ condition: 'grace_period' });
  expect(isDue(waiting, 'EU', LATER - 1)).toBe(false);
  expect(claim(waiting, 'EU', 'b', LATER - 1)).toBeUndefined();
  expect(claim(waiting, 'EU', 'b', LATER)).toMatchObject({ state: 'running' });
  expect(cancel(waiting, NOW)).toMatchObject({ state: 'cancelled' });
});

test('a claim names its batch and ends the condition; a second claim of the location is refused', () => {
  const claimed = must(claim(pending({ notBefore: LATER }), 'EU', 'b-eu', LATER));

  expect(claimed).toMatchObject({ state: 'running', revision: 2, batches: { EU: 'b-eu' } });
  expect(claimed).not.toHaveProperty('condition');
  expect(claim(claimed, 'EU', 'b-other', LATER)).toBeUndefined();
});

test('the claim of a second location adds its batch and is no further revision', () => {
  expect(runningEverywhere()).toMatchObject({ revision: 2, batches: { EU: 'b-eu', US: 'b-us' } });
  expect(runningEverywhere().history).toHaveLength(2);
});

test('a location that the request has no table in cannot claim it', () => {
  expect(claim(pending(), 'asia-east1', 'b', LATER)).toBeUndefined();
});

test('of cancel and claim only the first can win', () => {
  expect(claim(cancelled(), 'EU', 'b', LATER)).toBeUndefined();
  expect(cancel(running(), LATER)).toBeUndefined();
});

test('it is completed only when every location has finished', () => {
  const half = must(finishLocation(runningEverywhere(), 'EU'));

  expect(isFinishedEverywhere(half)).toBe(false);
  expect(complete(half, LATER)).toBeUndefined();
  expect(isFinishedEverywhere(finished())).toBe(true);
  expect(completed()).toMatchObject({ state: 'completed', done: ['EU', 'US'] });
});

test('finishing a location twice changes nothing', () => {
  const once = must(finishLocation(running(), 'EU'));

  expect(finishLocation(once, 'EU')).toEqual(once);
});

test('a condition is recorded when it comes, when it changes and when it goes, not while it lasts', () => {
  const deferred = must(setCondition(running(), { condition: 'deferred', reason: 'quota' }, LATER));
  expect(deferred).toMatchObject({ state: 'running', condition: 'deferred', reason: 'quota', revision: 3 });
  expect(setCondition(deferred, { condition: 'deferred', reason: 'quota' }, LATER)).toBeUndefined();

  const blocked = must(setCondition(deferred, { condition: 'blocked', reason: 'table_missing' }, LATER));
  expect(blocked).toMatchObject({ condition: 'blocked', reason: 'table_missing', revision: 4 });

  const going = must(setCondition(blocked, undefined, LATER));
  expect(going).not.toHaveProperty('condition');
  expect(going).not.toHaveProperty('reason');
  expect(going.history.map(({ state, condition }) => [state, condition])).toEqual([
    ['pending', undefined],
    ['running', undefined],
    ['running', 'deferred'],
    ['running', 'blocked'],
    ['running', undefined],
  ]);
  expect(setCondition(going, undefined, LATER)).toBeUndefined();
});

test('completion ends a condition', () => {
  const blocked = must(setCondition(finished(), { condition: 'blocked', reason: 'x' }, LATER));

  expect(complete(blocked, LATER)).not.toHaveProperty('condition');
});

test('however often conditions come and go the history stays short, and still records the end', () => {
  let state = finished();
  for (let round = 0; round < 200; round += 1) {
    const waits = round % 2 === 0 ? ({ condition: 'deferred', reason: 'quota' } as const) : undefined;
    state = must(setCondition(state, waits, LATER + round));
  }

  const end = must(complete(state, LATER + 1000));

  expect(end.history.length).toBeLessThanOrEqual(41);
  expect(end.history.at(-1)).toEqual({ state: 'completed', at: new Date(LATER + 1000).toISOString() });
});

test('what has been announced never becomes less', () => {
  expect(markAnnounced(markAnnounced(running(), 2), 1).announced).toBe(2);
});

test('the first claim is found in the history, also behind a grace period', () => {
  expect(entriesUpToClaim(pending())).toBe(0);
  expect(entriesUpToClaim(running())).toBe(2);
  expect(entriesUpToClaim(completed())).toBe(2);
});

describe('the identifiers beyond the named ones', () => {
  const reviewed = () => must(resolved(pending(), { count: 7, review: 'shared_identifier' }, LATER));
  const cut = () => must(resolved(pending(), { count: 7, review: 'too_many_identifiers' }, LATER));

  test('are taken in once, and only before anything is claimed', () => {
    const known = must(resolved(pending(), { count: 7 }, LATER));

    expect(known).toEqual({ ...pending(), identities: { count: 7 } });
    expect(resolved(known, { count: 8 }, LATER)).toBeUndefined();
    expect(resolved(running(), { count: 8 }, LATER)).toBeUndefined();
    expect(resolved(cancelled(), { count: 8 }, LATER)).toBeUndefined();
  });

  test('that need a review keep every batch away, and can be decided about once', () => {
    expect(reviewed()).toMatchObject({
      state: 'pending',
      condition: 'needs_review',
      reason: 'shared_identifier',
    });
    expect([isDue(reviewed(), 'EU', LATER), claim(reviewed(), 'EU', 'b', LATER)]).toEqual([false, undefined]);
    expect(cancel(reviewed(), LATER)?.state).toBe('cancelled');

    const decided = must(decide(reviewed(), 'only_named', LATER));

    expect(decided.identities).toEqual({ count: 0, decision: 'only_named' });
    expect(decided.condition).toBeUndefined();
    expect(claim(decided, 'EU', 'b', LATER)?.state).toBe('running');
    expect(decide(decided, 'all', LATER)).toBeUndefined();
    expect(decide(pending(), 'all', LATER)).toBeUndefined();
  });

  test('are all taken only where all are known', () => {
    expect(decide(reviewed(), 'all', LATER)?.identities).toEqual({ count: 7, decision: 'all' });
    expect(decide(cut(), 'all', LATER)).toBeUndefined();
    expect(decide(cut(), 'only_named', LATER)?.identities).toEqual({ count: 0, decision: 'only_named' });
  });

  test('that cannot be asked for postpone the request; it shows why once, and can be resumed', () => {
    const waits = { condition: 'blocked' as const, reason: 'table_missing' };
    const once = must(postpone(pending(), { ...waits, until: LATER }, NOW));
    const twice = must(postpone(once, { ...waits, until: LATER + 1 }, NOW));

    expect([once.history.length, twice.history.length, twice.notBefore]).toEqual([2, 2, LATER + 1]);
    expect(isDue(twice, 'EU', LATER)).toBe(false);
    expect(isDue(must(resume(twice, LATER)), 'EU', LATER)).toBe(true);
    expect(postpone(running(), { ...waits, until: LATER }, NOW)).toBeUndefined();
    // A grace period is nobody's to shorten.
    expect(resume(pending({ notBefore: LATER }), NOW)).toBeUndefined();
  });
});
