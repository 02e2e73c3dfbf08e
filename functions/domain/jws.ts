/** JWS compact serialization (RFC 7515 §7.1) of receipts: what is signed, and what a stored receipt says. */
import type { Receipt } from './receipt.ts';

/** The type in the protected header, so that no other token of ours can pass for a receipt (RFC 8725 §3.11). */
export const RECEIPT_TYPE = 'lethe-receipt+jws';

/** `header.payload`: the text that ES256 is computed over. */
export function signingInput(receipt: Receipt, kid: string): string {
  return `${encode({ alg: 'ES256', typ: RECEIPT_TYPE, kid })}.${encode(receipt)}`;
}

export function compactJws(input: string, signature: Uint8Array): string {
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/** Reads, and does not verify: for receipts that come from our own write-once bucket. */
export function decodeReceipt(jws: string): Receipt {
  const payload = jws.split('.')[1];
  if (payload === undefined) throw new Error('not a compact JWS');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Receipt;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
