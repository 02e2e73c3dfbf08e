/** Values that the reference implementation's protocol has as bits: zetasql/public/{civil_time,numeric_value}.h. */

const NUMERIC_SCALE = 9;
const NANOS_BITS = 30n;

/** hour, minute, second in 5, 6 and 6 bits, and the nanoseconds. */
export function packedTime(time: string): string {
  const seconds = packed(time.slice(0, 8), [5, 6, 6]);
  const nanos = (/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(9, '0');
  return String((seconds << NANOS_BITS) | BigInt(nanos));
}

export function unpackedTime(bits: string): string {
  const [nanos, [hour = 0n, minute = 0n, second = 0n]] = [
    BigInt(bits) & ((1n << NANOS_BITS) - 1n),
    unpacked(BigInt(bits) >> NANOS_BITS, [5, 6, 6]),
  ];
  return `${[hour, minute, second].map(twoDigits).join(':')}${fraction(Number(nanos))}`;
}

/** year, month, day, hour, minute, second in 14, 4, 5, 5, 6 and 6 bits. */
export function packedDatetime(datetime: string): string {
  return String(packed(datetime.slice(0, 19), [14, 4, 5, 5, 6, 6]));
}

export function unpackedDatetime(bits: string, nanos: number): string {
  const [year = 0n, ...rest] = unpacked(BigInt(bits), [14, 4, 5, 5, 6, 6]);
  const [month, day, hour, minute, second] = rest.map(twoDigits);
  return `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}${fraction(nanos)}`;
}

/** `.5` -> `.500000`; none -> nothing. BigQuery keeps microseconds. */
export function fraction(nanos: number): string {
  return nanos === 0 ? '' : `.${String(nanos / 1000).padStart(6, '0')}`;
}

function packed(text: string, widths: number[]): bigint {
  const parts = (text.match(/\d+/g) ?? []).map(BigInt);
  return widths.reduce((bits, width, at) => (bits << BigInt(width)) | (parts[at] ?? 0n), 0n);
}

function unpacked(bits: bigint, widths: number[]): bigint[] {
  let rest = bits;
  const parts: bigint[] = [];
  for (const width of widths.toReversed().map(BigInt)) {
    parts.unshift(rest & ((1n << width) - 1n));
    rest >>= width;
  }
  return parts;
}

function twoDigits(part: bigint): string {
  return String(part).padStart(2, '0');
}

/** Billionths, in two's complement, little-endian. */
export function numericBytes(text: string): Uint8Array {
  const [, sign = '', whole = '0', decimals = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const billionths = BigInt(`${sign}${whole}${decimals.padEnd(NUMERIC_SCALE, '0')}`);
  const hex = BigInt.asUintN(128, billionths).toString(16).padStart(32, '0');
  return Buffer.from(hex, 'hex').reverse();
}

export function numericText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).reverse().toString('hex');
  const billionths = BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
  const digits = String(billionths < 0n ? -billionths : billionths).padStart(NUMERIC_SCALE + 1, '0');
  const decimals = digits.slice(-NUMERIC_SCALE).replace(/0+$/, '');
  const whole = digits.slice(0, -NUMERIC_SCALE);
  return `${billionths < 0n ? '-' : ''}${whole}${decimals && `.${decimals}`}`;
}
