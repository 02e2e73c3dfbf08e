import {
  cancel,
  claim,
  complete,
  entriesUpToClaim,
  finishLocation,
  isDue,
  isFinishedEverywhere,
  isTerminal,
  markAnnounced,
  newState,
  type RequestState,
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
