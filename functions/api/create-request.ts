import { LetheError } from '../domain/errors.ts';
import { createRequestSchema } from '../domain/request.ts';
import { accept } from '../requests/accept.ts';
import { json } from './answer.ts';
import { readJson, readText } from './body.ts';
import { requestPath, toView } from './request-view.ts';
import type { TenantHandler } from './route.ts';

/** POST /v1/tenants/{tenant}/requests: 202, and `Location` says where to ask how it stands. */
export const createRequest: TenantHandler = async ({ services, caller, tenant, headers, rawBody }) => {
  const text = readText(rawBody, headers['content-encoding']);
  const order = readJson(createRequestSchema, text, headers['content-type']);
  const { document, state } = await accept(services, {
    tenant,
    order,
    acceptedBy: caller.key,
    idempotencyKey: idempotencyKey(headers['idempotency-key']),
  });
  const view = toView(document, state, { manifests: [] });
  return {
    answer: json(202, view, { location: requestPath(document) }),
    touched: { request: document.id, subjects: document.subjects },
  };
};

/** draft-ietf-httpapi-idempotency-key-header: an opaque text; quotes, if any, are part of it. */
function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new LetheError('invalid_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.', {
    fields: [{ field: 'Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' }],
  });
}
