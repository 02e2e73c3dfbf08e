import { compactJws, signingInput } from '../domain/jws.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Services } from '../services.ts';
import { archivePublicKey } from '../store/signing-keys.ts';

/** The compact JWS; its key is archived before anybody can hold a receipt that it signed. */
export async function signReceipt({ signer, store }: Services, receipt: Receipt): Promise<string> {
  const key = await signer.publicKey();
  await archivePublicKey(store, key);
  const input = signingInput(receipt, key.kid);
  return compactJws(input, await signer.sign(input));
}
