/** https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions */
import { define } from './define.ts';

const F = 'FLOAT64 -> FLOAT64';
const I = 'INT64 -> INT64';
const N = 'NUMERIC -> NUMERIC';
const NO_ZERO = (what: string, type: string) =>
  `CASE WHEN $2 = 0 THEN CAST(bq_error('division by zero: ' || $1 || ' ${what} ' || $2) AS ${type})`;

export const NUMBER_FUNCTIONS = define([
  ['ABS', I, 'abs($1)', N, 'abs($1)', F, 'abs($1)'],
  ['SIGN', I, 'CAST(sign($1) AS BIGINT)', F, 'CAST(sign($1) AS DOUBLE)'],
  ['DIV', 'INT64, INT64 -> INT64', `${NO_ZERO('/', 'BIGINT')} ELSE $1 // $2 END`],
  ['MOD', 'INT64, INT64 -> INT64', `${NO_ZERO('%', 'BIGINT')} ELSE $1 % $2 END`],
  ['CEIL', F, 'ceil($1)'],
  ['CEILING', F, 'ceil($1)'],
  ['FLOOR', F, 'floor($1)'],
  [
    'ROUND',
    N,
    'CAST(round($1) AS DECIMAL(38,9))',
    F,
    'round($1)',
    'FLOAT64, INT64 -> FLOAT64',
    'round($1, CAST($2 AS INTEGER))',
  ],
  ['TRUNC', F, 'trunc($1)'],
  [
    'SQRT',
    F,
    "CASE WHEN $1 < 0 THEN CAST(bq_error('Argument to SQRT cannot be negative') AS DOUBLE) ELSE sqrt($1) END",
  ],
  [
    'EXP',
    F,
    "CASE WHEN isinf(exp($1)) AND NOT isinf($1) THEN CAST(bq_error('Floating point error in function: EXP(' || bq_float_text($1) || ')') AS DOUBLE) ELSE exp($1) END",
  ],
  [
    'LN',
    F,
    "CASE WHEN $1 <= 0 THEN CAST(bq_error('LN of a number that is not positive') AS DOUBLE) ELSE ln($1) END",
  ],
  ['POW', 'FLOAT64, FLOAT64 -> FLOAT64', 'bq_float_power($1, $2)'],
  ['POWER', 'FLOAT64, FLOAT64 -> FLOAT64', 'bq_float_power($1, $2)'],
  ['IS_NAN', 'FLOAT64 -> BOOL', 'isnan($1)'],
  ['IS_INF', 'FLOAT64 -> BOOL', 'isinf($1)'],
  ['RAND', '-> FLOAT64', 'random()'],
  ['SAFE_DIVIDE', 'FLOAT64, FLOAT64 -> FLOAT64', 'TRY(bq_float_divide($1, $2))'],
  ['IEEE_DIVIDE', 'FLOAT64, FLOAT64 -> FLOAT64', '($1 / $2)'],
  ['SAFE_ADD', 'INT64, INT64 -> INT64', 'TRY($1 + $2)'],
  ['SAFE_SUBTRACT', 'INT64, INT64 -> INT64', 'TRY($1 - $2)'],
  ['SAFE_MULTIPLY', 'INT64, INT64 -> INT64', 'TRY($1 * $2)'],
  ['SAFE_NEGATE', I, 'TRY(-$1)'],
  ['BIT_COUNT', 'INT64 -> INT64', 'CAST(bit_count($1) AS BIGINT)'],
]);
