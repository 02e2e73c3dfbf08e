/** Rows, and what named-property deletions and corrections do to them: the shapes that `functions/sql` may emit. */
import type { QueryParameter } from '../../../local/bigquery/sql/contract.ts';
import { pairs } from './parameter-literal.ts';
import { scalar, strings } from './stand-in.ts';

export interface Updates {
  name: string;
  /** A query; its first column is the key. */
  rows: string;
  parameters: QueryParameter[];
  statements: string[];
}

const IDS = strings('ids', ['u1', 'u3', 'nobody']);

export const UPDATES: Updates[] = [
  {
    name: 'scalar columns',
    rows: `SELECT 'u1' AS id, 'a@x' AS email, 5 AS age, 1.5 AS score, DATE '2026-01-01' AS day, TRUE AS ok, b'x' AS raw,
        NUMERIC '1.50' AS amount, TIMESTAMP '2026-01-01 10:00:00' AS seen, DATETIME '2026-01-01 10:00:00' AS local
      UNION ALL SELECT 'u2', 'b@x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      UNION ALL SELECT 'u3', NULL, 7, 0.0, DATE '2026-01-02', FALSE, b'', NUMERIC '0', TIMESTAMP '2026-01-02', NULL`,
    parameters: [
      IDS,
      strings('other', ['u2', null]),
      scalar('email', 'STRING', 'new@x'),
      scalar('age', 'INT64', '9'),
    ],
    statements: [
      'UPDATE t SET email = NULL WHERE id IN UNNEST(@ids)',
      'UPDATE t SET email = NULL, age = NULL, score = NULL, day = NULL, ok = NULL, raw = NULL, amount = NULL, seen = NULL, local = NULL WHERE id IN UNNEST(@ids)',
      'UPDATE t SET email = @email, age = @age WHERE id IN UNNEST(@ids)',
      'UPDATE t SET score = @age, amount = @age WHERE id IN UNNEST(@ids)',
      "UPDATE t SET day = '2026-05-05', seen = '2026-05-05 01:02:03', local = '2026-05-05T01:02:03' WHERE id IN UNNEST(@ids)",
      'UPDATE t SET age = @email WHERE TRUE',
      "UPDATE t SET age = '5' WHERE TRUE",
      'UPDATE t SET age = 1.5 WHERE TRUE',
      'UPDATE t SET email = IF(id IN UNNEST(@ids), NULL, email) WHERE id IN UNNEST(@ids) OR id IN UNNEST(@other)',
      'UPDATE t SET email = IF(id IN UNNEST(@ids), NULL, email), age = IF(id IN UNNEST(@other), NULL, age) WHERE TRUE',
      'UPDATE t SET email = CASE WHEN id IN UNNEST(@ids) THEN @email WHEN id IN UNNEST(@other) THEN NULL ELSE email END WHERE TRUE',
      'UPDATE t SET email = NULL WHERE id NOT IN UNNEST(@other)',
      'UPDATE t SET email = NULL WHERE id NOT IN UNNEST(@ids) AND day IS NULL',
      "UPDATE t SET email = id, age = age + 1 WHERE day BETWEEN DATE '2026-01-01' AND DATE '2026-01-31'",
      'UPDATE t AS x SET x.email = NULL WHERE x.id IN UNNEST(@ids)',
      'UPDATE t SET email = TO_HEX(SHA256(email)) WHERE id IN UNNEST(@ids)',
      'UPDATE t SET email = NULL, email = NULL WHERE TRUE',
      'UPDATE t SET nothing = NULL WHERE TRUE',
      'UPDATE t SET email = NULL WHERE FALSE',
      'UPDATE t SET email = NULL',
    ],
  },
  {
    name: 'fields of structs',
    rows: `SELECT 'u1' AS id, STRUCT('a' AS f, STRUCT('b' AS f, 2 AS g) AS t, 'c' AS h) AS s
      UNION ALL SELECT 'u2', STRUCT('d', STRUCT('e', 3), NULL)
      UNION ALL SELECT 'u3', STRUCT(NULL, STRUCT('h', NULL), 'i')`,
    parameters: [IDS, scalar('new', 'STRING', 'new')],
    statements: [
      'UPDATE t SET s.f = NULL WHERE id IN UNNEST(@ids)',
      'UPDATE t SET s.t.f = NULL WHERE id IN UNNEST(@ids)',
      'UPDATE t SET s.t.f = @new, s.h = NULL WHERE id IN UNNEST(@ids)',
      'UPDATE t SET s.t = NULL WHERE id IN UNNEST(@ids)',
      'UPDATE t SET s = NULL WHERE id IN UNNEST(@ids)',
      "UPDATE t SET s.t = STRUCT('z' AS f, 1 AS g) WHERE id IN UNNEST(@ids)",
      'UPDATE t SET s.f = NULL, s.t.g = NULL, s.t.f = s.f WHERE id IN UNNEST(@ids)',
      'UPDATE t SET s.f = IF(id IN UNNEST(@ids), NULL, s.f) WHERE TRUE',
      'UPDATE t SET s = NULL, s.f = NULL WHERE TRUE',
      'UPDATE t SET s.f = NULL, s.f = NULL WHERE TRUE',
      'UPDATE t SET s.nothing = NULL WHERE TRUE',
      'UPDATE t SET s.f.x = NULL WHERE TRUE',
      'UPDATE t SET s.f = NULL WHERE s.f = @new',
    ],
  },
  {
    name: 'fields of structs that are NULL',
    rows: "SELECT 'u1' AS id, CAST(NULL AS STRUCT<f STRING, t STRUCT<f STRING>>) AS s UNION ALL SELECT 'u2', STRUCT<f STRING, t STRUCT<f STRING>>('d', NULL)",
    parameters: [IDS],
    statements: [
      'UPDATE t SET s.f = NULL WHERE id IN UNNEST(@ids)',
      "UPDATE t SET s.t.f = NULL WHERE id = 'u2'",
      'UPDATE t SET s.f = NULL WHERE id IN UNNEST(@ids) AND s IS NOT NULL',
    ],
  },
  {
    name: 'JSON columns',
    rows: `SELECT 'u1' AS id, JSON '{"$email":"a@x","a":{"b":1,"c":2},"n":1.50,"k":[{"x":1}]}' AS j
      UNION ALL SELECT 'u2', JSON '{"$email":"b@x"}' UNION ALL SELECT 'u3', CAST(NULL AS JSON)
      UNION ALL SELECT 'u4', JSON 'null' UNION ALL SELECT 'u5', JSON '[1]'`,
    parameters: [
      IDS,
      scalar('path', 'STRING', '$."$email"'),
      scalar('v', 'STRING', 'new "x"'),
      scalar('n', 'INT64', '9007199254740993'),
      scalar('f', 'FLOAT64', '2'),
      scalar('j', 'JSON', '{"b":[1.0]}'),
      scalar('none', 'STRING', null),
    ],
    statements: [
      `UPDATE t SET j = JSON_REMOVE(j, '$."$email"', '$.a.b') WHERE id IN UNNEST(@ids)`,
      `UPDATE t SET j = JSON_REMOVE(j, '$."$email"', '$.a.b', '$.k[0].x') WHERE TRUE`,
      'UPDATE t SET j = JSON_REMOVE(j, @path) WHERE TRUE',
      `UPDATE t SET j = JSON_REMOVE(JSON_REMOVE(j, '$.a'), '$.n') WHERE TRUE`,
      `UPDATE t SET j = JSON_SET(j, '$.a', @v) WHERE TRUE`,
      `UPDATE t SET j = JSON_SET(j, '$.a', @n, '$.x.y', @f) WHERE TRUE`,
      `UPDATE t SET j = JSON_SET(j, '$.a', @j) WHERE TRUE`,
      `UPDATE t SET j = JSON_SET(j, '$.a', @none) WHERE TRUE`,
      `UPDATE t SET j = JSON_SET(j, '$.a', JSON 'null') WHERE id IN UNNEST(@ids)`,
      `UPDATE t SET j = IF(JSON_VALUE(j, '$.a.b') IS NULL, j, JSON_SET(j, '$.a.b', @v)) WHERE TRUE`,
      'UPDATE t SET j = NULL WHERE id IN UNNEST(@ids)',
      'UPDATE t SET j.a = NULL WHERE TRUE',
      'UPDATE t SET j = @v WHERE TRUE',
      `UPDATE t SET j = NULL WHERE JSON_VALUE(j, '$."$email"') = 'a@x'`,
      `UPDATE t SET j = JSON_REMOVE(j, id) WHERE TRUE`,
    ],
  },
  {
    name: 'strings that hold JSON',
    rows: `SELECT 'u1' AS id, '{"b": 12345678901234567890123, "email":"a@x", "a":{"x":1}}' AS s
      UNION ALL SELECT 'u2', '{"email": "b@x"}' UNION ALL SELECT 'u3', NULL`,
    parameters: [IDS, scalar('v', 'STRING', 'new')],
    statements: [
      "UPDATE t SET s = TO_JSON_STRING(JSON_REMOVE(PARSE_JSON(s, wide_number_mode=>'round'), '$.email', '$.a.x')) WHERE id IN UNNEST(@ids)",
      "UPDATE t SET s = TO_JSON_STRING(JSON_REMOVE(PARSE_JSON(s, wide_number_mode=>'round'), '$.email')) WHERE s IS NOT NULL",
      "UPDATE t SET s = TO_JSON_STRING(JSON_SET(SAFE.PARSE_JSON(s, wide_number_mode=>'round'), '$.email', @v)) WHERE s IS NOT NULL",
      "UPDATE t SET s = TO_JSON_STRING(JSON_REMOVE(PARSE_JSON(s), '$.email')) WHERE id IN UNNEST(@ids)",
      "UPDATE t SET s = IF(SAFE.PARSE_JSON(s, wide_number_mode=>'round') IS NULL, NULL, s) WHERE TRUE",
    ],
  },
  {
    name: 'arrays of keys and values',
    rows: `SELECT 'u1' AS id, [STRUCT('email' AS key, STRUCT('a@x' AS string_value, CAST(NULL AS INT64) AS int_value) AS value),
        ('page', ('/', NULL)), ('n', (NULL, 5)), (NULL, ('q', 1)), ('email', ('a2@x', NULL))] AS event_params
      UNION ALL SELECT 'u2', [('email', ('b@x', NULL))] UNION ALL SELECT 'u3', ARRAY(SELECT AS STRUCT 'k' AS key, STRUCT('s' AS string_value, 1 AS int_value) AS value FROM UNNEST([1]) WHERE FALSE)`,
    parameters: [
      IDS,
      strings('keys', ['email', 'ip']),
      strings('with_null', ['email', null]),
      pairs('new', ['key', 'value'], [['email', 'new@x']]),
    ],
    statements: [
      'UPDATE t SET event_params = ARRAY(SELECT p FROM UNNEST(event_params) AS p WITH OFFSET o WHERE p.key NOT IN UNNEST(@keys) ORDER BY o) WHERE id IN UNNEST(@ids)',
      'UPDATE t SET event_params = ARRAY(SELECT p FROM UNNEST(event_params) AS p WITH OFFSET o WHERE p.key IS NULL OR p.key NOT IN UNNEST(@keys) ORDER BY o) WHERE TRUE',
      'UPDATE t SET event_params = ARRAY(SELECT p FROM UNNEST(event_params) AS p WITH OFFSET o WHERE p.key NOT IN UNNEST(@with_null) ORDER BY o) WHERE TRUE',
      'UPDATE t SET event_params = ARRAY(SELECT AS STRUCT * FROM UNNEST(event_params) AS p WHERE p.key NOT IN UNNEST(@keys)) WHERE TRUE',
      'UPDATE t SET event_params = ARRAY(SELECT AS STRUCT p.* REPLACE (IF(p.key IN UNNEST(@keys), NULL, p.value) AS value) FROM UNNEST(event_params) AS p WITH OFFSET o ORDER BY o) WHERE TRUE',
      "UPDATE t SET event_params = ARRAY(SELECT AS STRUCT p.* REPLACE ((SELECT AS STRUCT p.value.* REPLACE (IF(p.key IN UNNEST(@keys), 'redacted', p.value.string_value) AS string_value)) AS value) FROM UNNEST(event_params) AS p WITH OFFSET o ORDER BY o) WHERE TRUE",
      'UPDATE t SET event_params = ARRAY(SELECT IF(p.key IN UNNEST(@keys), STRUCT(p.key AS key, STRUCT(CAST(NULL AS STRING) AS string_value, CAST(NULL AS INT64) AS int_value) AS value), p) FROM UNNEST(event_params) AS p WITH OFFSET o ORDER BY o) WHERE TRUE',
      'UPDATE t SET event_params = ARRAY(SELECT AS STRUCT p.* REPLACE (STRUCT(IFNULL((SELECT n.value FROM UNNEST(@new) AS n WHERE n.key = p.key), p.value.string_value) AS string_value, p.value.int_value AS int_value) AS value) FROM UNNEST(event_params) AS p WITH OFFSET o ORDER BY o) WHERE TRUE',
      "UPDATE t SET event_params = [] WHERE EXISTS(SELECT 1 FROM UNNEST(event_params) AS p WHERE p.key = 'email' AND p.value.string_value = 'a@x')",
      "UPDATE t SET event_params = IF('u1' = id, ARRAY(SELECT p FROM UNNEST(event_params) AS p WHERE p.key != 'email'), event_params) WHERE TRUE",
    ],
  },
  {
    name: 'fields inside of arrays of structs',
    rows: `SELECT 'u1' AS id, [STRUCT('a' AS f, 1 AS g, STRUCT('x' AS i, ['p', 'q'] AS l) AS h), ('b', 2, ('y', ARRAY<STRING>[]))] AS arr, ['k', 'l'] AS tags
      UNION ALL SELECT 'u2', [('c', 3, ('z', ['r']))], ['k'] UNION ALL SELECT 'u3', ARRAY(SELECT AS STRUCT 'a' AS f, 1 AS g, STRUCT('x' AS i, ['p'] AS l) AS h FROM UNNEST([1]) WHERE FALSE), ARRAY<STRING>[]`,
    parameters: [IDS, strings('tags', ['k'])],
    statements: [
      'UPDATE t SET arr = ARRAY(SELECT AS STRUCT x.* REPLACE (NULL AS f) FROM UNNEST(arr) AS x WITH OFFSET o ORDER BY o) WHERE id IN UNNEST(@ids)',
      'UPDATE t SET arr = ARRAY(SELECT AS STRUCT x.* REPLACE (CAST(NULL AS STRING) AS f) FROM UNNEST(arr) AS x WITH OFFSET o ORDER BY o) WHERE TRUE',
      'UPDATE t SET arr = ARRAY(SELECT AS STRUCT x.* REPLACE (CAST(NULL AS STRING) AS f, CAST(NULL AS INT64) AS g) FROM UNNEST(arr) AS x WITH OFFSET o ORDER BY o DESC) WHERE TRUE',
      'UPDATE t SET arr = ARRAY(SELECT AS STRUCT x.* REPLACE ((SELECT AS STRUCT x.h.* REPLACE (CAST(NULL AS STRING) AS i)) AS h) FROM UNNEST(arr) AS x WITH OFFSET o ORDER BY o) WHERE TRUE',
      "UPDATE t SET arr = ARRAY(SELECT AS STRUCT x.f, x.g, STRUCT(x.h.i AS i, ARRAY(SELECT l FROM UNNEST(x.h.l) AS l WITH OFFSET n WHERE l != 'p' ORDER BY n) AS l) AS h FROM UNNEST(arr) AS x WITH OFFSET o ORDER BY o) WHERE TRUE",
      'UPDATE t SET tags = ARRAY(SELECT g FROM UNNEST(tags) AS g WITH OFFSET o WHERE g NOT IN UNNEST(@tags) ORDER BY o) WHERE TRUE',
      'UPDATE t SET tags = [] WHERE id IN UNNEST(@ids)',
      'UPDATE t SET arr.f = NULL WHERE TRUE',
      'UPDATE t SET arr[0].f = NULL WHERE TRUE',
    ],
  },
  {
    name: 'by pairs of identifiers',
    rows: `SELECT 'u1' AS id, 'd1' AS device, 'a@x' AS email UNION ALL SELECT 'u2', 'd2', 'b@x'
      UNION ALL SELECT 'u3', NULL, 'c@x' UNION ALL SELECT 'U1', 'd1', 'd@x' UNION ALL SELECT ' u1', 'd4', 'e@x'`,
    parameters: [
      pairs(
        'pairs',
        ['id', 'device'],
        [
          ['u1', 'd1'],
          ['u3', null],
          ['u2', 'other'],
        ],
      ),
    ],
    statements: [
      'UPDATE t SET email = NULL WHERE STRUCT(id, device) IN UNNEST(@pairs)',
      'UPDATE t SET email = NULL WHERE EXISTS(SELECT 1 FROM UNNEST(@pairs) AS p WHERE p.id = t.id AND p.device = t.device)',
      'UPDATE t SET email = NULL WHERE id IN (SELECT p.id FROM UNNEST(@pairs) AS p WHERE p.device IS NULL)',
      'UPDATE t SET email = (SELECT MAX(p.device) FROM UNNEST(@pairs) AS p WHERE p.id = t.id) WHERE TRUE',
      'UPDATE t SET email = NULL WHERE LOWER(TRIM(id)) IN (SELECT id FROM UNNEST(@pairs))',
    ],
  },
];
