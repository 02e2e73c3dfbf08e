import { log } from '../log.ts';
import type { Services } from '../services.ts';
import { type OpenMarker, readState, removeMarker } from '../store/requests.ts';

/**
 * A marker is written before its request. Only when it has stood alone for much longer than an API call may take is
 * it the remains of a crash (`requests/accept.ts` renews a marker that has grown old before its request was there).
 */
const LONE_MARKER_MILLISECONDS = 60 * 60_000;

export async function sweepMarker({ store, clock }: Services, marker: OpenMarker): Promise<void> {
  if (clock() - marker.createdAt < LONE_MARKER_MILLISECONDS) return;
  if ((await readState(store, marker)) !== undefined) return;
  await removeMarker(store, marker);
  log('NOTICE', 'removed an open marker without a request', {
    tenant: marker.tenant,
    request: marker.id,
    location: marker.location,
  });
}
