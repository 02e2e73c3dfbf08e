/** Errors of load jobs about what is in the file. */
import { ApiError, type ErrorProto, invalid } from '../errors.ts';

/** The shape of what the service answers: the job's error says that, the details say where and what. */
export function badRow(
  { row, format }: { row: number; format: string },
  message: string,
  location?: string,
): ApiError {
  const details: ErrorProto[] = [
    {
      reason: 'invalid',
      message: `Error while reading data, error message: ${format} processing encountered too many errors, giving up. Rows: ${row}; errors: 1; max bad: 0; error percent: 0`,
    },
    {
      reason: 'invalid',
      message: `Error while reading data, error message: ${format} parsing error in row ${row}: ${message}`,
      ...(location !== undefined && { location }),
    },
  ];
  const summary = `Error while reading data, error message: ${format} table encountered too many errors, giving up. Rows: ${row}; errors: 1. Please look into the errors[] collection for more details.`;
  return new ApiError(400, 'invalid', summary, undefined, details);
}

/** A file that cannot be read at all. The wording is assumed. */
export function badFile(cause: Error): ApiError {
  return invalid(`Error while reading data, error message: ${cause.message}`);
}
