import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { derToRaw } from '../../../functions/signing/der-to-raw.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
const base64url = (text: string) => Buffer.from(hex(text)).toString('base64url');

/** RFC 6979 appendix A.2.5: a P-256 key, and its signatures with SHA-256. */
const RFC_KEY = createPublicKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: base64url('60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6'),
    y: base64url('7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299'),
  },
});
const RFC_SIGNATURES = [
  {
    message: 'sample',
    r: 'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
    s: 'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
    der: (r: string, s: string) => `30460221 00${r} 0221 00${s}`,
  },
  {
    message: 'test',
    r: 'F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367',
    s: '019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083',
    der: (r: string, s: string) => `30450221 00${r} 0220 ${s}`,
  },
];

test.each(RFC_SIGNATURES)('the signature of "$message" in RFC 6979 is r and s side by side', (vector) => {
  const raw = derToRaw(hex(vector.der(vector.r, vector.s)));

  expect(toHex(raw)).toBe(vector.r + vector.s);
  const key = { key: RFC_KEY, dsaEncoding: 'ieee-p1363' as const };
  expect(verify('sha256', Buffer.from(vector.message), key, raw)).toBe(true);
});

test.each([
  ['both of one byte', '3006 020101 020102', 1, 2],
  ['one byte with its highest bit set, which DER puts a zero before', '3007 020200FF 020101', 255, 1],
])('short integers are filled up with zeros: %s', (_, der, r, s) => {
  const raw = derToRaw(hex(der));

  expect(raw).toHaveLength(64);
  expect(BigInt(`0x${toHex(raw.subarray(0, 32))}`)).toBe(BigInt(r));
  expect(BigInt(`0x${toHex(raw.subarray(32))}`)).toBe(BigInt(s));
});

test("OpenSSL's signatures of hundreds of keys verify, those with short integers too", () => {
  let shortIntegers = 0;
  for (let index = 0; index < 300; index += 1) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (let message = 0; message < 10; message += 1) {
      const text = Buffer.from(`${index}/${message}`);
      const der = sign('sha256', text, privateKey);

      const raw = derToRaw(der);

      expect(raw).toHaveLength(64);
      expect(verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true);
      if (raw[0] === 0 || raw[32] === 0) shortIntegers += 1;
    }
  }
  // Of 6,000 integers one in 256 begins with a zero byte; none at all would be 1 in 10^10.
  expect(shortIntegers).toBeGreaterThan(0);
});

const R = RFC_SIGNATURES[0]?.r ?? '';
const S = RFC_SIGNATURES[1]?.s ?? '';

test.each([
  ['nothing', ''],
  ['a tag alone', '30'],
  ['no sequence', '3106 020101 020102'],
  ['no integer', '3006 030101 020102'],
  ['one integer only', '3003 020101'],
  ['three integers', '3009 020101 020102 020103'],
  ['bytes behind the sequence', '3006 020101 020102 00'],
  ['a sequence that is cut short', '3006 020101 0201'],
  ['an integer that reaches beyond the sequence', '3006 020101 020202'],
  ['a sequence that ends before its integers', '3005 020101 020102'],
  ['a length in the long form', `308145 0221 00${R} 0220 ${S}`],
  ['a length without end', '3080 020101 020102 0000'],
  ['an integer of 33 significant bytes', `3046 0221 01${R} 0221 00${R}`],
  ['a negative integer', '3006 020181 020101'],
  ['a negative integer of 32 bytes', `3044 0220 ${R} 0220 ${S}`],
  ['an integer with a zero byte too many', '3007 02020001 020101'],
  ['an integer without bytes', '3005 0200 020101'],
  ['r = 0', '3006 020100 020101'],
  ['s = 0', '3006 020101 020100'],
])('%s is refused', (_, der) => {
  expect(() => derToRaw(hex(der))).toThrow(/DER signature/);
});
