/** The retention policy of a bucket. https://cloud.google.com/storage/docs/bucket-lock */
import { ApiError } from './api-error.ts';
import type { BucketRecord, ObjectRecord } from './records.ts';

/** @returns until when the object can be neither deleted nor replaced; undefined without a policy. */
export function retainedUntil({ settings }: BucketRecord, { createdAt }: ObjectRecord): number | undefined {
  const { retentionPolicy } = settings;
  return retentionPolicy && createdAt + retentionPolicy.retentionPeriod * 1000;
}

/** Before a delete or an overwrite; changes of metadata are always allowed. */
export function checkRetention(bucket: BucketRecord, object: ObjectRecord | undefined, now: number): void {
  if (object === undefined) return;
  const until = retainedUntil(bucket, object);
  if (until === undefined || now >= until) return;
  throw new ApiError(
    403,
    'retentionPolicyNotMet',
    `Object '${object.bucket}/${object.name}' is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until ${new Date(until).toISOString()}`,
  );
}
