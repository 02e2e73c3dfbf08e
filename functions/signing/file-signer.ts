import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { calculateJwkThumbprint } from 'jose';
import type { PublicJwk, Signer } from '../ports.ts';

interface LoadedKey {
  key: KeyObject;
  jwk: PublicJwk;
}

/**
 * Signs with a P-256 private key in a PEM file (PKCS #8): one machine, or a mounted secret. In the cloud the key
 * never leaves Cloud KMS (`google/kms-signer.ts`).
 */
export function createFileSigner(path: string): Signer {
  let loaded: Promise<LoadedKey> | undefined;
  const load = () => {
    // A failure is not remembered: the next receipt finds the file that was mounted late.
    loaded ??= loadKey(path).catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
  return {
    publicKey: async () => (await load()).jwk,
    sign: async (text) =>
      sign('sha256', Buffer.from(text), { key: (await load()).key, dsaEncoding: 'ieee-p1363' }),
  };
}

async function loadKey(path: string): Promise<LoadedKey> {
  const key = createPrivateKey(await readFile(path, 'utf8'));
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) {
    throw new Error('the signing key is not a P-256 key');
  }
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  return { key, jwk: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } };
}
