/**
 * The closed catalogue of what Lethe answers when it cannot do what was asked. A code is for programs, the detail
 * for people; both end up in an RFC 9457 problem document (`api/problem.ts`).
 */

/** What the caller can do about it: mend the call, wait and repeat it, or nothing (it is our fault). */
type Retry = 'never' | 'later' | 'unknown';

interface CatalogueEntry {
  status: number;
  title: string;
  retry: Retry;
}

export const ERRORS = {
  malformed_json: { status: 400, title: 'The body is not JSON', retry: 'never' },
  invalid_request: { status: 400, title: 'The request is not valid', retry: 'never' },
  unauthenticated: { status: 401, title: 'No valid API key', retry: 'never' },
  forbidden: { status: 403, title: 'The API key may not do this', retry: 'never' },
  not_found: { status: 404, title: 'Not found', retry: 'never' },
  method_not_allowed: { status: 405, title: 'Method not allowed', retry: 'never' },
  idempotency_key_reused: {
    status: 409,
    title: 'The idempotency key was used for another body',
    retry: 'never',
  },
  already_started: { status: 409, title: 'The request has already started', retry: 'never' },
  files_expired: { status: 410, title: 'The exported files have expired', retry: 'never' },
  already_closed: { status: 409, title: 'The request is closed', retry: 'never' },
  nothing_to_review: { status: 409, title: 'The request waits for no review', retry: 'never' },
  identities_cut: { status: 409, title: 'Not all identifiers were found', retry: 'never' },
  not_completed: { status: 409, title: 'The request is not completed yet', retry: 'later' },
  map_changed: { status: 409, title: 'The data map was changed by somebody else', retry: 'later' },
  body_too_large: { status: 413, title: 'The body is too large', retry: 'never' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type', retry: 'never' },
  unknown_identifier_type: {
    status: 422,
    title: 'The data map knows no such identifier type',
    retry: 'never',
  },
  unknown_property: { status: 422, title: 'The data map knows no such property', retry: 'never' },
  unaddressable_property: { status: 422, title: 'No JSONPath can address the property', retry: 'never' },
  wrong_value_type: { status: 422, title: 'The property cannot hold the new value', retry: 'never' },
  invalid_data_map: { status: 422, title: 'The data map is not valid', retry: 'never' },
  no_data_map: { status: 422, title: 'The tenant has no data map', retry: 'never' },
  internal: { status: 500, title: 'Internal error', retry: 'unknown' },
  unavailable: { status: 503, title: 'Temporarily unavailable', retry: 'later' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** One thing that is wrong, and where: `subjects[3].value`. */
export interface FieldError {
  field: string;
  detail: string;
}

/** An outcome that the caller is told about, as opposed to a bug. */
export class LetheError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  /** Further response headers: `Allow`, `WWW-Authenticate`, `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    detail: string,
    {
      fields = [],
      headers = {},
      cause,
    }: { fields?: FieldError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause });
    this.code = code;
    this.fields = fields;
    this.headers = headers;
  }
}
