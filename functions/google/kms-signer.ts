import { createHash, createPublicKey } from 'node:crypto';
import type { GoogleAuth } from 'google-auth-library';
import type { PublicJwk, Signer } from '../ports.ts';
import { derToRaw } from '../signing/der-to-raw.ts';
import { crc32c } from './crc32c.ts';

const KMS_ENDPOINT = 'https://cloudkms.googleapis.com';

export interface KmsOptions {
  /** Another endpoint than Google's (a test's). */
  endpoint?: string;
  /** How to make an authorized request; default: the service's own account. */
  request?: GoogleAuth['request'];
}

/**
 * Signs with a Cloud KMS key version of algorithm EC_SIGN_P256_SHA256, over REST: Google's KMS client would cost
 * 109 ms of import. Checksums both ways, as Google asks
 * (https://cloud.google.com/kms/docs/data-integrity-guidelines).
 * @param keyVersion `projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N`
 */
export function createKmsSigner(keyVersion: string, options: KmsOptions = {}): Signer {
  const base = `${options.endpoint ?? KMS_ENDPOINT}/v1/${keyVersion}`;
  const request = async <T>(path: string, method: 'GET' | 'POST', data?: unknown): Promise<T> => {
    const authorized = options.request ?? (await defaultRequest());
    const { data: answer } = await authorized<T>({
      url: `${base}${path}`,
      method,
      ...(data ? { data } : {}),
    });
    return answer;
  };
  let published: Promise<PublicJwk> | undefined;

  return {
    publicKey() {
      // A failure is not remembered: rights that are given late are enough for the next receipt.
      published ??= request<KmsPublicKey>('/publicKey', 'GET')
        .then((key) => toJwk(key, keyVersion))
        .catch((error: unknown) => {
          published = undefined;
          throw error;
        });
      return published;
    },

    async sign(text) {
      const digest = createHash('sha256').update(text).digest();
      const answer = await request<{
        signature: string;
        signatureCrc32c: string;
        verifiedDigestCrc32c?: boolean;
        name: string;
      }>(':asymmetricSign', 'POST', {
        digest: { sha256: digest.toString('base64') },
        digestCrc32c: String(crc32c(digest)),
      });
      if (answer.verifiedDigestCrc32c !== true) throw new Error('Cloud KMS got another digest than was sent');
      if (answer.name !== keyVersion) throw new Error('Cloud KMS signed with another key version');
      const signature = Buffer.from(answer.signature, 'base64');
      if (crc32c(signature) !== Number(answer.signatureCrc32c))
        throw new Error('the signature was damaged on its way');
      return derToRaw(signature);
    },
  };
}

async function defaultRequest(): Promise<GoogleAuth['request']> {
  const { GoogleAuth } = await import('./clients/auth.ts');
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloudkms' });
  return auth.request.bind(auth);
}

interface KmsPublicKey {
  pem: string;
  algorithm: string;
  pemCrc32c: string;
  name: string;
}

function toJwk(key: KmsPublicKey, keyVersion: string): PublicJwk {
  if (key.algorithm !== 'EC_SIGN_P256_SHA256')
    throw new Error(`the signing key's algorithm is ${key.algorithm}`);
  if (crc32c(Buffer.from(key.pem)) !== Number(key.pemCrc32c))
    throw new Error('the public key was damaged on its way');
  if (key.name !== keyVersion) throw new Error('Cloud KMS gave the public key of another key version');
  const { x, y } = createPublicKey(key.pem).export({ format: 'jwk' });
  if (x === undefined || y === undefined) throw new Error('the signing key is not an EC key');
  return { kty: 'EC', crv: 'P-256', x, y, kid: keyVersion, alg: 'ES256', use: 'sig' };
}
