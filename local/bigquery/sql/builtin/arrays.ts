/** https://cloud.google.com/bigquery/docs/reference/standard-sql/array_functions */
import { define } from './define.ts';

export const ARRAY_FUNCTIONS = define([
  ['ARRAY_LENGTH', 'ARRAY<T> -> INT64', 'CAST(len($1) AS BIGINT)'],
  ['ARRAY_REVERSE', 'ARRAY<T> -> ARRAY<T>', 'list_reverse($1)'],
  [
    'ARRAY_CONCAT',
    'ARRAY<T>, ARRAY<T>... -> ARRAY<T>',
    'CASE WHEN list_contains(list_transform([$*], lambda l: l IS NULL), TRUE) THEN NULL ELSE flatten([$*]) END',
  ],
  [
    'ARRAY_TO_STRING',
    'ARRAY<STRING>, STRING -> STRING',
    // DuckDB's leaves NULL elements out too, but says NULL of an empty list.
    "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN coalesce(array_to_string($1, $2), '') END",
    'ARRAY<STRING>, STRING, STRING -> STRING',
    "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN coalesce(array_to_string(list_transform($1, lambda e: coalesce(e, $3)), $2), '') END",
  ],
  [
    'GENERATE_ARRAY',
    'INT64, INT64 -> ARRAY<INT64>',
    'CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN generate_series($1, $2) END',
    'INT64, INT64, INT64 -> ARRAY<INT64>',
    "CASE WHEN $3 = 0 THEN CAST(bq_error('Sequence step cannot be 0.') AS BIGINT[]) WHEN $1 IS NOT NULL AND $2 IS NOT NULL AND $3 IS NOT NULL THEN generate_series($1, $2, $3) END",
  ],
]);
