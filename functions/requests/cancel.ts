import { LetheError } from '../domain/errors.ts';
import { type RequestState, cancel as toCancelled } from '../domain/request-state.ts';
import type { Services } from '../services.ts';
import { changeState, type RequestKey } from '../store/requests.ts';
import { closeRequest } from './close.ts';

/**
 * Cancels a request that no batch has claimed: cancelling and claiming are compare-and-sets on the same object, so
 * exactly one of them happens. Cancelling again is no error.
 * @throws LetheError `not_found`, `already_started`
 */
export async function cancelRequest(services: Services, key: RequestKey): Promise<RequestState> {
  const outcome = await changeState(services.store, key, (state) => toCancelled(state, services.clock()));
  if (outcome === undefined) throw new LetheError('not_found', 'There is no such request.');
  if (outcome.state.state !== 'cancelled') {
    throw new LetheError(
      'already_started',
      `The request is ${outcome.state.state} and can no longer be cancelled.`,
    );
  }
  await closeRequest(services, key);
  return outcome.state;
}
