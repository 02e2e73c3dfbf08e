import type { Context } from './context.ts';
import type { BucketRecord } from './records.ts';

const MULTI_REGIONS = ['US', 'EU', 'ASIA'];

/** The bucket as the JSON API shows it. https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
export function bucketResource(context: Context, bucket: BucketRecord): object {
  const { name, metageneration, createdAt, updatedAt, settings } = bucket;
  const { retentionPolicy, ...others } = settings;
  return {
    kind: 'storage#bucket',
    id: name,
    name,
    selfLink: `${context.address()}/storage/v1/b/${name}`,
    projectNumber: '0',
    metageneration: String(metageneration),
    locationType: MULTI_REGIONS.includes(settings.location) ? 'multi-region' : 'region',
    etag: Buffer.from(String(metageneration)).toString('base64'),
    timeCreated: iso(createdAt),
    updated: iso(updatedAt),
    // The real default is seven days: a documented difference.
    softDeletePolicy: { retentionDurationSeconds: '0', effectiveTime: iso(createdAt) },
    ...others,
    ...(retentionPolicy !== undefined && {
      retentionPolicy: {
        retentionPeriod: String(retentionPolicy.retentionPeriod),
        effectiveTime: iso(retentionPolicy.effectiveAt),
        ...(retentionPolicy.isLocked && { isLocked: true }),
      },
    }),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
