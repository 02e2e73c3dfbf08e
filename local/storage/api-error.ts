/** Errors with the status, reason and wording of the real service. https://cloud.google.com/storage/docs/json_api/v1/status-codes */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  /** Where in the request the fault is, as the JSON API names it. */
  readonly place: { locationType: string; location: string } | undefined;

  constructor(
    status: number,
    reason: string,
    message: string,
    place?: { locationType: string; location: string },
  ) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.place = place;
  }
}

/** The answer 304 to a read whose `if…NotMatch` named the present state; it has no body. */
export class NotModified extends Error {}

export function invalid(message: string): ApiError {
  return new ApiError(400, 'invalid', message);
}

export function required(message: string): ApiError {
  return new ApiError(400, 'required', message);
}

export function noSuchBucket(): ApiError {
  return new ApiError(404, 'notFound', 'The specified bucket does not exist.');
}

export function noSuchObject(bucket: string, name: string): ApiError {
  return new ApiError(404, 'notFound', `No such object: ${bucket}/${name}`);
}

/** https://cloud.google.com/storage/docs/request-preconditions */
export function conditionNotMet(): ApiError {
  return new ApiError(
    412,
    'conditionNotMet',
    'At least one of the pre-conditions you specified did not hold.',
    {
      locationType: 'header',
      location: 'If-Match',
    },
  );
}

/** What the real service can do and this stand-in cannot: said loudly, never ignored. */
export function notSupported(what: string): ApiError {
  return new ApiError(
    501,
    'notImplemented',
    `${what} is not supported by the local stand-in for Cloud Storage.`,
  );
}
