import type { Clock } from '../clock.ts';
import { ApiError } from './api-error.ts';

/** @returns a check that throws 429 when a resource is written more often than allowed, by the clock. */
export function limitRate(perSecond: number | undefined, now: Clock): (resource: string) => void {
  if (perSecond === undefined) return () => {};
  const writtenAt = new Map<string, number[]>();
  return (resource) => {
    const time = now();
    const recent = (writtenAt.get(resource) ?? []).filter((before) => time - before < 1000);
    if (recent.length >= perSecond) {
      throw new ApiError(
        429,
        'rateLimitExceeded',
        `The object ${resource} exceeded the rate limit for object mutation operations (create, update, and delete). Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.`,
      );
    }
    writtenAt.set(resource, [...recent, time]);
  };
}
