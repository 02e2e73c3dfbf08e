import type { WarehouseFailure } from '../domain/failure.ts';

interface ErrorProto {
  reason?: string;
  message?: string;
}

/**
 * The client throws errors of many shapes: an HTTP error with `errors`, a failed job's errors without a code, or
 * something of the network (facts/bigquery.md §7). `undefined`: not an error of BigQuery or the way to it.
 */
export function toFailure(error: unknown): WarehouseFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errors } = error as Error & { code?: unknown; errors?: ErrorProto[] };
  const first = errors?.[0];
  const status = typeof code === 'number' ? { status: code } : {};
  if (first?.reason !== undefined)
    return { reason: first.reason, message: first.message ?? error.message, ...status };
  if (typeof code === 'number')
    return { reason: code >= 500 ? 'backendError' : `http${code}`, message: error.message, ...status };
  if (isNetwork(error)) return { reason: 'network', message: error.message };
  return undefined;
}

/** A job's `status.errorResult`. */
export function fromErrorProto({ reason, message }: ErrorProto): WarehouseFailure {
  return { reason: reason ?? 'unknown', message: message ?? '' };
}

const NETWORK_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
]);

function isNetwork(error: Error): boolean {
  const { code, type, cause } = error as Error & { code?: unknown; type?: unknown };
  if (typeof code === 'string' && NETWORK_CODES.has(code)) return true;
  if (type === 'system' || /socket hang up|fetch failed|network|Premature close/i.test(error.message))
    return true;
  return cause instanceof Error && isNetwork(cause);
}
