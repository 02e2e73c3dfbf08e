import { createRequestSchema } from '../domain/request.ts';
import { type Preview, previewRequest } from '../requests/preview.ts';
import { json } from './answer.ts';
import { readJson, readText } from './body.ts';
import type { TenantHandler } from './route.ts';

/** POST /v1/tenants/{tenant}/requests:preview: the body of a request, and what it would find, change and cost. */
export const preview: TenantHandler = async ({ services, caller, tenant, headers, rawBody }) => {
  const text = readText(rawBody, headers['content-encoding']);
  const order = readJson(createRequestSchema, text, headers['content-type']);
  const found = await previewRequest(services, { tenant, order, orderedBy: caller.key });
  return { answer: json(200, toView(found)), touched: { subjects: found.document.subjects } };
};

function toView({ document, identities, tables, totals }: Preview): object {
  const { tenant, type, scope, subjects } = document;
  return { tenant, type, scope, subjects: subjects.length, identities, tables, totals };
}
