/** NUMERIC: whole numbers of 1e-9, by their text `-12.500000000`. Halves round away from zero. */

const UNIT = 10n ** 9n;
const LIMIT = 10n ** 38n;

function units(text: string): bigint {
  const isNegative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * UNIT + BigInt(fraction.padEnd(9, '0').slice(0, 9));
  return isNegative ? -value : value;
}

function print(value: bigint, what: string): string {
  if (value >= LIMIT || value <= -LIMIT) throw new Error(`numeric overflow: ${what}`);
  const digits = (value < 0n ? -value : value).toString().padStart(10, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const isNegative = dividend < 0n !== divisor < 0n;
  const [a, b] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const quotient = (2n * a + b) / (2n * b);
  return isNegative ? -quotient : quotient;
}

export function multiply(a: string, b: string): string {
  return print(roundedQuotient(units(a) * units(b), UNIT), `${a} * ${b}`);
}

export function divide(a: string, b: string): string {
  const divisor = units(b);
  if (divisor === 0n) throw new Error(`division by zero: ${numericText(a)} / ${numericText(b)}`);
  return print(roundedQuotient(units(a) * UNIT, divisor), `${a} / ${b}`);
}

/** As CAST AS STRING: without zeros at the end. */
export function numericText(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A number where it is an integer that FLOAT64 holds, a string where not. */
export function numericJson(text: string): string {
  const plain = numericText(text);
  return !plain.includes('.') && Math.abs(Number(plain)) <= 2 ** 53 ? plain : `"${plain}"`;
}
