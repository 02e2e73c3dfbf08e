import { ledgerEvents } from '../domain/ledger-event.ts';
import type { RequestDocument } from '../domain/request.ts';
import type { RequestState } from '../domain/request-state.ts';
import type { Services } from '../services.ts';
import { readReceiptPayload } from '../store/receipts.ts';

/**
 * Publishes the ledger events of a request from `from` (an index into its history) on. They are rebuilt from the
 * stored state, ids included, so publishing again after a crash adds nothing new.
 */
export async function announce(
  { publisher, receipts, config }: Services,
  request: RequestDocument,
  state: RequestState,
  from: number,
): Promise<void> {
  const receipt = state.state === 'completed' ? await readReceiptPayload(receipts, request) : undefined;
  const events = ledgerEvents(request, state, from, { hashKey: config.hashKey, receipt });
  await Promise.all(events.map((event) => publisher.publish('events', event, { tenant: event.tenant })));
}
