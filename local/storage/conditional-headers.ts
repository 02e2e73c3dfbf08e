/** The conditions of HTTP itself on a download, which browsers send by themselves. RFC 9110 section 13 */
import type { IncomingHttpHeaders } from 'node:http';
import { conditionNotMet, NotModified } from './api-error.ts';
import { etag } from './object-resource.ts';
import type { ObjectRecord } from './records.ts';

/** @throws 412 or 304, in the order of RFC 9110 section 13.2.2 */
export function checkConditionalHeaders(headers: IncomingHttpHeaders, object: ObjectRecord): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined) {
    if (!names(match, object)) throw conditionNotMet();
  } else if (isAfter(object, headers['if-unmodified-since'])) throw conditionNotMet();
  if (noneMatch !== undefined) {
    if (names(noneMatch, object)) throw new NotModified();
  } else if (isAfter(object, headers['if-modified-since']) === false) throw new NotModified();
}

/** The `Range` header, unless `If-Range` says that the caller's first part is of another state of the object. */
export function wantedRange(headers: IncomingHttpHeaders, object: ObjectRecord): string | undefined {
  const condition = headers['if-range'];
  if (typeof condition !== 'string') return headers.range;
  const isSame = condition.startsWith('"') ? names(condition, object) : isAfter(object, condition) === false;
  return isSame ? headers.range : undefined;
}

function names(tags: string, object: ObjectRecord): boolean {
  return tags.split(',').some((tag) => ['*', `"${etag(object)}"`].includes(tag.trim().replace(/^W\//, '')));
}

/** @returns undefined when there is no such header or it is no date: then it does not count */
function isAfter({ updatedAt }: ObjectRecord, header: string | undefined): boolean | undefined {
  const since = Date.parse(header ?? '');
  // HTTP dates have whole seconds.
  return Number.isNaN(since) ? undefined : Math.floor(updatedAt / 1000) * 1000 > since;
}
