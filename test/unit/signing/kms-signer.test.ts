/** https://cloud.google.com/kms/docs/data-integrity-guidelines: what a client has to check of an answer. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { GoogleAuth, OAuth2Client } from 'google-auth-library';
import { compactVerify, importJWK } from 'jose';
import { compactJws, signingInput } from '../../../functions/domain/jws.ts';
import type { Receipt } from '../../../functions/domain/receipt.ts';
import { createKmsSigner } from '../../../functions/google/kms-signer.ts';
import type { Signer } from '../../../functions/ports.ts';
import { checksum, KeyService } from './key-service.ts';

const KEY = 'projects/p/locations/eu/keyRings/lethe/cryptoKeys/receipts/cryptoKeyVersions/3';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
const OTHER_PEM = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  format: 'pem',
  type: 'spki',
});

let service: KeyService;
let signer: Signer;

beforeEach(async () => {
  service = new KeyService(KEY, PEM);
  const endpoint = await service.start();
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: 'token-of-the-test', expiry_date: 4_102_444_800_000 });
  const auth = new GoogleAuth({ authClient });
  signer = createKmsSigner(KEY, { endpoint, request: auth.request.bind(auth) });
});
afterEach(() => service.stop());

function sign(text: string): Promise<Uint8Array> {
  service.signed = text;
  return signer.sign(text);
}

test('a receipt that Cloud KMS signed is verified by jose with the key that it publishes', async () => {
  const key = await signer.publicKey();
  const input = signingInput({ version: 1, request: 'r-1' } as Receipt, key.kid);
  const jws = compactJws(input, await sign(input));

  const { protectedHeader } = await compactVerify(jws, await importJWK(key, 'ES256'));
  expect(protectedHeader.kid).toBe(KEY);
  const { x, y } = publicKey.export({ format: 'jwk' });
  expect(key).toEqual({ kty: 'EC', crv: 'P-256', x, y, kid: KEY, alg: 'ES256', use: 'sig' });
});

test('what is sent is the SHA-256 digest with its checksum, authorized, and never the text', async () => {
  const digest = createHash('sha256').update('text').digest();

  await sign('text');

  expect(service.calls).toEqual([
    {
      method: 'POST',
      path: `/v1/${KEY}:asymmetricSign`,
      authorization: 'Bearer token-of-the-test',
      body: { digest: { sha256: digest.toString('base64') }, digestCrc32c: checksum(digest) },
    },
  ]);
});

test.each([
  ['the signature has another checksum', { signatureCrc32c: '1' }, /damaged/],
  ['the signature has no checksum', { signatureCrc32c: undefined }, /damaged/],
  ['the signature was changed', { signature: 'MAYCAQECAQI=' }, /damaged/],
  ['the digest arrived damaged', { verifiedDigestCrc32c: false }, /another digest/],
  ['the checksum of the digest did not arrive', { verifiedDigestCrc32c: undefined }, /another digest/],
  ['another key version signed', { name: KEY.replace(/3$/, '2') }, /another key version/],
])('a signature is refused when %s', async (_, distorted, message) => {
  service.distort = (answer) => ({ ...answer, ...distorted });

  await expect(sign('text')).rejects.toThrow(message);
});

test.each([
  ['it has another checksum', { pemCrc32c: '1' }, /damaged/],
  ['it has no checksum', { pemCrc32c: undefined }, /damaged/],
  ['it was changed', { pem: OTHER_PEM }, /damaged/],
  ['it is for another algorithm', { algorithm: 'EC_SIGN_P384_SHA384' }, /EC_SIGN_P384_SHA384/],
  ["it is another version's", { name: KEY.replace(/3$/, '2') }, /another key version/],
])('a public key is refused when %s', async (_, distorted, message) => {
  service.distort = (answer) => ({ ...answer, ...distorted });

  await expect(signer.publicKey()).rejects.toThrow(message);
});

test('the public key is asked for once', async () => {
  const keys = await Promise.all([signer.publicKey(), signer.publicKey()]);

  expect(keys[0]).toEqual(keys[1]);
  expect(service.calls).toHaveLength(1);
});

test('a refusal of the public key is not remembered: the next receipt asks again', async () => {
  service.refusal = 403;
  await expect(signer.publicKey()).rejects.toHaveProperty('status', 403);

  service.refusal = undefined;

  await expect(signer.publicKey()).resolves.toMatchObject({ kid: KEY });
});

test('a refusal to sign is thrown, for delivery to repeat', async () => {
  service.refusal = 403;

  await expect(sign('text')).rejects.toHaveProperty('status', 403);
});
