import { LetheError } from '../domain/errors.ts';
import { readReceipt, readReceipts } from '../store/receipts.ts';
import { readState } from '../store/requests.ts';
import { json } from './answer.ts';
import type { TenantHandler } from './route.ts';

/** GET …/receipt: the compact JWS, as RFC 7515 names its media type. `npx lethe verify` checks and shows it. */
export const getReceipt: TenantHandler = async ({ services, tenant, params }) => {
  const key = { tenant, id: params['request'] ?? '' };
  const state = await readState(services.store, key);
  if (state === undefined) throw new LetheError('not_found', 'There is no such request.');
  const jws = state.state === 'completed' ? await readReceipt(services.receipts, key) : undefined;
  if (jws === undefined) {
    throw new LetheError(
      'not_completed',
      `The request is ${state.state}; a receipt is there once it is completed.`,
    );
  }
  return {
    answer: { status: 200, headers: { 'content-type': 'application/jose' }, body: jws },
    touched: { request: key.id },
  };
};

/** GET /v1/tenants/{tenant}/requests/{request}/receipts: the receipt, and one more for each sweep since, as a JSON array. */
export const getReceipts: TenantHandler = async ({ services, tenant, params }) => {
  const key = { tenant, id: params['request'] ?? '' };
  const receipts = await readReceipts(services.receipts, key);
  if (receipts.length === 0) throw new LetheError('not_found', 'There is no receipt of such a request.');
  return { answer: json(200, receipts), touched: { request: key.id } };
};
