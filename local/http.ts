/** The small HTTP layer under the BigQuery and Cloud Storage stand-ins: routes, raw bodies, answers, faults. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { DroppedConnection, type Faults } from './faults.ts';

export interface Call {
  method: string;
  url: URL;
  /** Named groups of the route's pattern, percent-decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** The request itself, for bodies too large to hold. */
  stream: IncomingMessage;
  /** The whole body, gunzipped when it was sent with Content-Encoding: gzip. */
  body(): Promise<Buffer>;
  json<T = Record<string, unknown>>(): Promise<T>;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  body?: Buffer | string | Readable;
}

export interface Route {
  method: string;
  /** Matched against the whole, still encoded path. */
  pattern: RegExp;
  /** The name that fault rules use, `service.collection.method` as in Google's discovery documents. */
  operation: string;
  /** What the call is about, for fault rules; default: the path's last group. */
  resource?: (call: Call) => string;
  handle(call: Call): Promise<Answer>;
}

export interface HttpService {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface HttpOptions {
  port: number;
  routes: Route[];
  faults: Faults;
  /** Renders any thrown error as the real service would. */
  renderError(error: unknown, call: Call | undefined): Answer;
}

/** Listens on the loopback address; a port of 0 lets the system choose one. Rejects with EADDRINUSE when taken. */
export async function serve(options: HttpOptions): Promise<HttpService> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  let call: Call | undefined;
  let result: Answer | undefined;
  try {
    const { route, params } = match(options.routes, request.method ?? 'GET', url.pathname);
    const current = toCall(request, url, params);
    call = current;
    const resource = route.resource?.(current) ?? Object.values(params).at(-1) ?? '';
    await options.faults.around(route.operation, resource, async () => {
      result = await route.handle(current);
      return result;
    });
    if (result !== undefined) await send(response, result);
  } catch (error) {
    if (error instanceof DroppedConnection) {
      request.socket.destroy();
      // Nobody will read it: the file behind it is closed.
      if (result?.body instanceof Readable) result.body.destroy();
      return;
    }
    await send(response, options.renderError(error, call));
  }
}

export class NoSuchRoute extends Error {}

function match(
  routes: Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } {
  for (const route of routes) {
    if (route.method !== method) continue;
    const found = route.pattern.exec(path);
    if (found === null) continue;
    const params = Object.fromEntries(
      Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value ?? '')]),
    );
    return { route, params };
  }
  throw new NoSuchRoute(`${method} ${path} is not served by this stand-in`);
}

function toCall(request: IncomingMessage, url: URL, params: Record<string, string>): Call {
  let read: Promise<Buffer> | undefined;
  const body = () => {
    read ??= readAll(request);
    return read;
  };
  return {
    method: request.method ?? 'GET',
    url,
    params,
    query: url.searchParams,
    headers: request.headers,
    stream: request,
    body,
    json: async <T>() => {
      const text = (await body()).toString('utf8');
      return (text === '' ? {} : JSON.parse(text)) as T;
    },
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
}

async function send(
  response: ServerResponse,
  { status = 200, headers = {}, json, body }: Answer,
): Promise<void> {
  if (json !== undefined) {
    const text = JSON.stringify(json);
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers });
    response.end(text);
    return;
  }
  response.writeHead(status, headers);
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) response.end(body);
  else await pipeline(body, response);
}
