/** BigQuery's errors: https://cloud.google.com/bigquery/docs/error-messages */
import { InjectedFailure } from '../faults.ts';
import { type Answer, NoSuchRoute } from '../http.ts';
import { SqlError, UnsupportedSql } from './sql/contract.ts';

/** What a job keeps in `status.errorResult`, and `insertAll` for each row. */
export interface ErrorProto {
  reason: string;
  message: string;
  location?: string;
}

export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  /** The field or place that the error is about, as the service names it. */
  readonly location: string | undefined;
  /** All findings, where there are more than this one: what a job keeps in `status.errors`. */
  readonly details: ErrorProto[];
  constructor(
    status: number,
    reason: string,
    message: string,
    location?: string,
    details: ErrorProto[] = [],
  ) {
    super(message);
    this.details = details;
    this.status = status;
    this.reason = reason;
    this.location = location;
  }
}

export const invalid = (message: string, location?: string) =>
  new ApiError(400, 'invalid', message, location);
export const invalidQuery = (message: string) => new ApiError(400, 'invalidQuery', message, 'query');
export const notFound = (message: string) => new ApiError(404, 'notFound', message);
export const duplicate = (message: string) => new ApiError(409, 'duplicate', message);
export const notImplemented = (what: string) =>
  new ApiError(501, 'notImplemented', `Lethe's local BigQuery does not support ${what}.`);

/** HTTP status by reason, for errors of jobs that are rendered as HTTP errors. */
const STATUS_OF_REASON: Record<string, number> = {
  notFound: 404,
  duplicate: 409,
  accessDenied: 403,
  quotaExceeded: 403,
  rateLimitExceeded: 403,
  responseTooLarge: 403,
  backendError: 503,
  internalError: 500,
  // Independent code bases report 500 for it, though it is the caller's limit; clients go by the reason.
  bytesBilledLimitExceeded: 500,
  notImplemented: 501,
};

const STATUS_NAMES: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};

export function statusOf(reason: string): number {
  return STATUS_OF_REASON[reason] ?? 400;
}

/** The shape in which a job keeps any error for ever. */
export function toErrorProto(error: unknown): ErrorProto {
  const { reason, message, location } = toApiError(error);
  return { reason, message, ...(location !== undefined && { location }) };
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof InjectedFailure) return new ApiError(error.status, error.reason, error.message);
  if (error instanceof SqlError)
    return new ApiError(statusOf(error.reason), error.reason, error.message, 'query');
  if (error instanceof UnsupportedSql)
    return new ApiError(
      501,
      'notImplemented',
      `Lethe's local BigQuery does not support this statement: ${error.message}`,
    );
  if (error instanceof NoSuchRoute) return new ApiError(501, 'notImplemented', error.message);
  if (error instanceof SyntaxError) return invalid(`Parse error: ${error.message}`);
  return fromDuckDb(messageOf(error));
}

/** Errors of native code need not be this realm's Error. */
function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

/** Errors that depend on values in rows are the statement's; all others are the stand-in's own. */
function fromDuckDb(message: string): ApiError {
  const required = /NOT NULL constraint failed: [^.]+\.(.+)$/m.exec(message);
  if (required !== null) return invalidQuery(`Required field ${required[1]} cannot be null`);
  const kind = /^(Conversion|Out of Range|Invalid Input|Invalid) Error: (.*)/s.exec(message);
  if (kind !== null) return invalidQuery((kind[2] ?? '').split('\n')[0] ?? message);
  if (/^(Parser|Binder|Catalog|Not implemented) Error/.test(message))
    return new ApiError(
      501,
      'notImplemented',
      `Lethe's local BigQuery could not run this statement: ${message}`,
    );
  return new ApiError(500, 'internalError', message);
}

/** https://cloud.google.com/bigquery/docs/reference/rest: the body of every failed call. */
export function renderError(error: unknown): Answer {
  const { status, reason, message, location } = toApiError(error);
  const item = {
    message,
    domain: 'global',
    reason,
    ...(location !== undefined && { location, locationType: 'other' }),
  };
  const name = STATUS_NAMES[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT');
  return { status, json: { error: { code: status, message, errors: [item], status: name } } };
}
