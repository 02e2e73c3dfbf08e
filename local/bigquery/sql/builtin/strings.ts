/** https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions */
import { define } from './define.ts';

const S = 'STRING -> STRING';
const POSITIVE = (index: number, what: string) =>
  `CASE WHEN $${index} < 0 THEN CAST(bq_error('${what} cannot be negative') AS VARCHAR)`;
/** Position 0 is 1; one before the start is the start. */
const SUBSTRING = (length: string) =>
  `${length === '' ? 'CASE' : POSITIVE(3, 'Third argument in SUBSTR()')} WHEN $2 IS NOT NULL THEN substring($1, CASE WHEN $2 = 0 OR $2 < -length($1) THEN 1 ELSE $2 END${length}) END`;
const PAD = (name: string, pattern: string) =>
  `${POSITIVE(2, 'Length')} WHEN ${pattern} = '' THEN CAST(bq_error('Third argument (pad pattern) for LPAD/RPAD cannot be empty') AS VARCHAR) ELSE ${name}($1, CAST($2 AS INTEGER), ${pattern}) END`;

export const STRING_FUNCTIONS = define([
  ['LOWER', S, 'CASE WHEN strlen($1) = length($1) THEN lower($1) ELSE bq_lower($1) END'],
  ['UPPER', S, 'CASE WHEN strlen($1) = length($1) THEN upper($1) ELSE bq_upper($1) END'],
  [
    'LENGTH',
    'STRING -> INT64',
    'CAST(length($1) AS BIGINT)',
    'BYTES -> INT64',
    'CAST(octet_length($1) AS BIGINT)',
  ],
  ['CHAR_LENGTH', 'STRING -> INT64', 'CAST(length($1) AS BIGINT)'],
  ['CHARACTER_LENGTH', 'STRING -> INT64', 'CAST(length($1) AS BIGINT)'],
  [
    'BYTE_LENGTH',
    'STRING -> INT64',
    'CAST(strlen($1) AS BIGINT)',
    'BYTES -> INT64',
    'CAST(octet_length($1) AS BIGINT)',
  ],
  [
    'OCTET_LENGTH',
    'STRING -> INT64',
    'CAST(strlen($1) AS BIGINT)',
    'BYTES -> INT64',
    'CAST(octet_length($1) AS BIGINT)',
  ],
  ['CONCAT', 'STRING, STRING... -> STRING', '$|', 'BYTES, BYTES... -> BYTES', '$|'],
  ['STARTS_WITH', 'STRING, STRING -> BOOL', 'starts_with($1, $2)'],
  ['ENDS_WITH', 'STRING, STRING -> BOOL', 'ends_with($1, $2)'],
  ['REPLACE', 'STRING, STRING, STRING -> STRING', "CASE WHEN $2 = '' THEN $1 ELSE replace($1, $2, $3) END"],
  [
    'REPEAT',
    'STRING, INT64 -> STRING',
    `${POSITIVE(2, 'Second argument (repeat count) for REPEAT')} ELSE repeat($1, $2) END`,
  ],
  ['REVERSE', S, 'bq_reverse($1)'],
  ['STRPOS', 'STRING, STRING -> INT64', 'CAST(strpos($1, $2) AS BIGINT)'],
  ['SUBSTR', 'STRING, INT64 -> STRING', SUBSTRING(''), 'STRING, INT64, INT64 -> STRING', SUBSTRING(', $3')],
  [
    'SUBSTRING',
    'STRING, INT64 -> STRING',
    SUBSTRING(''),
    'STRING, INT64, INT64 -> STRING',
    SUBSTRING(', $3'),
  ],
  [
    'LEFT',
    'STRING, INT64 -> STRING',
    `${POSITIVE(2, 'Second argument in LEFT()')} ELSE substring($1, 1, $2) END`,
  ],
  [
    'RIGHT',
    'STRING, INT64 -> STRING',
    `${POSITIVE(2, 'Length')} ELSE substring($1, greatest(length($1) - $2, 0) + 1) END`,
  ],
  [
    'LPAD',
    'STRING, INT64 -> STRING',
    PAD('lpad', "' '"),
    'STRING, INT64, STRING -> STRING',
    PAD('lpad', '$3'),
  ],
  [
    'RPAD',
    'STRING, INT64 -> STRING',
    PAD('rpad', "' '"),
    'STRING, INT64, STRING -> STRING',
    PAD('rpad', '$3'),
  ],
  ['TRIM', S, 'bq_trim($1, TRUE, TRUE)', 'STRING, STRING -> STRING', 'trim($1, $2)'],
  ['LTRIM', S, 'bq_trim($1, TRUE, FALSE)', 'STRING, STRING -> STRING', 'ltrim($1, $2)'],
  ['RTRIM', S, 'bq_trim($1, FALSE, TRUE)', 'STRING, STRING -> STRING', 'rtrim($1, $2)'],
  [
    'ASCII',
    'STRING -> INT64',
    "CASE WHEN strlen($1) <> length($1) THEN CAST(bq_error('Argument to ASCII is not a structurally valid ASCII string: ''' || $1 || '''') AS BIGINT) ELSE CAST(ascii($1) AS BIGINT) END",
  ],
  [
    'UNICODE',
    'STRING -> INT64',
    "CASE WHEN $1 = '' THEN CAST(0 AS BIGINT) ELSE CAST(unicode($1) AS BIGINT) END",
  ],
  ['CHR', 'INT64 -> STRING', 'chr(CAST($1 AS INTEGER))'],
  [
    'SPLIT',
    'STRING -> ARRAY<STRING>',
    "string_split($1, ',')",
    'STRING, STRING -> ARRAY<STRING>',
    "CASE WHEN $1 = '' THEN [''] ELSE string_split($1, $2) END",
  ],
  ['NORMALIZE', S, "bq_normalize($1, 'NFC')"],
  ['TO_HEX', 'BYTES -> STRING', 'lower(hex($1))'],
  ['FROM_HEX', 'STRING -> BYTES', "from_hex(CASE WHEN length($1) % 2 = 1 THEN '0' || $1 ELSE $1 END)"],
  ['TO_BASE64', 'BYTES -> STRING', 'to_base64($1)'],
  ['FROM_BASE64', 'STRING -> BYTES', 'from_base64($1)'],
  ['SHA256', 'STRING -> BYTES', 'from_hex(sha256($1))', 'BYTES -> BYTES', 'from_hex(sha256($1))'],
  ['SHA1', 'STRING -> BYTES', 'from_hex(sha1($1))', 'BYTES -> BYTES', 'from_hex(sha1($1))'],
  ['MD5', 'STRING -> BYTES', 'from_hex(md5($1))', 'BYTES -> BYTES', 'from_hex(md5($1))'],
  ['GENERATE_UUID', '-> STRING', 'CAST(uuid() AS VARCHAR)'],
]);

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#regexp_contains: RE2 on both sides. */
export const REGEXP_FUNCTIONS = define([
  ['REGEXP_CONTAINS', 'STRING, STRING -> BOOL', 'regexp_matches($1, $2)'],
  ['REGEXP_REPLACE', 'STRING, STRING, STRING -> STRING', "regexp_replace($1, $2, $3, 'g')"],
]);
