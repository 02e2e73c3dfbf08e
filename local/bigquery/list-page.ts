/** Pages of lists (not of rows): maxResults and pageToken. */
import { invalid } from './errors.ts';

const PAGE_ITEMS_DEFAULT = 50;
/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/list: pages are at most this long. */
const PAGE_ITEMS_MAX = 1000;

export function pageOf<T>(
  all: T[],
  query: URLSearchParams,
): { items: T[]; next: { nextPageToken?: string } } {
  const size = Math.min(Number(query.get('maxResults') || PAGE_ITEMS_DEFAULT), PAGE_ITEMS_MAX);
  const start = Number(query.get('pageToken') || 0);
  if (!Number.isInteger(size) || size < 0 || !Number.isInteger(start) || start < 0)
    throw invalid('Invalid maxResults or pageToken.');
  const end = start + size;
  return { items: all.slice(start, end), next: end < all.length ? { nextPageToken: String(end) } : {} };
}
