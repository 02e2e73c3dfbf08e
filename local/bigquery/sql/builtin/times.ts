/** Date and time functions without a date part or a format: those are in `call-times.ts`. */
import { momentText } from '../casts.ts';
import { define } from './define.ts';

const SECOND_START = (micros: string, unit: number) =>
  `((${micros} - ((${micros} % ${unit}) + ${unit}) % ${unit}) // ${unit})`;

export const TIME_FUNCTIONS = define([
  ['UNIX_MICROS', 'TIMESTAMP -> INT64', 'epoch_us($1)'],
  ['UNIX_MILLIS', 'TIMESTAMP -> INT64', SECOND_START('epoch_us($1)', 1000)],
  ['UNIX_SECONDS', 'TIMESTAMP -> INT64', SECOND_START('epoch_us($1)', 1_000_000)],
  ['UNIX_DATE', 'DATE -> INT64', "date_diff('day', DATE '1970-01-01', $1)"],
  ['DATE_FROM_UNIX_DATE', 'INT64 -> DATE', "(DATE '1970-01-01' + CAST($1 AS INTEGER))"],
  ['TIMESTAMP_MICROS', 'INT64 -> TIMESTAMP', 'make_timestamptz($1)'],
  ['TIMESTAMP_MILLIS', 'INT64 -> TIMESTAMP', 'make_timestamptz($1 * 1000)'],
  ['TIMESTAMP_SECONDS', 'INT64 -> TIMESTAMP', 'make_timestamptz($1 * 1000000)'],
  [
    'DATE',
    'TIMESTAMP -> DATE',
    'CAST(CAST($1 AS TIMESTAMP) AS DATE)',
    'DATETIME -> DATE',
    'CAST($1 AS DATE)',
    'DATE -> DATE',
    '$1',
    'TIMESTAMP, STRING -> DATE',
    'CAST(timezone($2, $1) AS DATE)',
    'INT64, INT64, INT64 -> DATE',
    'make_date($1, $2, $3)',
  ],
  [
    'DATETIME',
    'TIMESTAMP -> DATETIME',
    'CAST($1 AS TIMESTAMP)',
    'TIMESTAMP, STRING -> DATETIME',
    'timezone($2, $1)',
    'DATETIME -> DATETIME',
    '$1',
    'DATE, TIME -> DATETIME',
    '($1 + $2)',
    'INT64, INT64, INT64, INT64, INT64, INT64 -> DATETIME',
    'make_timestamp($1, $2, $3, $4, $5, CAST($6 AS DOUBLE))',
  ],
  [
    'TIMESTAMP',
    'TIMESTAMP -> TIMESTAMP',
    '$1',
    'STRING -> TIMESTAMP',
    'make_timestamptz(bq_timestamp($1))',
    'DATETIME -> TIMESTAMP',
    'CAST($1 AS TIMESTAMPTZ)',
    'DATE -> TIMESTAMP',
    'CAST($1 AS TIMESTAMPTZ)',
    'DATETIME, STRING -> TIMESTAMP',
    'timezone($2, $1)',
  ],
  [
    'TIME',
    'TIMESTAMP -> TIME',
    'CAST(CAST($1 AS TIMESTAMP) AS TIME)',
    'DATETIME -> TIME',
    'CAST($1 AS TIME)',
  ],
  [
    'STRING',
    'TIMESTAMP -> STRING',
    momentText('CAST($1 AS TIMESTAMP)', '+00'),
    'DATETIME -> STRING',
    momentText('$1', ''),
    'DATE -> STRING',
    "strftime($1, '%Y-%m-%d')",
  ],
  ['LAST_DAY', 'DATE -> DATE', 'last_day($1)'],
]);
