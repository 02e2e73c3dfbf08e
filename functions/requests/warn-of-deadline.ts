import { type RequestState, warnOfDeadline as warned } from '../domain/request-state.ts';
import { log } from '../log.ts';
import type { Services } from '../services.ts';
import { changeState, type RequestKey, readRequest } from '../store/requests.ts';
import { announce } from './announce.ts';

/** Announces, once, that an open request's deadline draws near: on its history, in the ledger, and in the log. */
export async function warnOfDeadline(services: Services, key: RequestKey, seen: RequestState): Promise<void> {
  if (warned(seen, services.clock()) === undefined) return;
  const outcome = await changeState(services.store, key, (state) => warned(state, services.clock()));
  if (outcome === undefined || !outcome.isChanged) return;
  log('WARNING', 'the deadline of an open request is near', {
    tenant: key.tenant,
    request: key.id,
    code: 'deadline_near',
  });
  const found = await readRequest(services.store, key);
  if (found !== undefined)
    await announce(services, found.document, outcome.state, outcome.state.history.length - 1);
}
