/**
 * Resumable uploads: https://cloud.google.com/bigquery/docs/reference/api-uploads#resumable
 * A session is only in memory: after a restart its next request is 404, and the caller begins anew, as the protocol has it.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer, Call } from '../../http.ts';
import type { Context } from '../context.ts';
import { invalid, notFound } from '../errors.ts';
import { type JobKey, renderJob } from './job.ts';
import type { JobEngine } from './job-engine.ts';
import { type JobRequest, submitJob } from './submit.ts';

interface Session {
  project: string;
  request: JobRequest;
  path: string;
  /** Bytes received. */
  size: number;
  /** The job that the last request made: one that repeats it is answered with it. */
  job?: JobKey;
}

interface ContentRange {
  /** Absent in a question how far the upload is. */
  first?: number;
  total?: number;
}

export class ResumableUploads {
  readonly #context: Context;
  readonly #engine: JobEngine;
  readonly #sessions = new Map<string, Session>();

  constructor(context: Context, engine: JobEngine) {
    this.#context = context;
    this.#engine = engine;
  }

  async start(call: Call): Promise<Answer> {
    const request = await call.json<JobRequest>();
    const id = randomUUID();
    const path = join(this.#context.uploads, id);
    await writeFile(path, '');
    this.#sessions.set(id, { project: call.params['project'] ?? '', request, path, size: 0 });
    const location = `http://${call.headers.host}${call.url.pathname}?uploadType=resumable&upload_id=${id}`;
    return { headers: { location, 'content-length': '0' }, body: '' };
  }

  /** A chunk, or with `bytes *\/*` the question how far the upload is. */
  async receive(call: Call): Promise<Answer> {
    const id = call.query.get('upload_id') ?? '';
    const { first, total } = parseContentRange(call.headers['content-range']);
    return this.#context.locks.run(`upload ${id}`, async () => {
      const session = this.#sessions.get(id);
      if (session === undefined) throw notFound('No such upload session.');
      if (session.job !== undefined) return this.#answer(session.job);
      if (first !== undefined) await append(session, first, call.stream);
      const isWhole = first !== undefined && call.headers['content-range'] === undefined;
      if (isWhole || session.size === total) return this.#finish(session);
      const range = session.size > 0 && { range: `bytes=0-${session.size - 1}` };
      return { status: 308, headers: { 'content-length': '0', ...range }, body: '' };
    });
  }

  async #finish(session: Session): Promise<Answer> {
    const { project, request, path } = session;
    try {
      const job = await submitJob(this.#context, this.#engine, request, { project, upload: path });
      session.job = { project, location: job.location, id: job.id };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return this.#answer(session.job);
  }

  async #answer(key: JobKey): Promise<Answer> {
    const job = await this.#engine.store.find(key);
    if (job === undefined) throw notFound(`Not found: Job ${key.project}:${key.id}`);
    return { json: renderJob(job) };
  }
}

/** Takes what is new of the bytes that begin at `first`. */
async function append(session: Session, first: number, bytes: Readable): Promise<void> {
  if (first > session.size)
    throw invalid(`The upload has ${session.size} bytes, this chunk begins at ${first}.`);
  let known = session.size - first;
  const fresh = async function* (pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      const rest = piece.subarray(Math.min(known, piece.length));
      known -= piece.length - rest.length;
      if (rest.length > 0) yield rest;
    }
  };
  const file = createWriteStream(session.path, { flags: 'a' });
  try {
    await pipeline(bytes, fresh, file);
  } finally {
    session.size += file.bytesWritten;
  }
}

/** `bytes 0-9/10`, `bytes 0-9/*`, `bytes *\/10`, `bytes *\/*`; none: all of it. @throws invalid */
function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { first: 0 };
  const parts = /^bytes (?:\*|(\d+)-\d+)\/(?:\*|(\d+))$/.exec(header);
  if (parts === null) throw invalid(`Invalid Content-Range: ${header}`);
  const [, first, total] = parts;
  return {
    ...(first !== undefined && { first: Number(first) }),
    ...(total !== undefined && { total: Number(total) }),
  };
}
