/**
 * Resumable uploads. The session is in the journal and its bytes on disk before each answer, so it goes on after a
 * restart; the line that makes the object also ends the session, so a repeated last request finds the object it made.
 * https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
import { randomUUID } from 'node:crypto';
import type { Answer, Call } from '../http.ts';
import { ApiError, invalid, notSupported } from './api-error.ts';
import { type ContentRange, parseContentRange } from './content-range.ts';
import type { Bytes } from './content-store.ts';
import type { Context } from './context.ts';
import { checkExpectedHashes, expectedHashes } from './expected-hashes.ts';
import { CHUNK_BYTES_UNIT } from './limits.ts';
import { objectResource } from './object-resource.ts';
import { checkObjectName, parseMetadata, readSettings } from './object-settings.ts';
import { readConditions } from './preconditions.ts';
import type { UploadRecord } from './records.ts';
import { requestBytes } from './request-bytes.ts';
import { checkReplaceable, createObject } from './write-object.ts';

export async function startResumable(context: Context, call: Call, bucket: string): Promise<Answer> {
  const { query, headers } = call;
  const body = parseMetadata(await call.body());
  const contentEncoding = query.get('contentEncoding');
  const settings = {
    contentType: String(headers['x-upload-content-type'] ?? 'application/octet-stream'),
    ...readSettings(body),
    ...(contentEncoding !== null && { contentEncoding }),
  };
  const name = checkObjectName(query.get('name') ?? body['name']);
  const conditions = readConditions(query);
  checkReplaceable(context, { bucket, name }, conditions);
  const declared = headers['x-upload-content-length'];
  const upload: UploadRecord = {
    id: randomUUID(),
    bucket,
    name,
    settings,
    expected: expectedHashes(body, headers),
    conditions,
    contentId: await context.content.begin(),
    startedAt: context.now(),
    ...(declared !== undefined && { declaredBytes: Number(declared) }),
  };
  await context.commit({ putUpload: upload });
  const location = `${context.address()}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&name=${encodeURIComponent(name)}&upload_id=${upload.id}`;
  return { headers: { location, 'x-guploader-uploadid': upload.id, 'content-length': '0' }, body: '' };
}

/** A chunk, or with `bytes *\/*` the question how far the upload is. */
export async function continueResumable(context: Context, call: Call): Promise<Answer> {
  const id = call.query.get('upload_id');
  if (id === null) throw notSupported('PUT without upload_id');
  const range = parseContentRange(call.headers['content-range']);
  return context.turns.take(`upload:${id}`, async () => {
    const upload = requireUpload(context, id);
    if (upload.result !== undefined) return { json: upload.result };
    if (range.first === undefined) return answerProgress(context, call, upload, range.total);
    await receive(context, upload, range.first, range, () => requestBytes(call));
    const isLast = range.last === undefined || range.last + 1 === range.total;
    return isLast
      ? finish(context, call, upload, range.total)
      : answerProgress(context, call, upload, undefined);
  });
}

/** https://cloud.google.com/storage/docs/performing-resumable-uploads#cancel-upload */
export async function cancelResumable(context: Context, call: Call): Promise<Answer> {
  const id = call.query.get('upload_id') ?? '';
  const CLIENT_CLOSED_REQUEST = 499;
  return context.turns.take(`upload:${id}`, async () => {
    await drop(context, requireUpload(context, id));
    return { status: CLIENT_CLOSED_REQUEST, headers: { 'content-length': '0' } };
  });
}

function requireUpload(context: Context, id: string): UploadRecord {
  const upload = context.state.uploads.get(id);
  if (upload === undefined) throw new ApiError(404, 'notFound', 'No such upload session.');
  return upload;
}

/** Takes what is new of the bytes that begin at `first`. */
async function receive(
  context: Context,
  { contentId }: UploadRecord,
  first: number,
  range: ContentRange,
  open: () => Promise<Bytes>,
): Promise<void> {
  const have = await context.content.size(contentId);
  if (first > have)
    throw invalid(`Invalid request. The upload has ${have} bytes, this chunk begins at ${first}.`);
  // All of it came before: the request is a repetition whose body need not be read.
  if (range.last !== undefined && range.last < have) return;
  await context.content.append(contentId, skip(await open(), have - first));
}

async function* skip(bytes: Bytes, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const piece of bytes) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

async function answerProgress(
  context: Context,
  call: Call,
  upload: UploadRecord,
  total: number | undefined,
): Promise<Answer> {
  const have = await context.content.size(upload.contentId);
  if (total !== undefined && have === total) return finish(context, call, upload, total);
  // Only whole units are kept, as on the real service.
  const kept = have - (have % CHUNK_BYTES_UNIT);
  if (kept < have) await context.content.truncate(upload.contentId, kept);
  return {
    status: 308,
    headers: { 'content-length': '0', ...(kept > 0 && { range: `bytes=0-${kept - 1}` }) },
  };
}

async function finish(
  context: Context,
  call: Call,
  upload: UploadRecord,
  total: number | undefined,
): Promise<Answer> {
  const { bucket, name, settings, conditions, declaredBytes } = upload;
  const content = await context.content.measure(upload.contentId);
  const wanted = total ?? declaredBytes;
  if (wanted !== undefined && content.size !== wanted) {
    throw invalid(
      `Invalid request. There were ${content.size} byte(s) in the request, ${wanted} were declared.`,
    );
  }
  let result: Record<string, unknown> = {};
  try {
    await checkExpectedHashes(context, content, {
      ...upload.expected,
      ...expectedHashes({}, call.headers),
    });
    await createObject(context, { bucket, name }, { settings, content, conditions }, (object) => {
      result = objectResource(context, object);
      return [{ putUpload: { ...upload, result } }];
    });
  } catch (error) {
    await drop(context, upload);
    throw error;
  }
  return { json: result };
}

async function drop(context: Context, { id, contentId, result }: UploadRecord): Promise<void> {
  await context.commit({ dropUpload: id });
  if (result === undefined) await context.content.remove(contentId);
}
