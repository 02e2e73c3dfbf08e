import { ERRORS, LetheError } from '../domain/errors.ts';
import { judgeFailure } from '../domain/failure.ts';
import { WarehouseError } from '../ports.ts';
import type { Answer } from './answer.ts';

/** An RFC 9457 problem document. `code` is for programs, `errors` names the fields; docs/errors.md lists the codes. */
export function toProblem(error: LetheError): Answer {
  const { status, title } = ERRORS[error.code];
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...error.headers },
    body: JSON.stringify({
      type: `urn:lethe:problem:${error.code}`,
      title,
      status,
      code: error.code,
      detail: error.message,
      ...(error.fields.length > 0 && { errors: error.fields }),
    }),
  };
}

/** Everything that is not a `LetheError` is a bug or an outage of ours; the caller is told no more than that. */
export function asLetheError(error: unknown): LetheError {
  if (error instanceof LetheError) return error;
  if (error instanceof WarehouseError && judgeFailure(error.failure).kind !== 'block') {
    return new LetheError('unavailable', 'BigQuery does not answer now; repeat the call.', { cause: error });
  }
  return new LetheError('internal', 'Something went wrong on our side. The call may be repeated.', {
    cause: error,
  });
}
