import { z } from 'zod';
import { LetheError } from '../domain/errors.ts';
import { reviewRequest } from '../requests/review.ts';
import { readRequest } from '../store/requests.ts';
import { json } from './answer.ts';
import { readJson, readText } from './body.ts';
import { viewOf } from './get-request.ts';
import type { TenantHandler } from './route.ts';

const reviewSchema = z.strictObject(
  { decision: z.enum(['only_named', 'all'], { error: 'must be "only_named" or "all"' }) },
  { error: 'must be {"decision": …}' },
);

/** POST /v1/tenants/{tenant}/requests/{request}:review: somebody has looked at what was found, and says how to go on. */
export const review: TenantHandler = async ({ services, tenant, params, headers, rawBody }) => {
  const text = readText(rawBody, headers['content-encoding']);
  const { decision } = readJson(reviewSchema, text, headers['content-type']);
  const key = { tenant, id: params['request'] ?? '' };
  await reviewRequest(services, key, decision);
  const found = await readRequest(services.store, key);
  if (found === undefined) throw new LetheError('not_found', 'There is no such request.');
  const { document, state } = found;
  return {
    answer: json(202, await viewOf(services, document, state)),
    touched: { request: document.id, subjects: document.subjects },
  };
};
