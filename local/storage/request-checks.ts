/** What a request may carry. Anything else is refused loudly: a parameter that is ignored would be a lie. */
import type { Call } from '../http.ts';
import { notSupported } from './api-error.ts';

/** They change nothing here, or only the form of the answer (`fields`: fields-mask.ts). */
const HARMLESS = ['alt', 'prettyPrint', 'projection', 'fields', 'key', 'quotaUser', 'userIp', 'project'];
const ENCRYPTION_HEADER = /^x-goog-(?:copy-source-)?encryption-/;
const CONDITIONAL_HEADER = /^if-(?:match|none-match|modified-since|unmodified-since)$/;

export function checkRequest(call: Call, allowed: readonly string[]): void {
  checkMediaRequest(call, allowed);
  refuseHeaders(call, CONDITIONAL_HEADER);
}

/** For downloads, which also know the conditions of HTTP (conditional-headers.ts). */
export function checkMediaRequest(call: Call, allowed: readonly string[]): void {
  for (const name of call.query.keys()) {
    if (!HARMLESS.includes(name) && !allowed.includes(name))
      throw notSupported(`The query parameter ${name}`);
  }
  refuseHeaders(call, ENCRYPTION_HEADER);
}

function refuseHeaders(call: Call, pattern: RegExp): void {
  for (const name of Object.keys(call.headers)) {
    if (pattern.test(name)) throw notSupported(`The header ${name}`);
  }
}
