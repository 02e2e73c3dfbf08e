/** What Secret Manager and Cloud KMS hold in the cloud: made at the first start, kept in the data folder. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Secrets {
  /** Base64, 32 bytes. */
  hashKey: string;
  /** Path of a PEM file. */
  signingKey: string;
}

export async function loadSecrets(home: string): Promise<Secrets> {
  const signingKey = join(home, 'signing-key.pem');
  const hashKey = await once(join(home, 'hash-key'), () => randomBytes(32).toString('base64'));
  await once(signingKey, () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  );
  return { hashKey, signingKey };
}

/** The file's text; made first when there is none. Readable by its owner only. */
async function once(path: string, make: () => string): Promise<string> {
  try {
    await writeFile(path, make(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFile(path, 'utf8');
}
