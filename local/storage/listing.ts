/** One page of a listing, from names in order. https://cloud.google.com/storage/docs/json_api/v1/objects/list */
import { invalid } from './api-error.ts';
import { compareNames } from './name-order.ts';
import { firstBeyondPrefix, firstNotBefore } from './sorted-names.ts';

export interface ListQuery {
  prefix: string;
  delimiter: string;
  /** First name that may be listed; empty: no bound. */
  startOffset: string;
  /** Names from here on are not listed; empty: no bound. */
  endOffset: string;
  pageToken: string | undefined;
  /** Of names and prefixes together. */
  limit: number;
}

export interface Page {
  names: string[];
  prefixes: string[];
  nextPageToken?: string;
}

/** @param names in listing order. Only the page itself is looked at, however many names there are. */
export function listPage(names: readonly string[], query: ListQuery): Page {
  const { prefix, delimiter, startOffset, endOffset, limit } = query;
  const page: Page = { names: [], prefixes: [] };
  const first = compareNames(prefix, startOffset) > 0 ? prefix : startOffset;
  let at = Math.max(firstNotBefore(names, first), positionAfter(names, query.pageToken));
  let lastListed: PageEnd | undefined;
  for (let name = names[at]; name !== undefined; name = names[at]) {
    if (!name.startsWith(prefix) || (endOffset !== '' && compareNames(name, endOffset) >= 0)) break;
    if (page.names.length + page.prefixes.length >= limit) {
      if (lastListed !== undefined) page.nextPageToken = encode(lastListed);
      break;
    }
    const cut = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    if (cut === -1) {
      page.names.push(name);
      lastListed = { name };
      at += 1;
    } else {
      const common = name.slice(0, cut + delimiter.length);
      page.prefixes.push(common);
      lastListed = { prefix: common };
      at = firstBeyondPrefix(names, common);
    }
  }
  return page;
}

/** The last thing on a page. A token names it, not a position: it holds although names come and go meanwhile. */
type PageEnd = { name: string } | { prefix: string };

function positionAfter(names: readonly string[], token: string | undefined): number {
  if (token === undefined) return 0;
  const end = decode(token);
  if ('prefix' in end) return firstBeyondPrefix(names, end.prefix);
  const at = firstNotBefore(names, end.name);
  return names[at] === end.name ? at + 1 : at;
}

function encode(end: PageEnd): string {
  return Buffer.from(JSON.stringify(end)).toString('base64url');
}

function decode(token: string): PageEnd {
  try {
    const end = JSON.parse(Buffer.from(token, 'base64url').toString()) as Partial<Record<string, unknown>>;
    if (typeof end['name'] === 'string' || typeof end['prefix'] === 'string') return end as PageEnd;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid('Invalid page token.');
}
