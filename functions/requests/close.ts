import { agendaOf } from '../domain/agenda.ts';
import { workerAccess } from '../domain/access-event.ts';
import { markAnnounced } from '../domain/request-state.ts';
import type { Services } from '../services.ts';
import { putOnAgenda } from '../store/agenda.ts';
import { readReceiptPayload } from '../store/receipts.ts';
import { changeState, type RequestKey, readRequest, unmarkOpen } from '../store/requests.ts';
import { announce } from './announce.ts';
import { wakeErasures } from './wake-erasures.ts';

/**
 * Closes a request that has reached its end: the events that are not known to be out, the access log's entry, what is
 * still to be done later, the custom time from which lifecycle counts, and then, as the sign that nothing is left to do, the markers. Whoever waited for an export is
 * woken after them.
 */
export async function closeRequest(services: Services, key: RequestKey): Promise<void> {
  const { store, receipts, publisher, clock, config } = services;
  const found = await readRequest(store, key);
  if (found === undefined) throw new Error(`request ${key.id} is gone before it was closed`);
  const { document, state } = found;
  await announce(services, document, state, state.announced);
  if (state.state === 'completed') {
    const receipt = await readReceiptPayload(receipts, key);
    if (receipt === undefined) throw new Error(`request ${key.id} is completed without a receipt`);
    await publisher.publish('access', workerAccess(document, receipt, config.hashKey), {
      tenant: key.tenant,
    });
  }
  const closedAt = Date.parse(state.history.at(-1)?.at ?? '');
  const agenda = agendaOf(document, { ...state, closedAt }, config.agenda);
  await Promise.all(agenda.map((entry) => putOnAgenda(store, entry)));
  await changeState(store, key, (current) => closed(current), clock());
  await unmarkOpen(store, key, state.locations);
  if (document.type === 'export') await wakeErasures(services, key.tenant, state.locations);

  function closed(current: typeof state) {
    return current.announced >= current.history.length
      ? undefined
      : markAnnounced(current, current.history.length);
  }
}
