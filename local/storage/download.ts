import { createGunzip } from 'node:zlib';
import type { Answer, Call } from '../http.ts';
import { type ByteRange, parseRange } from './byte-range.ts';
import { checkConditionalHeaders, wantedRange } from './conditional-headers.ts';
import type { Context } from './context.ts';
import { etag } from './object-resource.ts';
import { checkBeforeRead, readConditions, readInteger } from './preconditions.ts';
import type { ObjectRecord } from './records.ts';
import { type Place, requireObject } from './write-object.ts';

/** The bytes of an object, all or a range. https://cloud.google.com/storage/docs/json_api/v1/objects/get */
export async function download(context: Context, call: Call, place: Place): Promise<Answer> {
  for (;;) {
    const object = requireObject(context, place, readInteger(call.query, 'generation'));
    checkBeforeRead(readConditions(call.query), object);
    checkConditionalHeaders(call.headers, object);
    const isDecompressed = mustDecompress(call, object);
    // A range of what is decompressed on the way is ignored: https://cloud.google.com/storage/docs/transcoding#range
    const range = isDecompressed
      ? undefined
      : parseRange(wantedRange(call.headers, object), object.content.size);
    const body = await context.content.read(object.content.id, range);
    // Replaced or deleted since the look at the state: look again.
    if (body === undefined) continue;
    if (!isDecompressed) {
      return { status: range === undefined ? 200 : 206, headers: mediaHeaders(object, range), body };
    }
    const { 'content-length': _, 'content-encoding': __, ...headers } = mediaHeaders(object);
    const gunzip = createGunzip();
    body.once('error', (error) => gunzip.destroy(error));
    gunzip.once('close', () => body.destroy());
    return { headers: { ...headers, warning: '214 UploadServer gunzipped' }, body: body.pipe(gunzip) };
  }
}

/** Decompressive transcoding. https://cloud.google.com/storage/docs/transcoding */
function mustDecompress(call: Call, { settings }: ObjectRecord): boolean {
  if (settings.contentEncoding !== 'gzip' || /no-transform/.test(settings.cacheControl ?? '')) return false;
  return !/\bgzip\b/.test(String(call.headers['accept-encoding'] ?? ''));
}

function mediaHeaders(object: ObjectRecord, range?: ByteRange): Record<string, string> {
  const { settings, content, generation, metageneration, updatedAt } = object;
  const { size } = content;
  const hashes = [`crc32c=${content.crc32c}`, ...(content.md5 === undefined ? [] : [`md5=${content.md5}`])];
  const given = {
    'cache-control': settings.cacheControl,
    'content-disposition': settings.contentDisposition,
    'content-encoding': settings.contentEncoding,
    'content-language': settings.contentLanguage,
    'x-goog-custom-time': settings.customTime,
  };
  return {
    'content-type': settings.contentType ?? 'application/octet-stream',
    'content-length': String(range === undefined ? size : range.last - range.first + 1),
    ...(range !== undefined && { 'content-range': `bytes ${range.first}-${range.last}/${size}` }),
    'accept-ranges': 'bytes',
    etag: `"${etag(object)}"`,
    'last-modified': new Date(updatedAt).toUTCString(),
    'x-goog-generation': String(generation),
    'x-goog-metageneration': String(metageneration),
    'x-goog-hash': hashes.join(','),
    'x-goog-storage-class': settings.storageClass ?? 'STANDARD',
    'x-goog-stored-content-encoding': settings.contentEncoding ?? 'identity',
    'x-goog-stored-content-length': String(size),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  } as Record<string, string>;
}
