/** Errors in the codes and the wording of the real service. */
import { status } from '@grpc/grpc-js';
import { DroppedConnection, InjectedFailure } from '../faults.ts';

/** An answer other than OK; grpc-js reads `code` and `details`. */
export class RpcError extends Error {
  readonly code: status;
  readonly details: string;
  constructor(code: status, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

const lastSegment = (name: string) => name.slice(name.lastIndexOf('/') + 1);

export const notFound = (name: string) =>
  new RpcError(status.NOT_FOUND, `Resource not found (resource=${lastSegment(name)}).`);

export const alreadyExists = (name: string) =>
  new RpcError(
    status.ALREADY_EXISTS,
    `Resource already exists in the project (resource=${lastSegment(name)}).`,
  );

export const invalidArgument = (details: string) => new RpcError(status.INVALID_ARGUMENT, details);

export const invalidName = (field: string, value: string) =>
  invalidArgument(
    `Invalid resource name given (${field}=${value}). Refer to https://cloud.google.com/pubsub/docs/admin#resource_names for more information.`,
  );

export const tooLarge = (what: string, passed: number, maximum: number) =>
  invalidArgument(
    `The value for ${what} is too large. You passed ${passed} in the request, but the maximum value is ${maximum}.`,
  );

export const outOfBounds = (what: string, passed: string, least: string, most: string) =>
  invalidArgument(
    `The value for ${what} is out of bounds. You passed ${passed} in the request, but the value must be between ${least} and ${most}.`,
  );

/** As Google's emulator words and codes it. */
export const outOfRange = (what: string, passed: number, least: number, most: number) =>
  new RpcError(
    status.OUT_OF_RANGE,
    passed < least
      ? `The value for ${what} is too small. You passed ${passed} in the request, but the minimum value is ${least}.`
      : `The value for ${what} is too large. You passed ${passed} in the request, but the maximum value is ${most}.`,
  );

export const unimplemented = (what: string) =>
  new RpcError(status.UNIMPLEMENTED, `${what} is not supported by the local Pub/Sub stand-in.`);

/** https://cloud.google.com/pubsub/docs/reference/error-codes and google/rpc/code.proto's HTTP mapping. */
const CODE_BY_HTTP_STATUS: Record<number, status> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  409: status.ALREADY_EXISTS,
  429: status.RESOURCE_EXHAUSTED,
  499: status.CANCELLED,
  500: status.INTERNAL,
  501: status.UNIMPLEMENTED,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};

/** Renders whatever a handler threw, injected faults included, as an answer. */
export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof InjectedFailure)
    return new RpcError(CODE_BY_HTTP_STATUS[error.status] ?? status.UNKNOWN, error.message);
  if (error instanceof DroppedConnection) return new RpcError(status.UNAVAILABLE, 'Connection dropped');
  return new RpcError(
    status.INTERNAL,
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
}
