/** Jobs on disk. Ids are also in memory: whether one was used must be known without waiting. */
import type { Clock } from '../../clock.ts';
import type { Database, Session } from '../database.ts';
import { type JobKey, type JobRecord, jobName } from './job.ts';

interface Row {
  record: string;
}

export class JobStore {
  readonly #database: Database;
  readonly #now: Clock;
  readonly #names = new Set<string>();
  /** Jobs that are not done, and those whose end is being written. */
  readonly #active = new Map<string, JobRecord>();

  constructor(database: Database, now: Clock) {
    this.#database = database;
    this.#now = now;
  }

  /** @returns the jobs that the last run of the stand-in accepted and did not finish, oldest first */
  async open(): Promise<JobRecord[]> {
    await this.#database.transaction(async (session) => {
      await session.run(
        'CREATE TABLE IF NOT EXISTS _lethe.jobs (name VARCHAR, project VARCHAR, created BIGINT, state VARCHAR, request_id VARCHAR, record VARCHAR)',
      );
      await session.run('CREATE SCHEMA IF NOT EXISTS _results');
    });
    return this.#database.read(async (session) => {
      for (const { name } of await session.rows<{ name: string }>('SELECT name FROM _lethe.jobs'))
        this.#names.add(name);
      const open = await session.rows<Row>(
        `SELECT record FROM _lethe.jobs WHERE state <> 'DONE' ORDER BY created`,
      );
      const jobs = open.map(({ record }) => JSON.parse(record) as JobRecord);
      for (const job of jobs) this.#active.set(jobName(job), job);
      return jobs;
    });
  }

  has(key: JobKey): boolean {
    return this.#names.has(jobName(key));
  }

  /** Claims the id at once; the job is on disk when it resolves. */
  async add(job: JobRecord): Promise<void> {
    const name = jobName(job);
    this.#names.add(name);
    this.#active.set(name, job);
    try {
      await this.#database.transaction((session) =>
        session.run('INSERT INTO _lethe.jobs VALUES ($name, $project, $created, $state, $request, $record)', {
          name,
          project: job.project,
          created: BigInt(job.created),
          state: job.state,
          request: job.requestId ?? '',
          record: JSON.stringify(job),
        }),
      );
    } catch (error) {
      this.#names.delete(name);
      this.#active.delete(name);
      throw error;
    }
    if (job.state === 'DONE') this.#active.delete(name);
  }

  /** In the transaction that makes the job's effect true. Call `settled` after the commit. */
  async save(session: Session, job: JobRecord): Promise<void> {
    await session.run('UPDATE _lethe.jobs SET state = $state, record = $record WHERE name = $name', {
      name: jobName(job),
      state: job.state,
      record: JSON.stringify(job),
    });
  }

  settled(job: JobRecord): void {
    this.#active.delete(jobName(job));
  }

  async find(key: JobKey): Promise<JobRecord | undefined> {
    const name = jobName(key);
    if (!this.#names.has(name)) return undefined;
    const active = this.#active.get(name);
    if (active !== undefined) return active;
    return this.#one('SELECT record FROM _lethe.jobs WHERE name = $name', { name });
  }

  async findByRequest(project: string, request: string): Promise<JobRecord | undefined> {
    const active = [...this.#active.values()].find(
      (job) => job.project === project && job.requestId === request,
    );
    if (active !== undefined) return active;
    return this.#one('SELECT record FROM _lethe.jobs WHERE project = $project AND request_id = $request', {
      project,
      request,
    });
  }

  async delete(job: JobRecord): Promise<void> {
    const name = jobName(job);
    await this.#database.transaction(async (session) => {
      if (job.result?.expires !== undefined) await session.run(`DROP TABLE IF EXISTS ${job.result.duckName}`);
      await session.run('DELETE FROM _lethe.jobs WHERE name = $name', { name });
    });
    this.#names.delete(name);
  }

  /** Newest first, as jobs.list has them. */
  async list(project: string): Promise<JobRecord[]> {
    const rows = await this.#database.read((session) =>
      session.rows<Row & { name: string }>(
        'SELECT name, record FROM _lethe.jobs WHERE project = $project ORDER BY created DESC, rowid DESC',
        { project },
      ),
    );
    return rows.map(({ name, record }) => this.#active.get(name) ?? (JSON.parse(record) as JobRecord));
  }

  /** Drops results whose day has passed. */
  async dropExpiredResults(): Promise<void> {
    const jobs = await this.#database.read((session) =>
      session.rows<{ name: string }>(
        `SELECT record->>'$.result.duckName' AS name FROM _lethe.jobs WHERE CAST(record->>'$.result.expires' AS BIGINT) <= $now`,
        { now: BigInt(this.#now()) },
      ),
    );
    for (const { name } of jobs)
      await this.#database.transaction((session) => session.run(`DROP TABLE IF EXISTS ${name}`));
  }

  async #one(sql: string, binds: Record<string, unknown>): Promise<JobRecord | undefined> {
    const [row] = await this.#database.read((session) => session.rows<Row>(sql, binds));
    return row === undefined ? undefined : (JSON.parse(row.record) as JobRecord);
  }
}
