import { LetheError } from '../domain/errors.ts';
import { OPEN_ROUTES, type OpenRoute, TENANT_ROUTES, type TenantRoute } from './routes.ts';

type Route = OpenRoute | TenantRoute;

const ROUTES = [...OPEN_ROUTES, ...TENANT_ROUTES].map((route: Route) => ({
  route,
  pattern: new URLPattern({ pathname: route.path }),
}));

/** Tenant and request names that exist; anything else cannot be found, and need not be looked for. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** @throws LetheError `not_found`, or `method_not_allowed` with `Allow` */
export function findRoute(method: string, url: string): { route: Route; params: Record<string, string> } {
  const path = url.split('?')[0] ?? '/';
  const matching = ROUTES.flatMap(({ route, pattern }) => {
    const match = pattern.exec({ pathname: path });
    return match === null ? [] : [{ route, params: match.pathname.groups as Record<string, string> }];
  });
  const found = matching.find(({ route }) => route.method === method);
  if (found !== undefined) {
    if (Object.values(found.params).every((value) => NAME.test(value))) return found;
    throw new LetheError('not_found', 'There is nothing at this address.');
  }
  if (matching.length === 0) throw new LetheError('not_found', 'There is nothing at this address.');
  const allow = matching.map(({ route }) => route.method).join(', ');
  throw new LetheError('method_not_allowed', `Only ${allow} is possible here.`, { headers: { allow } });
}
