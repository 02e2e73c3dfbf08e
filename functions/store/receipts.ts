/** Receipts: `{tenant}/{request}.jws` in a bucket whose retention policy lets nobody change or remove them. */
import { decodeReceipt } from '../domain/jws.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { ObjectStore } from '../ports.ts';
import type { RequestKey } from './requests.ts';

const receiptName = ({ tenant, id }: RequestKey) => `${tenant}/${id}.jws`;

/** @returns the receipt that stands: this one, or the one that an earlier attempt has already written. */
export async function keepReceipt(receipts: ObjectStore, key: RequestKey, jws: string): Promise<string> {
  if ((await receipts.create(receiptName(key), jws)) !== undefined) return jws;
  const standing = await readReceipt(receipts, key);
  if (standing === undefined) throw new Error(`the receipt of ${key.id} was there and is gone`);
  return standing;
}

/** The compact JWS. */
export async function readReceipt(receipts: ObjectStore, key: RequestKey): Promise<string | undefined> {
  return (await receipts.read(receiptName(key)))?.body;
}

export async function readReceiptPayload(
  receipts: ObjectStore,
  key: RequestKey,
): Promise<Receipt | undefined> {
  const jws = await readReceipt(receipts, key);
  return jws === undefined ? undefined : decodeReceipt(jws);
}
