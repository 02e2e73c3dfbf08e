/**
 * The OpenID Connect tokens of push requests, shaped as Google's:
 * https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions#jwt_format
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';

const LIFETIME_SECONDS = 3600;
const ISSUER = 'https://accounts.google.com';

export interface Jwks {
  keys: JsonWebKey[];
}

/** The key that was made at the first start in this folder. */
export function loadPushKey(folder: string): KeyObject {
  const path = join(folder, 'push-token-key.pem');
  if (existsSync(path)) return createPrivateKey(readFileSync(path));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return privateKey;
}

export class PushTokens {
  readonly #key: KeyObject;
  readonly #keyId: string;
  readonly #now: Clock;

  constructor(key: KeyObject, now: Clock) {
    this.#key = key;
    this.#now = now;
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
    this.#keyId = createHash('sha256').update(publicKey).digest('hex').slice(0, 40);
  }

  /** The public key, in the form of https://www.googleapis.com/oauth2/v3/certs. */
  jwks(): Jwks {
    const publicKey = createPublicKey(this.#key).export({ format: 'jwk' });
    return { keys: [{ ...publicKey, kid: this.#keyId, alg: 'RS256', use: 'sig' }] };
  }

  /** @param email the push subscription's service account */
  issue(email: string, audience: string): string {
    const issuedAt = Math.floor(this.#now() / 1000);
    const subject = subjectOf(email);
    const head = encode({ alg: 'RS256', kid: this.#keyId, typ: 'JWT' });
    const claims = encode({
      aud: audience,
      azp: subject,
      email,
      email_verified: true,
      exp: issuedAt + LIFETIME_SECONDS,
      iat: issuedAt,
      iss: ISSUER,
      sub: subject,
    });
    const signature = sign('RSA-SHA256', Buffer.from(`${head}.${claims}`), this.#key);
    return `${head}.${claims}.${signature.toString('base64url')}`;
  }
}

/** A service account's unique id has 21 digits; here it follows from the address. */
function subjectOf(email: string): string {
  const digest = createHash('sha256').update(email).digest('hex');
  return `1${(BigInt(`0x${digest}`) % 10n ** 20n).toString().padStart(20, '0')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
