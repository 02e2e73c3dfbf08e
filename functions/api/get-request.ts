import { LetheError } from '../domain/errors.ts';
import type { RequestDocument } from '../domain/request.ts';
import type { RequestState } from '../domain/request-state.ts';
import type { Services } from '../services.ts';
import { withIdentities } from '../store/identities.ts';
import { readManifest } from '../store/manifests.ts';
import { readReceiptPayload } from '../store/receipts.ts';
import { readRequest } from '../store/requests.ts';
import { json } from './answer.ts';
import { type RequestView, toView } from './request-view.ts';
import type { TenantHandler } from './route.ts';

/** GET /v1/tenants/{tenant}/requests/{request}: its state and, table by table, what was located, changed and is left. */
export const getRequest: TenantHandler = async ({ services, tenant, params }) => {
  const found = await readRequest(services.store, { tenant, id: params['request'] ?? '' });
  if (found === undefined) throw new LetheError('not_found', 'There is no such request.');
  const view = await viewOf(services, found.document, found.state);
  return {
    answer: json(200, view),
    touched: { request: found.document.id, subjects: found.document.subjects },
  };
};

export async function viewOf(
  services: Services,
  document: RequestDocument,
  state: RequestState,
): Promise<RequestView> {
  if (state.state === 'completed') {
    const receipt = await readReceiptPayload(services.receipts, document);
    if (receipt === undefined) throw new Error(`request ${document.id} is completed without a receipt`);
    return toView(document, state, { receipt });
  }
  const found = await Promise.all(
    Object.entries(state.batches)
      .sort()
      .map(([location, batch]) => readManifest(services.store, location, batch)),
  );
  const searched = await withIdentities(services.store, document, state);
  const manifests = found.flatMap((entry) => (entry ? [entry.manifest] : []));
  return toView(document, state, { manifests, searched });
}
