import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { compactJws, RECEIPT_TYPE, signingInput } from '../../../functions/domain/jws.ts';
import type { Receipt } from '../../../functions/domain/receipt.ts';
import { createFileSigner } from '../../../functions/signing/file-signer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-signer-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function keyFile(key: KeyObject, name = 'key.pem'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, key.export({ format: 'pem', type: 'pkcs8' }));
  return path;
}
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

test('a receipt that it signed is verified by jose with the key that it publishes', async () => {
  const signer = createFileSigner(await keyFile(p256().privateKey));
  const receipt = { version: 1, tenant: 'demo', request: 'r-1' } as Receipt;

  const key = await signer.publicKey();
  const input = signingInput(receipt, key.kid);
  const jws = compactJws(input, await signer.sign(input));

  const { payload, protectedHeader } = await compactVerify(jws, await importJWK(key, 'ES256'));
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(receipt);
  expect(protectedHeader).toEqual({ alg: 'ES256', typ: RECEIPT_TYPE, kid: key.kid });
});

test('a receipt that was changed by one character does not verify', async () => {
  const signer = createFileSigner(await keyFile(p256().privateKey));
  const key = await signer.publicKey();
  const input = signingInput({ version: 1, rows_left: 0 } as Receipt, key.kid);
  const jws = compactJws(input, await signer.sign(input));
  const changed = signingInput({ version: 1, rows_left: 1 } as unknown as Receipt, key.kid);

  await expect(
    compactVerify(jws.replace(input, changed), await importJWK(key, 'ES256')),
  ).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
});

test('the published key holds nothing private, and its id is its thumbprint', async () => {
  const { privateKey, publicKey } = p256();
  const jwk = await createFileSigner(await keyFile(privateKey)).publicKey();

  const { x, y } = publicKey.export({ format: 'jwk' });
  expect(jwk).toEqual({ kty: 'EC', crv: 'P-256', x, y, kid: expect.any(String), alg: 'ES256', use: 'sig' });
  // https://www.rfc-editor.org/rfc/rfc7638
  expect(jwk.kid).toBe(await calculateJwkThumbprint(publicKey.export({ format: 'jwk' })));
});

test.each([
  ['of another curve', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['of RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['of Ed25519', () => generateKeyPairSync('ed25519').privateKey],
])('a key %s is refused', async (_, generate) => {
  const signer = createFileSigner(await keyFile(generate()));

  await expect(signer.publicKey()).rejects.toThrow('the signing key is not a P-256 key');
  await expect(signer.sign('x')).rejects.toThrow('the signing key is not a P-256 key');
});

test('a key that is put in place later is found: a failure is not remembered', async () => {
  const path = join(folder, 'later.pem');
  const signer = createFileSigner(path);
  await expect(signer.publicKey()).rejects.toHaveProperty('code', 'ENOENT');

  await keyFile(p256().privateKey, 'later.pem');

  await expect(signer.publicKey()).resolves.toMatchObject({ kty: 'EC' });
});
