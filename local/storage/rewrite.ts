/** objects.rewrite, which Google's clients copy with, and objects.copy. https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite */
import type { Answer, Call } from '../http.ts';
import { invalid, notSupported } from './api-error.ts';
import type { Context } from './context.ts';
import { masked } from './fields-mask.ts';
import { REWRITE_BYTES_UNIT } from './limits.ts';
import { objectResource } from './object-resource.ts';
import { type Body, checkObjectName, parseMetadata, readSettings } from './object-settings.ts';
import {
  checkBeforeWrite,
  OBJECT_CONDITIONS,
  readConditions,
  readInteger,
  SOURCE_CONDITIONS,
} from './preconditions.ts';
import type { Content, ObjectRecord, ObjectSettings } from './records.ts';
import { checkRequest } from './request-checks.ts';
import { createObject, type Place, placeOf, requireBucket, requireObject } from './write-object.ts';

const COPY_PARAMETERS = ['sourceGeneration', ...OBJECT_CONDITIONS, ...SOURCE_CONDITIONS];

export async function rewriteObject(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, [...COPY_PARAMETERS, 'rewriteToken', 'maxBytesRewrittenPerCall']);
  const resource = objectResource(context, await copy(context, call));
  const size = resource['size'];
  return masked(call, {
    kind: 'storage#rewriteResponse',
    totalBytesRewritten: size,
    objectSize: size,
    done: true,
    resource,
  });
}

export async function copyObject(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, COPY_PARAMETERS);
  return masked(call, objectResource(context, await copy(context, call)));
}

async function copy(context: Context, call: Call): Promise<ObjectRecord> {
  const { query, params } = call;
  const place: Place = { bucket: params['toBucket'] ?? '', name: checkObjectName(params['toObject']) };
  requireBucket(context, place.bucket);
  const body = parseMetadata(await call.body());
  // Every rewrite here is done in one call, so no token was ever given out.
  if (query.has('rewriteToken')) throw invalid('Invalid rewrite token.');
  const conditions = readConditions(query);
  const { source, content } = await duplicate(context, call);
  try {
    const settings = settingsOfCopy(source.settings, body);
    checkBytesPerCall(context, call, source, { place, settings });
    return await createObject(context, place, { settings, content, conditions });
  } catch (error) {
    await context.content.remove(content.id);
    throw error;
  }
}

async function duplicate(context: Context, call: Call): Promise<{ source: ObjectRecord; content: Content }> {
  const conditions = readConditions(call.query, 'ifSource');
  for (;;) {
    const source = requireObject(context, placeOf(call), readInteger(call.query, 'sourceGeneration'));
    checkBeforeWrite(conditions, source);
    const content = await context.content.duplicate(source.content);
    // Otherwise it was replaced or deleted since the look at the state: look again.
    if (content !== undefined) return { source, content };
  }
}

/** Metadata in the request replaces all of the source's; without any they are copied. The class is the new bucket's. */
function settingsOfCopy({ storageClass: _, ...copied }: ObjectSettings, body: Body): ObjectSettings {
  return Object.keys(body).length === 0 ? copied : readSettings(body);
}

/** The limit only counts where the location or the storage class changes. */
function checkBytesPerCall(
  context: Context,
  call: Call,
  source: ObjectRecord,
  { place, settings }: { place: Place; settings: ObjectSettings },
): void {
  const bytes = readInteger(call.query, 'maxBytesRewrittenPerCall');
  if (bytes === undefined) return;
  if (bytes <= 0 || bytes % REWRITE_BYTES_UNIT !== 0) {
    throw invalid('maxBytesRewrittenPerCall must be an integral multiple of 1 MiB (1048576).');
  }
  const from = requireBucket(context, source.bucket).record.settings;
  const to = requireBucket(context, place.bucket).record.settings;
  const isSameClass =
    (source.settings.storageClass ?? from.storageClass) === (settings.storageClass ?? to.storageClass);
  if (from.location !== to.location || !isSameClass)
    throw notSupported('maxBytesRewrittenPerCall between locations or storage classes');
}
