/**
 * API keys: `lethe_{id}_{secret}`. The secret has 256 random bits, so a keyed hash is all that is stored of it: there is
 * nothing to guess and nothing to slow down.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM = /^lethe_([a-z0-9]{8,32})_([A-Za-z0-9_-]{43})$/;

export interface ApiKeyDocument {
  version: 1;
  id: string;
  tenant: string;
  /** HMAC-SHA-256 of the secret, hexadecimal. */
  hash: string;
}

/** @param entropy at least 32 random bytes: 6 become the id, the rest the secret. */
export function makeApiKey(
  tenant: string,
  hashKey: Uint8Array,
  random: (bytes: number) => Uint8Array,
): { key: string; document: ApiKeyDocument } {
  const id = Buffer.from(random(6)).toString('hex');
  const secret = Buffer.from(random(32)).toString('base64url');
  return {
    key: `lethe_${id}_${secret}`,
    document: { version: 1, id, tenant, hash: hashSecret(hashKey, id, secret) },
  };
}

export function parseApiKey(text: string): { id: string; secret: string } | undefined {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export function isSecretOf(document: ApiKeyDocument, hashKey: Uint8Array, secret: string): boolean {
  const given = Buffer.from(hashSecret(hashKey, document.id, secret), 'hex');
  const stored = Buffer.from(document.hash, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
}

function hashSecret(hashKey: Uint8Array, id: string, secret: string): string {
  return createHmac('sha256', hashKey)
    .update(JSON.stringify(['api-key', id, secret]))
    .digest('hex');
}
