/** Pages of names, in their order; a token names the last name of the page before. */
import { LIST_PAGE_MAX } from './limits.ts';

export interface PageRequest {
  pageSize: number;
  pageToken: string;
}

export function page(names: string[], { pageSize, pageToken }: PageRequest) {
  const after = Buffer.from(pageToken, 'base64url').toString();
  const rest = names.filter((name) => name > after).sort();
  const items = rest.slice(0, pageSize > 0 ? Math.min(pageSize, LIST_PAGE_MAX) : LIST_PAGE_MAX);
  const last = items.at(-1);
  const nextPageToken =
    last !== undefined && items.length < rest.length ? Buffer.from(last).toString('base64url') : '';
  return { items, nextPageToken };
}
