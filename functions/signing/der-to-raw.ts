/**
 * An ECDSA signature from ASN.1 DER (`SEQUENCE { INTEGER r, INTEGER s }`, what Cloud KMS returns) to the 64 bytes
 * that JWS wants: r and s, each 32 bytes, big-endian (RFC 7518 §3.4).
 * @throws Error when the bytes are not exactly such a signature for P-256
 */
export function derToRaw(der: Uint8Array): Uint8Array {
  const sequence = readElement(der, 0, 0x30);
  if (sequence.end !== der.length) throw new Error('bytes after the DER signature');
  const r = readElement(der, sequence.start, 0x02);
  const s = readElement(der, r.end, 0x02);
  if (s.end !== sequence.end) throw new Error('not two integers in the DER signature');
  const raw = new Uint8Array(64);
  raw.set(fixedWidth(der.subarray(r.start, r.end)), 0);
  raw.set(fixedWidth(der.subarray(s.start, s.end)), 32);
  return raw;
}

/** Signatures over P-256 are at most 72 bytes, so lengths have the one-byte form. */
function readElement(der: Uint8Array, at: number, tag: number): { start: number; end: number } {
  const length = der[at + 1];
  if (der[at] !== tag || length === undefined || length > 0x7f) throw new Error('not a DER signature');
  const end = at + 2 + length;
  if (end > der.length) throw new Error('the DER signature is cut short');
  return { start: at + 2, end };
}

/** DER integers are signed and as short as can be: a zero byte stands first exactly where the highest bit is set. */
function fixedWidth(integer: Uint8Array): Uint8Array {
  const [first, second = 0] = integer;
  if (first === undefined) throw new Error('an integer of the DER signature has no bytes');
  const isPadded = first === 0 && integer.length > 1;
  if (isPadded && second < 0x80) throw new Error('an integer of the DER signature is longer than it need be');
  if (first >= 0x80 || (first === 0 && !isPadded))
    throw new Error('an integer of the DER signature is not positive');
  const significant = isPadded ? integer.subarray(1) : integer;
  if (significant.length > 32) throw new Error('an integer of the DER signature is wider than 32 bytes');
  const fixed = new Uint8Array(32);
  fixed.set(significant, 32 - significant.length);
  return fixed;
}
