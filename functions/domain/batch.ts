/**
 * A batch: many requests of one BigQuery location, worked off together. Its manifest says everything that a worker
 * needs to go on where another one died; each step is one table of one tenant.
 *
 *     step:  plan ──> locate ──nothing──> done
 *                       │  ▲
 *                  rows │  │ all chunks changed (this locate is the verification)
 *                       ▼  │
 *                     change
 *
 * A step is done only when a locate finds nothing. Any action may fail; the step then waits (deferred or blocked)
 * and the same action is tried again under a new attempt number, because a failed BigQuery job keeps its id for ever.
 * All functions are pure and return the next step.
 */
import type { Errand } from './agenda.ts';
import type { MappedTable } from './data-map.ts';
import type { Exported } from './exported.ts';
import { backOffSeconds, type Verdict } from './failure.ts';
import {
  bufferedRows,
  type Chunk,
  chunksOf,
  chunkTarget,
  type LocatedRow,
  rowsByRequest,
} from './located.ts';
import { type PlannedTable, tableLabel } from './planned-table.ts';
import type { Condition } from './request-state.ts';
import type { Subject } from './subject.ts';

/** What BigQuery reported of one finished job. */
export interface JobEvidence {
  kind: 'locate' | 'change' | 'verify' | 'stage';
  /** `project:location.job` */
  job: string;
  bytesProcessed: number;
  bytesBilled: number;
  /** Of a change: rows that the statement deleted, for all requests of the batch together. */
  rowsAffected?: number;
  /** The table or shard that was changed. */
  target?: string;
  finishedAt: string;
}

interface Waiting {
  condition: Extract<Condition, 'deferred' | 'blocked'>;
  /** `streaming_buffer`, `table_missing`, … */
  code: string;
  /** What somebody can do about a blocked step. */
  advice?: string;
  /** Milliseconds since the epoch. */
  until: number;
}

export interface Step {
  id: string;
  tenant: string;
  mapped: MappedTable;
  /** Absent until BigQuery was asked. */
  table?: PlannedTable;
  /** 0: the first locate. n: the verification after the n-th change. */
  round: number;
  /** Of this round: still to be changed when not `isChanged`. */
  chunks: { chunk: Chunk; attempt: number; isChanged: boolean }[];
  /** Of this round's locate. */
  attempt: number;
  /** Failures in a row. */
  failures: number;
  /** A target of this round is gone: what the next locate finds was located before. */
  isRoundBroken?: boolean;
  /** By request, in the order of `requestsOf(manifest, tenant)`. */
  located: number[];
  /** Of `located`: what BigQuery still buffers. It is deleted only in the partition of its day, where the next locate finds it. */
  buffered?: number[];
  left: number[];
  jobs: JobEvidence[];
  /** Failed, and evidence of nothing; but BigQuery keeps their parameters until they are forgotten. */
  spentJobs?: string[];
  waiting?: Waiting;
  /** Of an export: the rows of all subjects are staged, or there was nothing to ask. */
  isStaged?: boolean;
  /** The staging table's id, until its rows are written to files. */
  staging?: string;
  isDone: boolean;
  /** It waited, and was taken out of the data map: nobody vouches for what is in it. */
  isUnmapped?: boolean;
}

export interface Manifest {
  version: 1;
  batch: string;
  location: string;
  shard: number;
  /** What is done to the located rows. */
  work: Work;
  /** Of a sweep: the errand of the agenda whose batch it is. */
  errand?: Errand;
  /** forming: claims may be incomplete. ready: `requests` is final, and the events up to their claim are out. */
  phase: 'forming' | 'ready';
  formedAt: string;
  requests: { tenant: string; id: string }[];
  steps: Step[];
  /** Of exports: what has been written so far. */
  exports?: Exported[];
}

/**
 * Rows are deleted, or properties in them are erased and set, or they are exported. A batch does one of them: its statements
 * are then alike.
 */
export type Work = 'delete' | 'edit' | 'export';

export type Action =
  | { kind: 'plan' }
  | { kind: 'locate' }
  /** Chunks that are changed side by side: each in a table (a date shard) of its own. */
  | { kind: 'change'; indexes: number[] }
  | { kind: 'wait' }
  | { kind: 'done' };

/** What one attempt is about. */
export type Attempt =
  | { kind: 'plan' }
  | { kind: 'locate' }
  | { kind: 'stage' }
  | { kind: 'change'; index: number };

/** DML on different tables does not queue; this many are under way for one step. */
const CHANGES_AT_ONCE = 16;

export function newStep(id: string, tenant: string, mapped: MappedTable, requests: number): Step {
  const zeros = Array.from({ length: requests }, () => 0);
  return {
    id,
    tenant,
    mapped,
    round: 0,
    chunks: [],
    attempt: 0,
    failures: 0,
    located: zeros,
    left: zeros,
    jobs: [],
    isDone: false,
  };
}

export function requestsOf(manifest: Manifest, tenant: string): string[] {
  return manifest.requests.filter((request) => request.tenant === tenant).map(({ id }) => id);
}

export function stepsOf(manifest: Manifest, tenant: string): Step[] {
  return manifest.steps.filter((step) => step.tenant === tenant);
}

export function tenantsOf(manifest: Manifest): string[] {
  return [...new Set(manifest.requests.map(({ tenant }) => tenant))];
}

export function nextAction(step: Step, now: number): Action {
  if (step.isDone) return { kind: 'done' };
  if (step.waiting !== undefined && step.waiting.until > now) return { kind: 'wait' };
  if (step.table === undefined) return { kind: 'plan' };
  const indexes = changesAtOnce(step, step.table);
  return indexes.length === 0 ? { kind: 'locate' } : { kind: 'change', indexes };
}

/** Those that were tried least come first: a shard that keeps failing holds no other one up. */
function changesAtOnce({ chunks }: Step, table: PlannedTable): number[] {
  const open = chunks.flatMap(({ isChanged, attempt }, index) => (isChanged ? [] : [{ attempt, index }]));
  const order = open.sort((a, b) => a.attempt - b.attempt || a.index - b.index);
  return order.slice(0, table.name.isSharded ? CHANGES_AT_ONCE : 1).map(({ index }) => index);
}

/** Opaque, and the same for whoever runs this action: what makes BigQuery refuse to run it twice. */
export function jobId(batch: string, step: Step, action: Exclude<Attempt, { kind: 'plan' }>): string {
  const prefix = `lethe_${batch}_${step.id}_r${step.round}`;
  if (action.kind !== 'change') return `${prefix}_${action.kind}_a${step.attempt}`;
  return `${prefix}_change${action.index}_a${step.chunks[action.index]?.attempt ?? 0}`;
}

export function afterPlan(step: Step, table: PlannedTable): Step {
  return { ...succeeded(step), table };
}

/** Rows that keep arriving faster than they are deleted: after this many rounds in a row the step pauses. */
const ROUNDS_BEFORE_PAUSE = 5;
const PAUSE_MILLISECONDS = 60_000;

/**
 * Takes in what a locate found. Nothing found: the step is done, and the locate its proof.
 * @param groups of edits, by request
 */
export function afterLocate(
  step: Step,
  table: PlannedTable,
  rows: readonly LocatedRow[],
  requests: readonly { subjects: readonly Subject[] }[],
  evidence: JobEvidence,
  now: number,
  groups?: readonly number[],
): Step {
  const left = rowsByRequest(table, rows, requests, groups);
  const { isRoundBroken = false, buffered: moved, ...before } = succeeded(step);
  const buffered = rowsByRequest(table, bufferedRows(table, rows), requests, groups);
  const base: Step = { ...before, left, jobs: [...step.jobs, evidence], attempt: 0 };
  if (rows.length === 0) return { ...base, chunks: [], isDone: true };
  const pause: { waiting?: Waiting } =
    step.round > 0 && step.round % ROUNDS_BEFORE_PAUSE === 0
      ? { waiting: { condition: 'deferred', code: 'rows_keep_arriving', until: now + PAUSE_MILLISECONDS } }
      : {};
  return {
    ...base,
    ...pause,
    // Rows found by a verification arrived after the round before it: every one of its statements had succeeded.
    located: isRoundBroken
      ? step.located
      : step.located.map((count, index) => count - (moved?.[index] ?? 0) + (left[index] ?? 0)),
    ...(buffered.some((count) => count > 0) && { buffered }),
    chunks: chunksOf(table, rows).map((chunk) => ({ chunk, attempt: 0, isChanged: false })),
  };
}

export function afterChange(step: Step, index: number, evidence: JobEvidence): Step {
  const chunks = step.chunks.map((entry, at) => (at === index ? { ...entry, isChanged: true } : entry));
  const isRoundOver = chunks.every(({ isChanged }) => isChanged);
  return {
    ...succeeded(step),
    jobs: [...step.jobs, evidence],
    chunks: isRoundOver ? [] : chunks,
    round: isRoundOver ? step.round + 1 : step.round,
  };
}

/** How long a blocked step rests before it is looked at again: somebody may have mended it. */
const BLOCKED_RECHECK_SECONDS = 15 * 60;

export interface Failed {
  action: Attempt;
  verdict: Verdict;
  /** The job itself ended in failure, and keeps its id for ever. Else it may still run under that id, and is adopted. */
  isSpent: boolean;
  /** `project:location.job` */
  job?: string;
}

/** Of attempts that were made side by side: together they count once, and what blocks is what the step shows. */
export function afterFailures(step: Step, failed: readonly Failed[], now: number): Step {
  const shown = failed.find(({ verdict }) => verdict.kind === 'block') ?? failed[0];
  if (shown === undefined) return step;
  const spent = failed.filter(({ isSpent }) => isSpent);
  const jobs = spent.flatMap(({ job }) => job ?? []);
  const kept: Step = jobs.length === 0 ? step : { ...step, spentJobs: [...(step.spentJobs ?? []), ...jobs] };
  const counted = spent.reduce((current, { action }) => nextAttempt(current, action), kept);
  const failures = step.failures + 1;
  if (failed.some((one) => isGoneShard(step, one))) return brokenRound({ ...counted, failures });
  // What is blocked may wait for days, and its table come back as another one: what was planned is not believed any more.
  // Of date shards each is a table of its own, and one that keeps failing must not send all of them back.
  const isOneShard = step.table?.name.isSharded === true && shown.action.kind === 'change';
  const base = shown.verdict.kind === 'block' && !isOneShard ? retried(counted, step.mapped) : counted;
  return { ...base, failures, waiting: waitFor(shown.verdict, failures, now) };
}

/** A date shard that was dropped since it was located (GA4 drops each intraday table): the next locate does without it. */
function isGoneShard(step: Step, { action, verdict }: Failed): boolean {
  const isMissing = verdict.kind === 'block' && verdict.code === 'table_missing';
  return action.kind === 'change' && isMissing && step.table?.name.isSharded === true;
}

function brokenRound(step: Step): Step {
  const { waiting: _waiting, ...rest } = step;
  return { ...rest, chunks: [], round: step.round + 1, isRoundBroken: true };
}

/**
 * Somebody has mended something: the step is planned anew, under new job ids.
 * @param mapped the table's entry in the data map as it is now; absent: the table is not the tenant's any more
 */
export function retried(step: Step, mapped: MappedTable | undefined): Step {
  const { waiting: _waiting, table: _table, ...rest } = step;
  const base: Step = { ...rest, chunks: [], failures: 0, attempt: step.attempt + 1 };
  if (mapped === undefined) return { ...base, isUnmapped: true, isDone: true };
  if (step.chunks.length === 0) return { ...base, mapped };
  return { ...base, mapped, round: step.round + 1, isRoundBroken: true };
}

function waitFor(verdict: Verdict, failures: number, now: number): Waiting {
  switch (verdict.kind) {
    case 'retry':
      return { condition: 'deferred', code: verdict.code, until: now + backOffSeconds(failures) * 1000 };
    case 'defer':
      return { condition: 'deferred', code: verdict.code, until: now + verdict.seconds * 1000 };
    case 'block':
      return {
        condition: 'blocked',
        code: verdict.code,
        advice: verdict.advice,
        until: now + BLOCKED_RECHECK_SECONDS * 1000,
      };
  }
}

function nextAttempt(step: Step, action: Attempt): Step {
  if (action.kind === 'locate' || action.kind === 'stage') return { ...step, attempt: step.attempt + 1 };
  if (action.kind !== 'change') return step;
  const chunks = step.chunks.map((entry, at) =>
    at === action.index ? { ...entry, attempt: entry.attempt + 1 } : entry,
  );
  return { ...step, chunks };
}

export function succeeded(step: Step): Step {
  const { waiting: _waiting, ...rest } = step;
  return { ...rest, failures: 0 };
}

/** The worst thing that a tenant's steps wait for, if any does: what its requests show as their condition. */
export function conditionOf(steps: readonly Step[]): { condition: Condition; reason: string } | undefined {
  const waiting = steps.flatMap((step) => (step.waiting && !step.isDone ? [step.waiting] : []));
  const worst = waiting.find(({ condition }) => condition === 'blocked') ?? waiting[0];
  return worst && { condition: worst.condition, reason: worst.code };
}

export function stepLabel(step: Step): string {
  return step.table ? tableLabel(step.table.name) : step.mapped.table;
}

export function changeTarget(step: Step, index: number): string {
  const chunk = step.chunks[index]?.chunk;
  if (step.table === undefined || chunk === undefined)
    throw new Error(`step ${step.id} has no chunk ${index}`);
  return chunkTarget(step.table, chunk);
}
