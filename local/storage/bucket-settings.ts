/** What a caller may set on a bucket. https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
import { ApiError, invalid, notSupported } from './api-error.ts';
import { readLifecycle } from './lifecycle-settings.ts';
import { RETENTION_SECONDS_MAX } from './limits.ts';
import type { BucketSettings } from './records.ts';

type Body = Record<string, unknown>;
type Reader = (settings: BucketSettings, value: unknown, around: Around) => void;

interface Around {
  bucket: string;
  now: number;
}

const OUTPUT_ONLY = new Set([
  ...['kind', 'id', 'name', 'selfLink', 'projectNumber', 'metageneration', 'etag', 'timeCreated', 'updated'],
  ...['locationType', 'owner', 'softDeleteTime', 'hardDeleteTime', 'satisfiesPZS', 'generation'],
]);

/** Features that can only be off here: their absence, null, false, `{enabled: false}` or an empty list is accepted. */
const OFF_ONLY = new Set([
  ...['versioning', 'autoclass', 'hierarchicalNamespace', 'objectRetention', 'defaultEventBasedHold', 'cors'],
  ...['website', 'logging', 'encryption', 'billing', 'acl', 'defaultObjectAcl', 'ipFilter'],
]);

const READERS: Record<string, Reader> = {
  location: (settings, value) => {
    settings.location = text('location', value).toUpperCase();
  },
  storageClass: (settings, value) => {
    settings.storageClass = text('storageClass', value);
  },
  rpo: (_, value) => {
    if (value !== null && value !== 'DEFAULT')
      throw notSupported(`The bucket setting rpo '${String(value)}'`);
  },
  labels: readLabels,
  lifecycle: (settings, value) => {
    const lifecycle = readLifecycle(value);
    if (lifecycle === undefined) delete settings.lifecycle;
    else settings.lifecycle = lifecycle;
  },
  retentionPolicy: readRetentionPolicy,
  softDeletePolicy: readSoftDeletePolicy,
  iamConfiguration: (settings, value) => {
    settings.iamConfiguration = { ...settings.iamConfiguration, ...(value as Body | null) };
  },
};

export function readBucketSettings(body: Body, around: Around): BucketSettings {
  return mergeBucketSettings({ location: 'US', storageClass: 'STANDARD' }, body, around);
}

/** The settings after a patch: what is absent stays, null removes. */
export function mergeBucketSettings(present: BucketSettings, body: Body, around: Around): BucketSettings {
  const merged = { ...present };
  for (const [field, value] of Object.entries(body)) {
    if (OUTPUT_ONLY.has(field) || (OFF_ONLY.has(field) && isOff(value))) continue;
    const read = Object.hasOwn(READERS, field) ? READERS[field] : undefined;
    if (read === undefined) throw notSupported(`The bucket field ${field} with this value`);
    read(merged, value, around);
  }
  return merged;
}

function isOff(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object' || value === null) return !value;
  return Object.values(value).every((inner) => inner === false || inner === null);
}

function text(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw invalid(`Invalid value for ${field}`);
  return value;
}

function readLabels(settings: BucketSettings, value: unknown): void {
  const changes = Object.entries((value ?? {}) as Record<string, string | null>);
  const kept = value === null ? [] : Object.entries(settings.labels ?? {});
  const merged = new Map<string, string>(kept);
  for (const [key, label] of changes) {
    if (label === null) merged.delete(key);
    else merged.set(key, text(`labels.${key}`, label));
  }
  settings.labels = Object.fromEntries(merged);
}

/** A locked policy can only grow. https://cloud.google.com/storage/docs/bucket-lock#policy-locks */
function readRetentionPolicy(settings: BucketSettings, value: unknown, { bucket, now }: Around): void {
  const present = settings.retentionPolicy;
  if (value === null) {
    if (present?.isLocked) {
      const message = `Bucket '${bucket}' has a locked Retention Policy which cannot be removed.`;
      throw new ApiError(403, 'retentionPolicyNotMet', message);
    }
    delete settings.retentionPolicy;
    return;
  }
  const retentionPeriod = Number((value as Body)['retentionPeriod']);
  if (!Number.isInteger(retentionPeriod) || retentionPeriod <= 0 || retentionPeriod > RETENTION_SECONDS_MAX) {
    throw invalid('Retention policy must have a retention period greater than 0 and less than 100 years.');
  }
  if (present?.isLocked && retentionPeriod < present.retentionPeriod) {
    const message = `Cannot reduce retention duration of a locked Retention Policy for bucket '${bucket}'.`;
    throw new ApiError(403, 'forbidden', message);
  }
  const isLonger = present !== undefined && retentionPeriod >= present.retentionPeriod;
  settings.retentionPolicy = {
    retentionPeriod,
    effectiveAt: isLonger ? present.effectiveAt : now,
    isLocked: present?.isLocked ?? false,
  };
}

/** The real default is seven days (https://cloud.google.com/storage/docs/soft-delete); here it is off and stays off. */
function readSoftDeletePolicy(_: BucketSettings, value: unknown): void {
  const seconds = Number((value as Body | null)?.['retentionDurationSeconds'] ?? 0);
  if (seconds !== 0) throw notSupported('Soft delete (softDeletePolicy.retentionDurationSeconds above 0)');
}
