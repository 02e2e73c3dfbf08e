import { LetheError } from '../domain/errors.ts';
import { workerOf } from '../domain/request.ts';
import { decide, type ReviewDecision } from '../domain/request-state.ts';
import type { Services } from '../services.ts';
import { changeState, type RequestKey, readRequest } from '../store/requests.ts';
import { announce } from './announce.ts';
import { wake } from './wake.ts';

/**
 * Somebody has looked at the identifiers that a request reaches, and says by which of them it is to go on. Saying the same
 * again is no error.
 * @throws LetheError `not_found`, `nothing_to_review`, `identities_cut`
 */
export async function reviewRequest(
  services: Services,
  key: RequestKey,
  decision: ReviewDecision,
): Promise<void> {
  const { store, clock, publisher } = services;
  const outcome = await changeState(store, key, (state) => decide(state, decision, clock()));
  const found = await readRequest(store, key);
  if (outcome === undefined || found === undefined)
    throw new LetheError('not_found', 'There is no such request.');
  const { state } = outcome;
  if (!outcome.isChanged && state.identities?.decision !== decision) {
    if (state.condition !== 'needs_review')
      throw new LetheError('nothing_to_review', 'The request does not wait for a review.');
    throw new LetheError(
      'identities_cut',
      'The request reaches more identifiers than may be found: go on with only_named, or cancel it.',
    );
  }
  // Again, when a call before this one died in between.
  await announce(services, found.document, state, state.announced);
  await wake(publisher, workerOf(found.document.type), key, state.locations);
}
