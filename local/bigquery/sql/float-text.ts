/** FLOAT64 as BigQuery prints it in SQL: C's `%.15g`, or `%.17g` where fifteen digits are not enough. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return '0';
  const precision = Number(value.toPrecision(15)) === value ? 15 : 17;
  return print(value.toExponential(precision - 1), precision);
}

/** A number in JSON: as few digits as tell it from every other FLOAT64, and the mark of one. */
export function jsonFloatText(value: number): string {
  const text = value === 0 ? '0' : print(value.toExponential(), 15);
  const plain = /^-?\d+$/.test(text) ? `${text}.0` : text;
  return Object.is(value, -0) ? `-${plain}` : plain;
}

/** @param exponential what `toExponential` says */
function print(exponential: string, precision: number): string {
  const [, sign = '', first = '', rest = '', exponentText = '0'] =
    /^(-?)(\d)(?:\.(\d+))?e(.*)$/.exec(exponential) ?? [];
  const exponent = Number(exponentText);
  const digits = (first + rest).replace(/0+$/, '');
  if (exponent < -4 || exponent >= precision) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${first}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}${digits.length > exponent + 1 ? `.${digits.slice(exponent + 1)}` : ''}`;
}
