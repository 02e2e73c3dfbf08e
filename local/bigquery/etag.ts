/** Etags, and changes that are made only while one still holds. */
import { createHash } from 'node:crypto';
import type { Call } from '../http.ts';
import { ApiError } from './errors.ts';

export function etag(...parts: unknown[]): string {
  return createHash('md5').update(parts.join('|')).digest('base64');
}

/** @throws conditionNotMet when the caller has seen another state than this one */
export function requireMatch({ headers }: Call, current: string): void {
  const expected = headers['if-match'];
  if (expected === undefined || expected === '*') return;
  if (expected.replace(/^"(.*)"$/, '$1') !== current)
    throw new ApiError(412, 'conditionNotMet', 'Precondition Failed');
}
