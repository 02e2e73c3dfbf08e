import type { Scalar } from '../domain/property-place.ts';

/** Integers as text: a parameter of type INT64 is not a JavaScript number on the way. */
export function parameterValue(value: Scalar): Scalar {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
}
