/** buckets.insert, get, list, patch, update, delete, lockRetentionPolicy. https://cloud.google.com/storage/docs/json_api/v1/buckets */
import type { Answer, Call } from '../http.ts';
import { ApiError, invalid, required } from './api-error.ts';
import { bucketResource } from './bucket-resource.ts';
import { mergeBucketSettings, readBucketSettings } from './bucket-settings.ts';
import type { Context } from './context.ts';
import { masked } from './fields-mask.ts';
import { LIST_RESULTS_MAX } from './limits.ts';
import { compareNames } from './name-order.ts';
import { checkBeforeRead, checkBeforeWrite, readConditions, readInteger } from './preconditions.ts';
import type { BucketRecord } from './records.ts';
import { checkRequest } from './request-checks.ts';
import type { BucketState } from './state.ts';
import { requireBucket } from './write-object.ts';

const CONDITIONS = ['ifMetagenerationMatch', 'ifMetagenerationNotMatch'];

type Body = Record<string, unknown>;

export async function insertBucket(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, []);
  const project = call.query.get('project');
  if (!project) throw required('Required parameter: project');
  const body = await call.json<Body>();
  const name = checkBucketName(body['name']);
  const record = await context.turns.take(bucketKey(name), async () => {
    if (context.state.buckets.has(name)) {
      throw new ApiError(
        409,
        'conflict',
        'Your previous request to create the named bucket succeeded and you already own it.',
      );
    }
    const now = context.now();
    const made: BucketRecord = {
      name,
      project,
      metageneration: 1,
      createdAt: now,
      updatedAt: now,
      settings: readBucketSettings(body, { bucket: name, now }),
    };
    await context.commit({ putBucket: made });
    return made;
  });
  return masked(call, bucketResource(context, record));
}

export async function getBucket(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, CONDITIONS);
  const { record } = requireBucket(context, bucketOf(call));
  checkBeforeRead(readConditions(call.query), record);
  return masked(call, bucketResource(context, record));
}

export async function listBuckets(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, ['prefix', 'maxResults', 'pageToken']);
  const project = call.query.get('project');
  if (!project) throw required('Required parameter: project');
  const prefix = call.query.get('prefix') ?? '';
  const after = Buffer.from(call.query.get('pageToken') ?? '', 'base64url').toString();
  const limit = Math.min(readInteger(call.query, 'maxResults') ?? LIST_RESULTS_MAX, LIST_RESULTS_MAX);
  const all = [...context.state.buckets.values()]
    .map(({ record }) => record)
    .filter((record) => record.project === project && record.name.startsWith(prefix) && record.name > after)
    .sort((a, b) => compareNames(a.name, b.name));
  const page = all.slice(0, limit);
  const last = page.at(-1);
  return masked(call, {
    kind: 'storage#buckets',
    items: page.map((record) => bucketResource(context, record)),
    ...(all.length > page.length && last && { nextPageToken: Buffer.from(last.name).toString('base64url') }),
  });
}

export async function patchBucket(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, CONDITIONS);
  const body = await call.json<Body>();
  return change(context, call, ({ name, settings }, now) =>
    mergeBucketSettings(settings, body, { bucket: name, now }),
  );
}

/** A locked policy stays for good; the caller must say which metageneration it has seen. */
export async function lockRetentionPolicy(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, ['ifMetagenerationMatch']);
  if (!call.query.has('ifMetagenerationMatch')) throw required('Required parameter: ifMetagenerationMatch');
  return change(context, call, ({ name, settings }) => {
    const { retentionPolicy } = settings;
    if (retentionPolicy === undefined || retentionPolicy.isLocked) {
      throw invalid(`Bucket '${name}' does not have an unlocked retention policy.`);
    }
    return { ...settings, retentionPolicy: { ...retentionPolicy, isLocked: true } };
  });
}

export async function deleteBucket(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, CONDITIONS);
  const name = bucketOf(call);
  await context.turns.take(bucketKey(name), async () => {
    const bucket = requireBucket(context, name);
    checkBeforeWrite(readConditions(call.query), bucket.record);
    if (bucket.objects.size > 0 || bucket.writers > 0) {
      throw new ApiError(409, 'conflict', 'The bucket you tried to delete is not empty.');
    }
    await close(context, bucket);
  });
  return { status: 204 };
}

async function close(context: Context, bucket: BucketState): Promise<void> {
  bucket.isClosing = true;
  try {
    await context.commit({ dropBucket: bucket.record.name });
  } finally {
    bucket.isClosing = false;
  }
}

async function change(
  context: Context,
  call: Call,
  settingsOf: (record: BucketRecord, now: number) => BucketRecord['settings'],
): Promise<Answer> {
  const name = bucketOf(call);
  const changed = await context.turns.take(bucketKey(name), async () => {
    const { record } = requireBucket(context, name);
    checkBeforeWrite(readConditions(call.query), record);
    const now = context.now();
    const next: BucketRecord = {
      ...record,
      settings: settingsOf(record, now),
      metageneration: record.metageneration + 1,
      updatedAt: now,
    };
    await context.commit({ putBucket: next });
    return next;
  });
  return masked(call, bucketResource(context, changed));
}

function bucketOf(call: Call): string {
  return call.params['bucket'] ?? '';
}

/** Cannot be the key of an object: a bucket name has no colon. */
function bucketKey(name: string): string {
  return `bucket:${name}`;
}

/** https://cloud.google.com/storage/docs/buckets#naming */
function checkBucketName(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw required('Required parameter: name');
  const isAllowed =
    /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(name) &&
    name.split('.').every((part) => part.length > 0 && part.length <= 63) &&
    !/^goog|google/.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name);
  if (!isAllowed) throw invalid(`Invalid bucket name: '${name}'`);
  return name;
}
