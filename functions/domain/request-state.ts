/**
 * The state of a request, as it stands in the metadata of its object, and every change it can make.
 *
 *     pending ──claim──> running ──finish (every location)──> completed
 *        └────cancel───> cancelled
 *
 * Changes are pure: they take a state and give the next one, or `undefined` when the change is not allowed from
 * there. The store writes the result with `ifMetagenerationMatch`, so of two changes that race only one happens.
 *
 * `history` has one entry for each revision; `announced` counts those whose ledger events are known to be out. A
 * process that dies between a change and its event leaves `announced` behind, and whoever closes the request
 * publishes the rest.
 */

const TERMINAL_STATES = ['completed', 'cancelled', 'rejected', 'failed'] as const;
export type RequestStateName = 'pending_approval' | 'pending' | 'running' | (typeof TERMINAL_STATES)[number];
/** Why a request waits. */
export type Condition =
  | 'grace_period'
  | 'waiting_for_export'
  | 'deferred'
  | 'blocked'
  | 'needs_review'
  | 'deadline_near';
/** What somebody has to look at before anything is done: the identifiers found beyond the named ones. */
export type ReviewReason = 'too_many_identifiers' | 'shared_identifier';
/** Go on with exactly the identifiers that the request names, or with all that were found. */
export type ReviewDecision = 'only_named' | 'all';

export interface HistoryEntry {
  state: RequestStateName;
  condition?: Condition;
  /** ISO 8601, UTC. */
  at: string;
}

export interface RequestState {
  state: RequestStateName;
  condition?: Condition;
  /** One word on why the condition holds: `streaming_buffer`, `table_missing`, … */
  reason?: string;
  revision: number;
  notBefore: number;
  due: number;
  locations: string[];
  /** The batch that claimed the request, by location. */
  batches: Record<string, string>;
  /** Locations whose every step has verified zero. */
  done: string[];
  history: HistoryEntry[];
  announced: number;
  /** Identifiers that mapping tables led to, beyond the named ones; absent: none were looked for, or not yet. */
  identities?: { count: number; decision?: ReviewDecision };
  /** Of the order, to recognise a repeated idempotency key. */
  fingerprint: string;
}

export function isTerminal(state: RequestState): boolean {
  return (TERMINAL_STATES as readonly string[]).includes(state.state);
}

export function newState(at: {
  now: number;
  notBefore: number;
  due: number;
  locations: string[];
  fingerprint: string;
}): RequestState {
  const condition: { condition?: Condition } = at.notBefore > at.now ? { condition: 'grace_period' } : {};
  return {
    state: 'pending',
    ...condition,
    revision: 1,
    notBefore: at.notBefore,
    due: at.due,
    locations: at.locations,
    batches: {},
    done: [],
    history: [{ state: 'pending', ...condition, at: new Date(at.now).toISOString() }],
    announced: 0,
    fingerprint: at.fingerprint,
  };
}

/** May a batch take it up now? */
export function isDue(state: RequestState, location: string, now: number): boolean {
  const open = state.state === 'pending' || state.state === 'running';
  return (
    open &&
    state.condition !== 'needs_review' &&
    state.locations.includes(location) &&
    state.batches[location] === undefined &&
    state.notBefore <= now
  );
}

/** Adds what the data map has got since the acceptance, while the request is open. */
export function withLocations(state: RequestState, mapped: readonly string[]): RequestState {
  const added = mapped.filter((location) => !state.locations.includes(location));
  if (added.length === 0 || isTerminal(state)) return state;
  return { ...state, locations: [...state.locations, ...added].sort() };
}

/** `pending -> running` for a batch; from the second location on only the batch's name is added. */
export function claim(
  state: RequestState,
  location: string,
  batch: string,
  now: number,
): RequestState | undefined {
  if (!isDue(state, location, now)) return undefined;
  const claimed = { ...state, batches: { ...state.batches, [location]: batch } };
  return state.state === 'running' ? claimed : record(claimed, 'running', now);
}

export function cancel(state: RequestState, now: number): RequestState | undefined {
  return state.state === 'pending' ? record(state, 'cancelled', now) : undefined;
}

/** Nothing has been claimed yet: what is found now holds for every location. */
export function isUnresolved(state: RequestState): boolean {
  return state.state === 'pending' && state.identities === undefined;
}

/** Takes in which identifiers were found. `undefined`: somebody has done so, or it has started without them. */
export function resolved(
  state: RequestState,
  { count, review }: { count: number; review?: ReviewReason },
  now: number,
): RequestState | undefined {
  if (!isUnresolved(state)) return undefined;
  if (review === undefined) return { ...state, identities: { count } };
  return {
    ...record(state, 'pending', now, { condition: 'needs_review', reason: review }),
    identities: { count },
  };
}

/** Somebody has looked. `undefined`: there is nothing to decide, or what was found was cut, so that `all` is not known. */
export function decide(state: RequestState, decision: ReviewDecision, now: number): RequestState | undefined {
  if (state.state !== 'pending' || state.condition !== 'needs_review' || state.identities === undefined)
    return undefined;
  if (decision === 'all' && state.reason === 'too_many_identifiers') return undefined;
  const count = decision === 'all' ? state.identities.count : 0;
  return { ...record(state, 'pending', now), identities: { count, decision } };
}

/** Says why a request that nothing has claimed waits, and until when it is left alone. */
export function postpone(
  state: RequestState,
  { until, ...waits }: { condition: Condition; reason: string; until: number },
  now: number,
): RequestState | undefined {
  if (state.state !== 'pending') return undefined;
  const isShown = state.condition === waits.condition && state.reason === waits.reason;
  return { ...(isShown ? state : record(state, 'pending', now, waits)), notBefore: until };
}

/** Somebody has mended what it was postponed for. `undefined`: it was not. */
export function resume(state: RequestState, now: number): RequestState | undefined {
  const isPostponed = state.condition === 'deferred' || state.condition === 'blocked';
  if (state.state !== 'pending' || !isPostponed || state.notBefore <= now) return undefined;
  return { ...state, notBefore: now };
}

/** Every step of the request in this location has verified zero. Idempotent. */
export function finishLocation(state: RequestState, location: string): RequestState | undefined {
  if (state.state !== 'running') return undefined;
  if (state.done.includes(location)) return state;
  return { ...state, done: [...state.done, location].sort() };
}

export function isFinishedEverywhere(state: RequestState): boolean {
  return state.locations.every((location) => state.done.includes(location));
}

export function complete(state: RequestState, now: number): RequestState | undefined {
  if (state.state !== 'running' || !isFinishedEverywhere(state)) return undefined;
  return record(state, 'completed', now);
}

/** Says why a running request waits, or (without a condition) that it goes on. `undefined`: nothing changes. */
export function setCondition(
  state: RequestState,
  waits: { condition: Condition; reason: string } | undefined,
  now: number,
): RequestState | undefined {
  if (state.state !== 'running') return undefined;
  if (state.condition === waits?.condition && state.reason === waits?.reason) return undefined;
  return record(state, 'running', now, waits);
}

/** An open request is announced once when less than this is left of its time. */
const DEADLINE_WARNING_MILLISECONDS = 7 * 86_400_000;

/** `undefined`: there is nothing to warn of, or it was done. What the request waits for stays what it is. */
export function warnOfDeadline(state: RequestState, now: number): RequestState | undefined {
  if (isTerminal(state) || state.due - now > DEADLINE_WARNING_MILLISECONDS) return undefined;
  if (state.history.some(({ condition }) => condition === 'deadline_near')) return undefined;
  const entry: HistoryEntry = {
    state: state.state,
    condition: 'deadline_near',
    at: new Date(now).toISOString(),
  };
  return { ...state, revision: state.revision + 1, history: [...state.history, entry] };
}

/** A pending deletion whose subject's earlier export is not finished. `undefined`: nothing changes. */
export function waitForExport(state: RequestState, now: number): RequestState | undefined {
  if (state.state !== 'pending' || state.condition === 'waiting_for_export') return undefined;
  return record(state, 'pending', now, { condition: 'waiting_for_export', reason: 'earlier_export' });
}

/** How many entries of the history there were once the first batch had claimed the request. */
export function entriesUpToClaim(state: RequestState): number {
  return state.history.findIndex((entry) => entry.state === 'running') + 1;
}

/** The events of the revisions so far are out. */
export function markAnnounced(state: RequestState, count: number): RequestState {
  return { ...state, announced: Math.max(state.announced, count) };
}

/** Beyond this many entries conditions come and go unrecorded; changes of state are always kept. */
const HISTORY_MAX = 40;

function record(
  state: RequestState,
  name: RequestStateName,
  now: number,
  waits?: { condition: Condition; reason: string },
): RequestState {
  const { condition: _condition, reason: _reason, ...rest } = state;
  const entry: HistoryEntry = {
    state: name,
    ...(waits && { condition: waits.condition }),
    at: new Date(now).toISOString(),
  };
  const isFull = state.history.length >= HISTORY_MAX && name === state.state;
  return {
    ...rest,
    state: name,
    ...waits,
    revision: state.revision + 1,
    history: isFull ? state.history : [...state.history, entry],
  };
}
