/** Numbers as BigQuery reads them from text, as DuckDB literals. `undefined`: not such a number. */

const INTEGER = /^[+-]?(?:[0-9]+|0[xX][0-9a-fA-F]+)$/;
const DECIMAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?$/;

export function readInteger(text: string): bigint | undefined {
  const trimmed = text.trim();
  if (!INTEGER.test(trimmed)) return undefined;
  const isNegative = trimmed.startsWith('-');
  const magnitude = BigInt(trimmed.replace(/^[+-]/, ''));
  const value = isNegative ? -magnitude : magnitude;
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

export function integerLiteral(text: string): string | undefined {
  const value = readInteger(text);
  if (value === undefined) return undefined;
  // The magnitude of the least INT64 is no BIGINT, so a minus before it would not do.
  return `CAST('${value}' AS BIGINT)`;
}

export function readFloat(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/.test(trimmed)) return Number(trimmed);
  if (/^\+?inf(?:inity)?$/.test(trimmed)) return Number.POSITIVE_INFINITY;
  if (/^-inf(?:inity)?$/.test(trimmed)) return Number.NEGATIVE_INFINITY;
  return /^[+-]?nan$/.test(trimmed) ? Number.NaN : undefined;
}

export function floatLiteral(text: string): string | undefined {
  const value = readFloat(text);
  return value === undefined ? undefined : `CAST('${value}' AS DOUBLE)`;
}

/** At most 29 digits before the point and 9 behind it; more behind it round half away from zero. */
export function readNumeric(text: string): string | undefined {
  const match = DECIMAL.exec(text.trim());
  if (!match || `${match[2]}${match[3] ?? ''}` === '') return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  // How many of the digits are units of 1e-9, and which one decides the rounding.
  const kept = whole.length + Number(exponent) + 9;
  if (kept > 60) return /^0*$/.test(digits) ? '0' : undefined;
  const padded = kept < 0 ? '' : digits.padEnd(kept, '0');
  let units = BigInt(padded.slice(0, Math.max(kept, 0)) || '0');
  if (kept >= 0 && (padded[kept] ?? '0') >= '5') units += 1n;
  if (units >= 10n ** 38n) return undefined;
  const text38 = units.toString().padStart(10, '0');
  return `${sign === '-' && units !== 0n ? '-' : ''}${text38.slice(0, -9)}.${text38.slice(-9)}`;
}

export function numericLiteral(text: string): string | undefined {
  const value = readNumeric(text);
  return value === undefined ? undefined : `CAST('${value}' AS DECIMAL(38,9))`;
}
