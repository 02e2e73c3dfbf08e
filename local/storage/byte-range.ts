import { ApiError } from './api-error.ts';

/** Positions of bytes, both inclusive. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * Reads a `Range` header. Several ranges, other units and malformed ones mean the whole object, as in RFC 9110 section
 * 14.2 and on the real service.
 * @throws 416 when no byte of the object is in the range
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = found ?? [];
  if (first === '' && last === '') return undefined;
  const range =
    first === ''
      ? { first: Math.max(0, size - Number(last)), last: size - 1 }
      : { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (range.first > range.last) {
    throw new ApiError(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable');
  }
  return range;
}
