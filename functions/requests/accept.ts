import { identifierTypesOf, locationsOf } from '../domain/data-map.ts';
import { LetheError } from '../domain/errors.ts';
import {
  acceptRequest,
  type CreateRequest,
  fingerprint,
  type RequestDocument,
  requestIdFromKey,
} from '../domain/request.ts';
import { isTerminal, newState, type RequestState } from '../domain/request-state.ts';
import type { Services } from '../services.ts';
import { readDataMap } from '../store/data-maps.ts';
import { createRequest, markOpen, readRequest } from '../store/requests.ts';
import { announce } from './announce.ts';
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
 * @throws LetheError `no_data_map`, `unknown_identifier_type`, `idempotency_key_reused`
 */
export async function accept(
  services: Services,
  { tenant, order, acceptedBy, idempotencyKey }: Acceptance,
): Promise<{ document: RequestDocument; state: RequestState }> {
  const { store, publisher, clock, random, config } = services;
  const map = await readDataMap(store, tenant);
  if (map === undefined) throw new LetheError('no_data_map', `Tenant ${tenant} has no data map yet.`);
  refuseUnknownTypes(order, identifierTypesOf(map));

  const id =
    idempotencyKey === undefined
      ? `r-${Buffer.from(random(16)).toString('hex')}`
      : requestIdFromKey(tenant, idempotencyKey);
  const now = clock();
  const locations = locationsOf(map);
  const document = acceptRequest(order, { tenant, id, acceptedBy, now, locations });
  const state = newState({
    now,
    notBefore: now + config.graceSeconds * 1000,
    due: Date.parse(document.due_at),
    locations,
    fingerprint: fingerprint(order),
  });

  await markOpen(store, document, locations);
  const isNew = await createRequest(store, document, state);
  const standing = isNew ? { document, state } : await readStanding(services, tenant, id, state.fingerprint);
  if (isTerminal(standing.state)) {
    // The key was used long ago; the markers just written are nobody's, and the next pass takes them away.
    return standing;
  }
  if (clock() - now > MARKERS_FRESH_MILLISECONDS) await markOpen(store, document, standing.state.locations);
  await announce(services, standing.document, standing.state, standing.state.announced);
  await wake(publisher, standing.document, standing.state.locations);
  return standing;
}

function refuseUnknownTypes(order: CreateRequest, known: readonly string[]): void {
  const fields = order.subjects.flatMap(({ type }, index) =>
    known.includes(type)
      ? []
      : [
          {
            field: `subjects[${index}].type`,
            detail: `"${type}" is not in the data map, which has ${known.join(', ')}`,
          },
        ],
  );
  const first = fields[0];
  if (first !== undefined)
    throw new LetheError('unknown_identifier_type', `${first.field}: ${first.detail}`, { fields });
}

async function readStanding(services: Services, tenant: string, id: string, wanted: string) {
  const standing = await readRequest(services.store, { tenant, id });
  if (standing === undefined)
    throw new LetheError('unavailable', 'The request is being removed; repeat the call.');
  if (standing.state.fingerprint !== wanted) {
    throw new LetheError(
      'idempotency_key_reused',
      'The Idempotency-Key was used for a request with another body.',
      {
        fields: [{ field: 'Idempotency-Key', detail: 'was used for a request with another body' }],
      },
    );
  }
  return standing;
}
