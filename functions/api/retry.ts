import { LetheError } from '../domain/errors.ts';
import { retryRequest } from '../requests/retry.ts';
import { readRequest } from '../store/requests.ts';
import { json } from './answer.ts';
import { viewOf } from './get-request.ts';
import type { TenantHandler } from './route.ts';

/** POST /v1/tenants/{tenant}/requests/{request}:retry: what it waits for is tried again now, by the current data map. */
export const retry: TenantHandler = async ({ services, tenant, params }) => {
  const key = { tenant, id: params['request'] ?? '' };
  await retryRequest(services, key);
  const found = await readRequest(services.store, key);
  if (found === undefined) throw new LetheError('not_found', 'There is no such request.');
  const { document, state } = found;
  return {
    answer: json(202, await viewOf(services, document, state)),
    touched: { request: document.id, subjects: document.subjects },
  };
};
