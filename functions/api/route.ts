import type { IncomingHttpHeaders } from 'node:http';
import type { Subject } from '../domain/subject.ts';
import type { Services } from '../services.ts';
import type { Answer } from './answer.ts';
import type { Caller } from './authenticate.ts';

interface TenantCall {
  services: Services;
  caller: Caller;
  tenant: string;
  /** Groups of the route's path. */
  params: Record<string, string>;
  headers: IncomingHttpHeaders;
  rawBody: Uint8Array;
}

/** What was touched, for the access log. */
export interface Touched {
  request?: string;
  subjects?: readonly Subject[];
}

export type TenantHandler = (call: TenantCall) => Promise<{ answer: Answer; touched: Touched }>;
export type OpenHandler = (services: Services) => Promise<Answer>;
