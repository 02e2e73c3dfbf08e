/**
 * Takes a request's URL and body past the framework untouched.
 *
 * functions-framework answers malformed JSON, unknown encodings and undecodable paths itself, in HTML, before our code
 * runs (facts/platform.md §1), and offers no option against it. Node publishes every incoming request on a diagnostics
 * channel before any handler sees it; there we put the original aside and give the framework a request in which
 * nothing is left to parse: bytes, for "/". Our handler then reads the original. docs/adr/0004 says why not a proxy.
 * https://nodejs.org/api/diagnostics_channel.html#http
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface RawHttp {
  /** Path and query as sent. */
  url: string;
  headers: IncomingHttpHeaders;
}

const originals = new WeakMap<IncomingMessage, RawHttp>();

/** Call once, before the server gets its first request. */
export function keepRequestsRaw(): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    originals.set(request, { url: request.url ?? '/', headers: { ...request.headers } });
    request.url = '/';
    request.headers['content-type'] = 'application/octet-stream';
    delete request.headers['content-encoding'];
  });
}

/** The request as it was sent. */
export function rawHttp(request: IncomingMessage): RawHttp {
  const original = originals.get(request);
  if (original === undefined) throw new Error('keepRequestsRaw() was not called before the request came');
  return original;
}
