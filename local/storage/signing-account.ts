import { generateKeyPair } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The service account whose signed URLs this service accepts, in the shape of Google's key files. */
export interface SigningAccount {
  client_email: string;
  private_key: string;
}

const EMAIL = 'signer@lethe-local.iam.gserviceaccount.com';

/** Reads the account, which is made at its first use: its key takes longer to make than all the rest of a start. */
export async function loadSigningAccount(path: string): Promise<SigningAccount> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as SigningAccount;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const account: SigningAccount = {
    client_email: EMAIL,
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  await writeFile(`${path}.new`, JSON.stringify(account), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return account;
}
