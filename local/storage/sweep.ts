/** What happens by time alone: lifecycle rules take objects, upload sessions end. */
import type { Context } from './context.ts';
import { isTaken } from './lifecycle.ts';
import { UPLOAD_SESSION_SECONDS_MAX } from './limits.ts';
import type { ObjectRecord } from './records.ts';
import { retainedUntil } from './retention.ts';
import type { BucketState } from './state.ts';
import { keyOf } from './write-object.ts';

export async function sweep(context: Context): Promise<void> {
  for (const bucket of context.state.buckets.values()) {
    for (const object of bucket.objects.values()) {
      if (isDue(context, bucket, object)) await take(context, bucket, object);
    }
  }
  await endUploads(context);
}

/** https://cloud.google.com/storage/docs/resumable-uploads#session-uris */
async function endUploads(context: Context): Promise<void> {
  const oldest = context.now() - UPLOAD_SESSION_SECONDS_MAX * 1000;
  const ended = [...context.state.uploads.values()].filter(({ startedAt }) => startedAt <= oldest);
  if (ended.length === 0) return;
  await context.commit(...ended.map(({ id }) => ({ dropUpload: id })));
  for (const { contentId, result } of ended) {
    if (result === undefined) await context.content.remove(contentId);
  }
}

/** A retained object waits: https://cloud.google.com/storage/docs/bucket-lock#lifecycle */
function isDue(context: Context, { record }: BucketState, object: ObjectRecord): boolean {
  const { lifecycle, storageClass } = record.settings;
  if (lifecycle === undefined) return false;
  const now = context.now();
  return (
    isTaken(object, { rules: lifecycle.rule, storageClass, now }) &&
    now >= (retainedUntil(record, object) ?? 0)
  );
}

async function take(context: Context, bucket: BucketState, object: ObjectRecord): Promise<void> {
  const { name } = object;
  await context.turns.take(keyOf(object), async () => {
    const present = bucket.objects.get(name);
    if (present === undefined || !isDue(context, bucket, present)) return;
    await context.commit({ drop: { bucket: object.bucket, name } });
    await context.content.remove(present.content.id);
  });
}
