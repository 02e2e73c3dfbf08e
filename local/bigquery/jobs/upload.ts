/** Uploads for load jobs: https://cloud.google.com/bigquery/docs/reference/api-uploads */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Answer, Call, Route } from '../../http.ts';
import type { Context } from '../context.ts';
import { invalid, notImplemented } from '../errors.ts';
import { type JobRecord, renderJob } from './job.ts';
import type { JobEngine } from './job-engine.ts';
import { ResumableUploads } from './resumable.ts';
import { type JobRequest, submitJob } from './submit.ts';

/** Delimiter, headers and metadata stand within this many bytes. */
const HEAD_BYTES_MAX = 1024 * 1024;

export function uploadRoutes(context: Context, engine: JobEngine): Route[] {
  const pattern = /^\/(?:resumable\/)?upload\/bigquery\/v2\/projects\/(?<project>[^/]+)\/jobs\/?$/;
  const operation = 'bigquery.jobs.insert';
  const resumable = new ResumableUploads(context, engine);
  return [
    {
      method: 'POST',
      pattern,
      operation,
      handle: async (call) => {
        const type = call.query.get('uploadType');
        if (type === 'resumable') return resumable.start(call);
        if (type !== 'multipart')
          throw notImplemented(`uploadType=${type} (multipart and resumable are supported)`);
        return insertMultipart(context, engine, call);
      },
    },
    { method: 'PUT', pattern, operation, handle: (call) => resumable.receive(call) },
  ];
}

async function insertMultipart(context: Context, engine: JobEngine, call: Call): Promise<Answer> {
  const { project = '' } = call.params;
  const { request, path } = await receive(context, call);
  try {
    return { json: renderJob(await submitJob(context, engine, request, { project, upload: path })) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Removes what uploads left that never became a job. */
export async function removeOrphans(uploads: string, jobs: readonly JobRecord[]): Promise<void> {
  const kept = new Set(jobs.map(({ upload }) => upload));
  for (const name of await readdir(uploads)) {
    const path = join(uploads, name);
    if (!kept.has(path)) await rm(path, { force: true });
  }
}

/** The body may be larger than memory: it goes to a file, and the media part of that to another. */
async function receive({ uploads }: Context, call: Call): Promise<{ request: JobRequest; path: string }> {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(call.headers['content-type'] ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw invalid('Multipart content has no boundary.');
  const name = join(uploads, randomUUID());
  const body = `${name}.body`;
  try {
    await pipeline(call.stream, createWriteStream(body));
    const { metadata, start, end } = await findParts(body, boundary);
    await pipeline(createReadStream(body, { start, end: Math.max(end - 1, start) }), createWriteStream(name));
    if (end === start) await (await open(name, 'w')).close();
    return { request: JSON.parse(metadata) as JobRequest, path: name };
  } finally {
    await rm(body, { force: true });
  }
}

/** RFC 2046 section 5.1: metadata, then media. `end` is exclusive. */
async function findParts(
  path: string,
  boundary: string,
): Promise<{ metadata: string; start: number; end: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES_MAX));
    await file.read(head, 0, head.length, 0);
    const delimiter = `--${boundary}`;
    const metadataAt = head.indexOf('\r\n\r\n', head.indexOf(delimiter)) + 4;
    const mediaDelimiter = head.indexOf(`\r\n${delimiter}`, metadataAt);
    const start = head.indexOf('\r\n\r\n', mediaDelimiter + 2) + 4;
    const tail = Buffer.alloc(Math.min(size, boundary.length + 64));
    await file.read(tail, 0, tail.length, size - tail.length);
    const closing = tail.lastIndexOf(`\r\n${delimiter}--`);
    if (metadataAt < 4 || mediaDelimiter < 0 || start < 4 || closing < 0)
      throw invalid('Multipart content ends without its closing delimiter, or has not two parts.');
    const metadata = head.toString('utf8', metadataAt, mediaDelimiter);
    return { metadata, start, end: Math.max(size - tail.length + closing, start) };
  } finally {
    await file.close();
  }
}
