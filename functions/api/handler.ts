/**
 * The API's way of working: find the route, know the caller, do it, write the access log, answer. The access log comes
 * before the answer: what cannot be logged is not answered.
 */
import type { Request, Response } from '@google-cloud/functions-framework';
import type { AccessAction, AccessEvent } from '../domain/access-event.ts';
import { ERRORS, LetheError } from '../domain/errors.ts';
import { log, withTrace } from '../log.ts';
import type { Services } from '../services.ts';
import { toAccessEvent } from './access.ts';
import type { Answer } from './answer.ts';
import { authenticate, type Caller } from './authenticate.ts';
import { findRoute } from './find-route.ts';
import { asLetheError, toProblem } from './problem.ts';
import { rawHttp } from './raw-http.ts';
import type { TenantRoute } from './routes.ts';
import { sourceIp } from './source-ip.ts';

export function createApi(services: Services): (request: Request, response: Response) => Promise<void> {
  return (request, response) => {
    const { url, headers } = rawHttp(request);
    const trace = Array.isArray(headers['traceparent']) ? undefined : headers['traceparent'];
    return withTrace(services.config.project, trace as string | undefined, async () => {
      const { status, headers: answered = {}, body = '' } = await answer(services, request, url);
      response.writeHead(status, {
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...answered,
      });
      response.end(body);
    });
  };
}

async function answer(services: Services, request: Request, url: string): Promise<Answer> {
  const startedAt = services.clock();
  let pattern = 'none';
  const result = await (async () => {
    try {
      const found = findRoute(request.method, url);
      pattern = found.route.path;
      if (!('access' in found.route)) return await found.route.handle(services);
      return await answerTenant(services, request, found.route, found.params);
    } catch (error) {
      const known = asLetheError(error);
      if (ERRORS[known.code].status >= 500)
        log('ERROR', 'a call failed', { code: known.code, route: pattern }, error);
      return toProblem(known);
    }
  })();
  log(result.status >= 500 ? 'ERROR' : 'INFO', 'answered', {
    method: request.method,
    // The pattern, not the path: a path can hold whatever a caller puts there.
    route: pattern,
    status: result.status,
    milliseconds: services.clock() - startedAt,
  });
  return result;
}

async function answerTenant(
  services: Services,
  request: Request,
  route: TenantRoute,
  params: Record<string, string>,
): Promise<Answer> {
  const { headers } = rawHttp(request);
  const record = (event: Omit<Parameters<typeof toAccessEvent>[0], 'action' | 'sourceIp'>) =>
    recordAccess(
      services,
      route.access,
      toAccessEvent(
        {
          ...event,
          action: route.access,
          sourceIp: sourceIp(headers, request.socket.remoteAddress, services.config.proxies),
        },
        services,
      ),
    );
  let caller: Caller | undefined;
  try {
    caller = await authenticate(services, headers.authorization);
    const tenant = params['tenant'] ?? '';
    // Foreign and unknown are the same: a key tells nothing about other tenants, not even that they exist.
    if (caller.tenant !== tenant) throw new LetheError('not_found', 'There is no such tenant.');
    const rawBody = request.rawBody ?? new Uint8Array();
    const { answer: result, touched } = await route.handle({
      services,
      caller,
      tenant,
      params,
      headers,
      rawBody,
    });
    await record({ caller, tenant, outcome: 'allowed', touched });
    return result;
  } catch (error) {
    const known = asLetheError(error);
    const outcome = known.code === 'unauthenticated' || known.code === 'not_found' ? 'denied' : 'failed';
    const touched = params['request'] === undefined ? {} : { request: params['request'] };
    if (caller !== undefined)
      await record({ caller, tenant: caller.tenant, outcome, code: known.code, touched });
    throw error;
  }
}

async function recordAccess(
  { publisher }: Services,
  action: AccessAction,
  event: AccessEvent,
): Promise<void> {
  try {
    await publisher.publish('access', event, { tenant: event.tenant });
  } catch (cause) {
    throw new LetheError('unavailable', `The access log cannot take ${action} now; repeat the call.`, {
      cause,
    });
  }
}
