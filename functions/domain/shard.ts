import { createHash } from 'node:crypto';

/** A tenant's shard: always the same for the same number of shards. */
export function shardOf(tenant: string, shards: number): number {
  return createHash('sha256').update(tenant).digest().readUInt32BE(0) % shards;
}
