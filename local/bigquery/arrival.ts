/** Which partition rows come into that say nothing of it themselves. */
import type { Clock } from '../clock.ts';
import type { TableRecord } from './catalog-store.ts';
import { notImplemented } from './errors.ts';
import type { Arrival } from './ingest.ts';
import { isByIngestion, partitionStart, truncateTime } from './partitions.ts';

/**
 * Of an ingestion-time table: the named partition, or that of now. Other tables go by their rows.
 * @param partition of a decorator, `20260101`
 */
export function arrivalOf(now: Clock, { partitioning }: TableRecord, partition?: string): Arrival {
  if (!isByIngestion(partitioning)) {
    if (partition !== undefined) throw notImplemented('writing into one partition of a column');
    return {};
  }
  const { unit } = partitioning;
  return {
    partitionTime: partition === undefined ? truncateTime(unit, now()) : partitionStart(unit, partition),
  };
}
