/** What a request may carry. Anything else is refused loudly: a parameter that is ignored would be a lie. */
import type { Call } from '../http.ts';
import { notSupported } from './api-error.ts';

/** They change nothing here, or only the form of the answer (`fields`: fields-mask.ts). */
const HARMLESS = ['alt', 'prettyPrint', 'projection', 'fields', 'key', 'quotaUser', 'userIp', 'project'];
const UNSUPPORTED_HEADERS = [
  /^x-goog-encryption-/,
  /^x-goog-copy-source-encryption-/,
  /^if-match$/,
  /^if-none-match$/,
  /^if-modified-since$/,
  /^if-unmodified-since$/,
];

export function checkRequest(call: Call, allowed: readonly string[]): void {
  for (const name of call.query.keys()) {
    if (!HARMLESS.includes(name) && !allowed.includes(name))
      throw notSupported(`The query parameter ${name}`);
  }
  for (const name of Object.keys(call.headers)) {
    if (UNSUPPORTED_HEADERS.some((pattern) => pattern.test(name))) throw notSupported(`The header ${name}`);
  }
}
