/**
 * FLOAT64 arithmetic that fails where the result of finite numbers is not finite, as BigQuery's does.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions
 */
import { floatText } from './float-text.ts';

interface FloatFunction {
  name: string;
  run: (a: number, b: number) => number;
}

const checked = (name: string, symbol: string, compute: (a: number, b: number) => number): FloatFunction => ({
  name,
  run: (a, b) => {
    const result = compute(a, b);
    if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b))
      throw new Error(`double overflow: ${floatText(a)} ${symbol} ${floatText(b)}`);
    return result;
  },
});

function divide(a: number, b: number): number {
  if (b === 0) throw new Error(`division by zero: ${floatText(a)} / ${floatText(b)}`);
  return a / b;
}

export const FLOAT_FUNCTIONS: FloatFunction[] = [
  checked('bq_float_add', '+', (a, b) => a + b),
  checked('bq_float_subtract', '-', (a, b) => a - b),
  checked('bq_float_multiply', '*', (a, b) => a * b),
  checked('bq_float_divide', '/', divide),
  checked('bq_float_power', '^', (a, b) => a ** b),
];
