/** Every route there is. `access` names what the route does to personal data; what has it is written to the access log. */
import type { AccessAction } from '../domain/access-event.ts';
import { cancel } from './cancel.ts';
import { createRequest } from './create-request.ts';
import { readMap, writeMap } from './data-map.ts';
import { getFiles } from './get-files.ts';
import { getReceipt, getReceipts } from './get-receipt.ts';
import { getRequest } from './get-request.ts';
import { jwks, livez, readyz } from './open-routes.ts';
import { retry } from './retry.ts';
import { preview } from './preview-request.ts';
import { review } from './review-request.ts';
import type { OpenHandler, TenantHandler } from './route.ts';

export interface OpenRoute {
  method: string;
  path: string;
  handle: OpenHandler;
}

export interface TenantRoute {
  method: string;
  path: string;
  access: AccessAction;
  handle: TenantHandler;
}

/** Without a key: nothing here is about anybody. */
export const OPEN_ROUTES: readonly OpenRoute[] = [
  { method: 'GET', path: '/healthz', handle: livez },
  { method: 'GET', path: '/readyz', handle: readyz },
  { method: 'GET', path: '/.well-known/jwks.json', handle: jwks },
];

/** With a key of the tenant that the path names. */
export const TENANT_ROUTES: readonly TenantRoute[] = [
  { method: 'POST', path: '/v1/tenants/:tenant/requests', access: 'request.create', handle: createRequest },
  {
    method: 'POST',
    path: '/v1/tenants/:tenant/requests\\:preview',
    access: 'request.preview',
    handle: preview,
  },
  {
    method: 'GET',
    path: '/v1/tenants/:tenant/requests/:request',
    access: 'request.read',
    handle: getRequest,
  },
  {
    method: 'POST',
    path: '/v1/tenants/:tenant/requests/:request\\:cancel',
    access: 'request.cancel',
    handle: cancel,
  },
  {
    method: 'POST',
    path: '/v1/tenants/:tenant/requests/:request\\:retry',
    access: 'request.retry',
    handle: retry,
  },
  {
    method: 'POST',
    path: '/v1/tenants/:tenant/requests/:request\\:review',
    access: 'request.review',
    handle: review,
  },
  {
    method: 'GET',
    path: '/v1/tenants/:tenant/requests/:request/receipt',
    access: 'receipt.read',
    handle: getReceipt,
  },
  {
    method: 'GET',
    path: '/v1/tenants/:tenant/requests/:request/receipts',
    access: 'receipt.read',
    handle: getReceipts,
  },
  {
    method: 'GET',
    path: '/v1/tenants/:tenant/requests/:request/files',
    access: 'export.read',
    handle: getFiles,
  },
  { method: 'GET', path: '/v1/tenants/:tenant/data-map', access: 'data_map.read', handle: readMap },
  { method: 'PUT', path: '/v1/tenants/:tenant/data-map', access: 'data_map.write', handle: writeMap },
];
