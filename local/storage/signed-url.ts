/** Checks V4 signed URLs. https://cloud.google.com/storage/docs/access-control/signed-urls */
import { createPublicKey, verify } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { notSupported } from './api-error.ts';
import { canonicalRequest, type SignedRequest, stringToSign } from './canonical-request.ts';
import { SIGNED_URL_SECONDS_MAX } from './limits.ts';
import type { SigningAccount } from './signing-account.ts';
import { XmlError } from './xml-error.ts';

const ALGORITHM = 'GOOG4-RSA-SHA256';
/** How far the signer's clock may be ahead. https://cloud.google.com/storage/docs/xml-api/reference-status#403%E2%80%94forbidden */
const SKEW_SECONDS_MAX = 15 * 60;

interface SignatureParameters {
  email: string;
  scope: string;
  /** `YYYYMMDDTHHMMSSZ` */
  date: string;
  expiresSeconds: number;
  signedHeaders: string[];
  signature: string;
}

/** @throws XmlError unless the account signed this very request and the signature has not expired */
export function checkSignedUrl(request: SignedRequest, account: SigningAccount, now: Clock): void {
  const parameters = readParameters(request.query);
  checkSignedHeaders(request, parameters.signedHeaders);
  checkTime(parameters, now());
  checkSignature(request, parameters, account);
}

function readParameters(query: URLSearchParams): SignatureParameters {
  // gsutil writes them in lower case.
  const given = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
  if (given.has('googleaccessid') || given.has('signature')) throw notSupported('A V2 signed URL');
  const signature = given.get('x-goog-signature');
  if (signature === undefined) throw anonymous();
  const read = (name: string, pattern: RegExp): string[] => {
    const found = pattern.exec(given.get(`x-goog-${name.toLowerCase()}`) ?? '');
    if (found === null) throw malformed(`Invalid X-Goog-${name}.`, name);
    return [...found];
  };
  const [algorithm] = read('Algorithm', /^GOOG4-(?:RSA-SHA256|HMAC-SHA256)$/);
  if (algorithm !== ALGORITHM) throw notSupported(`The signing algorithm ${algorithm}`);
  const [date = ''] = read('Date', /^\d{8}T\d{6}Z$/);
  const day = date.slice(0, 8);
  const [, email = '', scope = ''] = read(
    'Credential',
    new RegExp(`^([^/]+)/(${day}/[^/]+/storage/goog4_request)$`),
  );
  const [expires] = read('Expires', /^[1-9]\d*$/);
  const expiresSeconds = Number(expires);
  if (expiresSeconds > SIGNED_URL_SECONDS_MAX)
    throw malformed(`X-Goog-Expires must be at most ${SIGNED_URL_SECONDS_MAX} seconds.`, 'Expires');
  const [signedHeaders = ''] = read('SignedHeaders', /^[^;]+(?:;[^;]+)*$/);
  return { email, scope, date, expiresSeconds, signedHeaders: signedHeaders.split(';'), signature };
}

function checkSignedHeaders({ headers }: SignedRequest, signed: string[]): void {
  if (!signed.includes('host')) throw malformed('Host header not signed.');
  const missing = signed.find((name) => headers[name] === undefined);
  if (missing !== undefined)
    throw malformed('Header was included in signedheaders, but not in the request.', missing);
  const unsigned = Object.keys(headers).find((name) => name.startsWith('x-goog-') && !signed.includes(name));
  if (unsigned !== undefined) throw malformed('Header must be signed.', unsigned);
}

function checkTime({ date, expiresSeconds }: SignatureParameters, now: number): void {
  const signedAt = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(signedAt)) throw malformed('Invalid X-Goog-Date.', 'Date');
  if (signedAt > now + SKEW_SECONDS_MAX * 1000) {
    const message = "The difference between the request time and the server's time is too large.";
    throw new XmlError(403, 'RequestTimeTooSkewed', message);
  }
  const expiresAt = signedAt + expiresSeconds * 1000;
  if (now < expiresAt) return;
  const said = new Date(expiresAt).toISOString().replace(/\.\d+Z$/, '+00:00');
  const details = `The provided token has expired. Request signature expired at: ${said}`;
  throw new XmlError(400, 'ExpiredToken', 'Invalid argument.', details);
}

function checkSignature(
  request: SignedRequest,
  { email, scope, date, signedHeaders, signature }: SignatureParameters,
  account: SigningAccount,
): void {
  const signs = (method: string) => {
    const canonical = canonicalRequest({ ...request, method }, signedHeaders);
    const text = stringToSign(ALGORITHM, date, scope, canonical);
    const isValid =
      email === account.client_email &&
      /^(?:[0-9a-f]{2})+$/i.test(signature) &&
      verify(
        'RSA-SHA256',
        Buffer.from(text),
        createPublicKey(account.private_key),
        Buffer.from(signature, 'hex'),
      );
    return { isValid, canonical, text };
  };
  const { isValid, canonical, text } = signs(request.method);
  // A URL that was signed for GET is good for HEAD too.
  if (isValid || (request.method === 'HEAD' && signs('GET').isValid)) return;
  throw new XmlError(
    403,
    'SignatureDoesNotMatch',
    'Access denied.',
    'The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.',
    { StringToSign: text, CanonicalRequest: canonical },
  );
}

function malformed(details: string, parameter?: string): XmlError {
  return new XmlError(
    400,
    'MalformedSecurityHeader',
    'Invalid argument.',
    `Your request has a malformed header. ${details}`,
    parameter === undefined ? {} : { ParameterName: parameter },
  );
}

function anonymous(): XmlError {
  return new XmlError(
    403,
    'AccessDenied',
    'Access denied.',
    "Anonymous caller does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist).",
  );
}
