/** Receipts: `{tenant}/{request}.jws` in a bucket whose retention policy lets nobody change or remove them. */
import type { Errand } from '../domain/agenda.ts';
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

const sweepName = ({ tenant, id }: RequestKey, { errand, location }: { errand: Errand; location: string }) =>
  `${tenant}/${id}.${errand}.${location}.jws`;

/** Keeps the receipt of a sweep beside the request's own; the one that stands already stays. */
export async function keepSweepReceipt(
  receipts: ObjectStore,
  key: RequestKey,
  sweep: { errand: Errand; location: string },
  jws: string,
): Promise<void> {
  await receipts.create(sweepName(key, sweep), jws);
}

/** The request's own receipt, then those of its sweeps. */
export async function readReceipts(receipts: ObjectStore, key: RequestKey): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of receipts.list(`${key.tenant}/${key.id}.`)) {
    const receipt = await receipts.read(name);
    if (receipt === undefined) throw new Error(`receipt ${name} was there and is gone`);
    if (name === receiptName(key)) found.unshift(receipt.body);
    else found.push(receipt.body);
  }
  return found;
}

export async function readReceiptPayloads(receipts: ObjectStore, key: RequestKey): Promise<Receipt[]> {
  return (await readReceipts(receipts, key)).map((jws) => decodeReceipt(jws));
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
