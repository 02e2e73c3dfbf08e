/** objects.insert in one request. https://cloud.google.com/storage/docs/uploads-downloads#uploads */
import type { Answer, Call } from '../http.ts';
import { notSupported, required } from './api-error.ts';
import type { Bytes } from './content-store.ts';
import type { Context } from './context.ts';
import { checkExpectedHashes, expectedHashes } from './expected-hashes.ts';
import { masked } from './fields-mask.ts';
import { parseMultipart } from './multipart-body.ts';
import { objectResource } from './object-resource.ts';
import { type Body, checkObjectName, parseMetadata, readSettings } from './object-settings.ts';
import { OBJECT_CONDITIONS, readConditions } from './preconditions.ts';
import { requestBytes } from './request-bytes.ts';
import { checkRequest } from './request-checks.ts';
import { startResumable } from './resumable.ts';
import { createObject, requireBucket } from './write-object.ts';

const UPLOAD_PARAMETERS = ['uploadType', 'name', 'contentEncoding', ...OBJECT_CONDITIONS];

export async function insertObject(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, UPLOAD_PARAMETERS);
  const bucket = call.params['bucket'] ?? '';
  requireBucket(context, bucket);
  switch (call.query.get('uploadType')) {
    case 'multipart':
      return insertMultipart(context, call, bucket);
    case 'media':
      return insert(context, call, bucket, {
        metadata: { contentType: call.headers['content-type'] ?? null },
        bytes: await requestBytes(call),
      });
    case 'resumable':
      return startResumable(context, call, bucket);
    case null:
      throw required('Required parameter: uploadType');
    default:
      throw notSupported(`The uploadType ${call.query.get('uploadType')}`);
  }
}

async function insertMultipart(context: Context, call: Call, bucket: string): Promise<Answer> {
  const { metadata, media } = parseMultipart(call.headers['content-type'], await call.body());
  return insert(context, call, bucket, {
    metadata: {
      ...(media.contentType !== undefined && { contentType: media.contentType }),
      ...parseMetadata(metadata.bytes),
    },
    bytes: [media.bytes],
  });
}

async function insert(
  context: Context,
  call: Call,
  bucket: string,
  { metadata, bytes }: { metadata: Body; bytes: Bytes },
): Promise<Answer> {
  const { query } = call;
  const encoding = query.get('contentEncoding');
  const given = encoding === null ? metadata : { ...metadata, contentEncoding: encoding };
  const place = { bucket, name: checkObjectName(query.get('name') ?? given['name']) };
  const settings = { contentType: 'application/octet-stream', ...readSettings(given) };
  const expected = expectedHashes(given, call.headers);
  const conditions = readConditions(query);
  const content = await context.content.write(bytes);
  await checkExpectedHashes(context, content, expected);
  const object = await createObject(context, place, { settings, content, conditions });
  return masked(call, objectResource(context, object));
}
