/** What mapping tables would lead to; it is kept nowhere. */
import type { DataMap } from '../domain/data-map.ts';
import type { Refusal } from '../domain/preview.ts';
import type { RequestDocument } from '../domain/request.ts';
import type { ReviewReason } from '../domain/request-state.ts';
import { type SearchedRequest, searched } from '../domain/resolution.ts';
import type { Services } from '../services.ts';
import { findIdentities } from '../workers/identity/find-identities.ts';
import { stopAfter, unlessRefused } from './preview-table.ts';

export type IdentitiesPreview =
  /** Found beyond the named ones; a request would wait for a review where there is one. */
  { count: number; review: ReviewReason | null } | ({ count: null } & Refusal);

/** @returns the request as its tables are to be searched: by the named identifiers only, where others could not be found */
export async function previewIdentities(
  services: Services,
  map: DataMap,
  document: RequestDocument,
  until: number,
): Promise<{ searched: SearchedRequest; identities: IdentitiesPreview | null }> {
  if (map.identity === undefined) return { searched: document, identities: null };
  const whileWaiting = async () => stopAfter(until, services.clock());
  const asked = { table: 'identity' };
  const outcome = await unlessRefused(asked, document.tenant, () =>
    findIdentities({ services, map, occasion: document.id, whileWaiting }, [document]),
  );
  if ('refusal' in outcome) return { searched: document, identities: { count: null, ...outcome.refusal } };
  const [resolution] = outcome.value.resolutions;
  if (resolution === undefined) throw new Error('nothing is known of the previewed request');
  const { found, count, review = null } = resolution;
  return { searched: searched(document, found, undefined), identities: { count, review } };
}
