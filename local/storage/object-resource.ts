import type { Context } from './context.ts';
import type { ObjectRecord } from './records.ts';
import { retainedUntil } from './retention.ts';

/** The object as the JSON API shows it. https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export function objectResource(context: Context, object: ObjectRecord): Record<string, unknown> {
  const { bucket, name, generation, metageneration, settings, content } = object;
  const path = `storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  const record = context.state.buckets.get(bucket)?.record;
  const retained = record === undefined ? undefined : retainedUntil(record, object);
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${context.address()}/${path}`,
    mediaLink: `${context.address()}/download/${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation: String(generation),
    metageneration: String(metageneration),
    storageClass: record?.settings.storageClass ?? 'STANDARD',
    ...settings,
    size: String(content.size),
    ...(content.md5 !== undefined && { md5Hash: content.md5 }),
    crc32c: content.crc32c,
    ...(content.components !== undefined && { componentCount: content.components }),
    etag: etag(object),
    timeCreated: iso(object.createdAt),
    updated: iso(object.updatedAt),
    timeStorageClassUpdated: iso(object.createdAt),
    timeFinalized: iso(object.createdAt),
    ...(retained !== undefined && { retentionExpirationTime: iso(retained) }),
  };
}

export function etag({ generation, metageneration }: ObjectRecord): string {
  return Buffer.from(`${generation}/${metageneration}`).toString('base64');
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
