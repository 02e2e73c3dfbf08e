/**
 * What a request would do, without one: the statements are the worker's own. The locates run, under job ids of the
 * preview's own; the changes are only dry-run. Nothing is written and nobody is woken.
 */
import { locationsOf } from '../domain/data-map.ts';
import { workOf } from '../domain/edits.ts';
import { type PreviewTotals, type TablePreview, totalsOf } from '../domain/preview.ts';
import { acceptRequest, type CreateRequest, type RequestDocument } from '../domain/request.ts';
import type { Services } from '../services.ts';
import { mapConcurrently } from '../workers/concurrently.ts';
import { statementsOf } from '../workers/erase/statements.ts';
import { checkOrder } from './check-order.ts';
import { type IdentitiesPreview, previewIdentities } from './preview-identities.ts';
import { previewTable } from './preview-table.ts';

/** Below the 300 seconds that Cloud Run gives a call unless told otherwise: https://cloud.google.com/run/docs/configuring/request-timeout */
const PREVIEW_SECONDS_MAX = 240;
const TABLES_AT_ONCE = 8;

export interface Preview {
  /** As it would have been accepted; it is stored nowhere. */
  document: RequestDocument;
  /** Null: the data map names no mapping tables. */
  identities: IdentitiesPreview | null;
  tables: TablePreview[];
  totals: PreviewTotals;
}

/** @throws LetheError what `accept` would throw */
export async function previewRequest(
  services: Services,
  { tenant, order, orderedBy }: { tenant: string; order: CreateRequest; orderedBy: string },
): Promise<Preview> {
  const { clock, random, config } = services;
  const map = await checkOrder(services, tenant, order);
  const now = clock();
  const document = acceptRequest(order, {
    tenant,
    id: `preview_${Buffer.from(random(16)).toString('hex')}`,
    acceptedBy: orderedBy,
    now,
    locations: locationsOf(map),
  });
  const until = now + PREVIEW_SECONDS_MAX * 1000;
  const { searched, identities } = await previewIdentities(services, map, document, until);
  const asking = {
    services,
    map,
    document: searched,
    statements: statementsOf(workOf(searched), [searched]),
    until,
  };
  const tables = await mapConcurrently(map.tables, TABLES_AT_ONCE, (mapped, index) =>
    previewTable(asking, mapped, index),
  );
  const totals = totalsOf(tables, config.pricePerTib);
  const complete = totals.complete && identities?.count !== null;
  return { document, identities, tables, totals: { ...totals, complete } };
}
