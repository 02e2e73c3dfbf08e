import { LetheError } from '../domain/errors.ts';
import { cancelRequest } from '../requests/cancel.ts';
import { readRequest } from '../store/requests.ts';
import { json } from './answer.ts';
import { toView } from './request-view.ts';
import type { TenantHandler } from './route.ts';

/** POST /v1/tenants/{tenant}/requests/{request}:cancel: either it is cancelled, or it has started and goes on. */
export const cancel: TenantHandler = async ({ services, tenant, params }) => {
  const key = { tenant, id: params['request'] ?? '' };
  const found = await readRequest(services.store, key);
  if (found === undefined) throw new LetheError('not_found', 'There is no such request.');
  const state = await cancelRequest(services, key);
  const { document } = found;
  return {
    answer: json(200, toView(document, state, { manifests: [] })),
    touched: { request: document.id, subjects: document.subjects },
  };
};
