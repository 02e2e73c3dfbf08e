import { locationsOf } from '../domain/data-map.ts';
import { LetheError } from '../domain/errors.ts';
import {
  acceptRequest,
  type CreateRequest,
  fingerprint,
  type RequestDocument,
  requestIdFromKey,
  workerOf,
} from '../domain/request.ts';
import { isTerminal, newState, type RequestState } from '../domain/request-state.ts';
import type { Services } from '../services.ts';
import { createRequest, isForgotten, markOpen, readRequest } from '../store/requests.ts';
import { announce } from './announce.ts';
import { checkOrder } from './check-order.ts';
import { wake } from './wake.ts';

export interface Acceptance {
  tenant: string;
  order: CreateRequest;
  /** The key's id of whoever orders. */
  acceptedBy: string;
  idempotencyKey: string | undefined;
}

/** An acceptance that takes longer than this writes its markers anew: they might have been swept as lone ones. */
const MARKERS_FRESH_MILLISECONDS = 60_000;

/**
 * Accepts a request: marker, then request, then its event, then the wake-up. Whatever is lost by a crash in between
 * is found by the caller's repetition or by the tick; nothing is accepted twice under one idempotency key.
 * @throws LetheError `no_data_map`, `unknown_identifier_type`, `unknown_property`, `unaddressable_property`,
 * `wrong_value_type`, `idempotency_key_reused`
 */
export async function accept(
  services: Services,
  { tenant, order, acceptedBy, idempotencyKey }: Acceptance,
): Promise<Standing> {
  const { store, clock, random, config } = services;
  const map = await checkOrder(services, tenant, order);

  const id =
    idempotencyKey === undefined
      ? `r-${Buffer.from(random(16)).toString('hex')}`
      : requestIdFromKey(config.hashKey, tenant, idempotencyKey);
  const now = clock();
  const locations = locationsOf(map);
  const keepDays = map.exports?.keep_days;
  const document = acceptRequest(order, { tenant, id, acceptedBy, now, locations, keepDays });
  const state = newState({
    now,
    notBefore: now + config.graceSeconds * 1000,
    due: Date.parse(document.due_at),
    locations,
    fingerprint: fingerprint(order),
  });

  const earlier = idempotencyKey === undefined ? undefined : await readRequest(store, document);
  if (earlier === undefined) {
    if (idempotencyKey !== undefined && (await isForgotten(store, document)))
      throw reusedKey('a request that is closed and forgotten');
    await markOpen(store, document, locations, now);
    if (await createRequest(store, document, state)) {
      if (clock() - now > MARKERS_FRESH_MILLISECONDS) await markOpen(store, document, locations, clock());
      return publish(services, { document, state });
    }
  }
  const standing = earlier ?? (await readRequest(store, document));
  if (standing === undefined)
    throw new LetheError('unavailable', 'The request is being removed; repeat the call.');
  refuseOtherBody(standing.state, state);
  if (isTerminal(standing.state)) return standing;
  // The call that came first may have died before any of this.
  await markOpen(store, document, standing.state.locations, clock());
  return publish(services, standing);
}

interface Standing {
  document: RequestDocument;
  state: RequestState;
}

/** The events first: a wake-up says that they are out. */
async function publish(services: Services, request: Standing): Promise<Standing> {
  await announce(services, request.document, request.state, request.state.announced);
  await wake(services.publisher, workerOf(request.document.type), request.document, request.state.locations);
  return request;
}

function refuseOtherBody(standing: RequestState, wanted: RequestState): void {
  if (standing.fingerprint === wanted.fingerprint) return;
  throw reusedKey('a request with another body');
}

function reusedKey(what: string): LetheError {
  return new LetheError('idempotency_key_reused', `The Idempotency-Key was used for ${what}.`, {
    fields: [{ field: 'Idempotency-Key', detail: `was used for ${what}` }],
  });
}
