/**
 * Takes jobs, runs them, ends them.
 *
 * A job is on disk before its id is answered. Its effect and its end are one transaction: after kill -9 it is done, or it has
 * done nothing and is run again at the next start. What it changes in memory follows the commit.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { DroppedConnection } from '../../faults.ts';
import type { Context } from '../context.ts';
import type { Session } from '../database.ts';
import { ApiError, duplicate, type ErrorProto, toErrorProto } from '../errors.ts';
import { DmlQueue, type Place } from './dml-queue.ts';
import {
  type JobConfiguration,
  type JobKey,
  type JobRecord,
  type JobResult,
  type JobStatistics,
  jobName,
} from './job.ts';
import type { JobStore } from './job-store.ts';
import { pause, within } from './pause.ts';

export interface Outcome {
  statistics: JobStatistics;
  result?: JobResult;
}

/** What a kind of job does. It must call `finish` in the transaction of its effect, and only there. */
export interface Work {
  /** `p:d.t`, when it is an UPDATE or DELETE and stands in that table's line. */
  dmlTarget?: string;
  run(finish: (session: Session, outcome: Outcome) => Promise<void>, signal: AbortSignal): Promise<void>;
}

export interface NewJob {
  key: JobKey;
  configuration: JobConfiguration;
  statistics?: JobStatistics;
  requestId?: string;
  upload?: string;
}

interface Running {
  abort: AbortController;
  done: Promise<void>;
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/JobReference */
const JOB_ID = /^[A-Za-z0-9_-]{1,1024}$/;
const CANCELLED: ErrorProto = {
  reason: 'stopped',
  message: 'Job execution was cancelled: User requested cancellation',
};
const SWEEP_EVERY_JOBS = 100;

export class JobEngine {
  readonly store: JobStore;
  readonly #context: Context;
  readonly #queue = new DmlQueue();
  readonly #running = new Map<string, Running>();
  #isClosing = false;
  #accepted = 0;

  constructor(context: Context, store: JobStore) {
    this.#context = context;
    this.store = store;
  }

  /**
   * Accepts a job and starts it. `work` may be the error with which the job fails at once: its id is used all the same.
   * @throws duplicate, invalid
   */
  async submit(job: NewJob, work: Work | ErrorProto): Promise<JobRecord> {
    if (!JOB_ID.test(job.key.id)) throw new ApiError(400, 'invalid', `Invalid job ID "${job.key.id}".`);
    if (this.store.has(job.key)) throw duplicate(`Already Exists: Job ${jobName(job.key)}`);
    const { key, configuration, statistics = {}, requestId, upload } = job;
    const record: JobRecord = {
      ...key,
      configuration,
      state: 'PENDING',
      created: this.#context.now(),
      statistics,
      ...(requestId !== undefined && { requestId }),
      ...(upload !== undefined && { upload }),
    };
    const place = 'reason' in work ? work : this.#enter(work);
    if (place !== undefined && 'reason' in place) {
      Object.assign(record, this.#ended(record), { error: place });
      await this.store.add(record);
      await this.#removeUpload(record);
      return record;
    }
    if ('reason' in work) throw new Error('unreachable');
    try {
      await this.store.add(record);
    } catch (error) {
      place?.leave();
      throw error;
    }
    this.#start(record, work, place);
    this.#sweep();
    return record;
  }

  /** Runs again what the last run of the stand-in did not finish; for the caller nothing has happened. */
  resume(record: JobRecord, work: Work | ErrorProto): void {
    if ('reason' in work) this.#start(record, { run: () => Promise.reject(fromProto(work)) }, undefined);
    else this.#start(record, work, this.#enterOrWait(work));
  }

  /** Resolves when the job is done or the time is over. */
  async wait(key: JobKey, milliseconds: number): Promise<void> {
    const running = this.#running.get(jobName(key));
    if (running !== undefined) await within(running.done, milliseconds);
  }

  /** Best effort, as in the service: a job that is about to be done will be done. */
  async cancel(key: JobKey): Promise<void> {
    const running = this.#running.get(jobName(key));
    if (running === undefined) return;
    running.abort.abort(fromProto(CANCELLED));
    await running.done;
  }

  /** Lets nothing begin, interrupts what runs: the next start runs it again. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const all = [...this.#running.values()];
    for (const { abort } of all) abort.abort(new Error('closing'));
    await Promise.all(all.map(({ done }) => done));
  }

  #enter(work: Work): Place | ErrorProto | undefined {
    if (work.dmlTarget === undefined) return undefined;
    try {
      return this.#queue.enter(work.dmlTarget);
    } catch (error) {
      return toErrorProto(error);
    }
  }

  /** Jobs of before a restart had their places already; at most 22 of them. */
  #enterOrWait(work: Work): Place | undefined {
    return work.dmlTarget === undefined ? undefined : this.#queue.enter(work.dmlTarget);
  }

  #start(record: JobRecord, work: Work, place: Place | undefined): void {
    const abort = new AbortController();
    const done = this.#run(record, work, place, abort.signal).finally(() => {
      place?.leave();
      this.#running.delete(jobName(record));
    });
    this.#running.set(jobName(record), { abort, done });
  }

  async #run(record: JobRecord, work: Work, place: Place | undefined, signal: AbortSignal): Promise<void> {
    let end: Partial<JobRecord> | undefined;
    const finish = async (session: Session, outcome: Outcome) => {
      signal.throwIfAborted();
      const statistics = { ...record.statistics, ...outcome.statistics };
      const finished = { ...record, ...this.#ended(record), ...outcome, statistics };
      await this.store.save(session, finished);
      end = finished;
    };
    try {
      await place?.turn(signal);
      signal.throwIfAborted();
      record.state = 'RUNNING';
      record.started = this.#context.now();
      await pause(this.#context.jobLatencyMilliseconds, signal);
      await this.#struck(record, () => work.run(finish, signal));
    } catch (error) {
      if (this.#isClosing) return;
      const cause = signal.aborted ? signal.reason : error;
      const details = cause instanceof ApiError ? cause.details : [];
      end = {
        ...record,
        ...this.#ended(record),
        error: toErrorProto(cause),
        ...(details.length > 0 && { details }),
      };
      const failed = end as JobRecord;
      await this.#context.database.transaction((session) => this.store.save(session, failed));
    }
    Object.assign(record, end);
    this.store.settled(record);
    await this.#removeUpload(record);
  }

  /** `bigquery.jobs.run`: the job itself, apart from the calls about it. Whoever is killed or cut off then, the job goes on. */
  async #struck(record: JobRecord, run: () => Promise<void>): Promise<void> {
    let ran: Promise<void> | undefined;
    const once = () => {
      ran ??= run();
      return ran;
    };
    try {
      await this.#context.faults.around('bigquery.jobs.run', record.id, once);
    } catch (error) {
      if (!(error instanceof DroppedConnection)) throw error;
      await once();
    }
  }

  #ended(record: JobRecord): Pick<JobRecord, 'state' | 'started' | 'ended'> {
    const ended = this.#context.now();
    return { state: 'DONE', started: record.started ?? ended, ended };
  }

  async #removeUpload({ upload }: JobRecord): Promise<void> {
    if (upload !== undefined) await rm(upload, { force: true });
  }

  #sweep(): void {
    this.#accepted += 1;
    if (this.#accepted % SWEEP_EVERY_JOBS === 0) this.store.dropExpiredResults().catch(() => {});
  }
}

export function newJobId(): string {
  return `job_${randomUUID().replaceAll('-', '')}`;
}

function fromProto({ reason, message }: ErrorProto): ApiError {
  return new ApiError(400, reason, message);
}
