-- One expression or query a line; NULL in lists, arrays, groups and orders; operators#in_operators
-- https://cloud.google.com/bigquery/docs/reference/standard-sql/
SELECT x IN UNNEST(['a', NULL]) a, x NOT IN UNNEST(['b', NULL]) b, x NOT IN UNNEST(['b']) c, x NOT IN UNNEST(CAST(NULL AS ARRAY<STRING>)) d FROM UNNEST(['a', NULL, 'z']) x WITH OFFSET o ORDER BY o
SELECT x IN UNNEST([STRUCT('a' AS k, 1 AS v)]) a FROM UNNEST([STRUCT('a' AS k, 1 AS v), STRUCT('a' AS k, 2 AS v)]) x WITH OFFSET o ORDER BY o
('a', 1) IN UNNEST([STRUCT('a' AS k, 1 AS v), STRUCT('b' AS k, 2 AS v)])
('a', CAST(NULL AS INT64)) IN UNNEST([STRUCT('a' AS k, 1 AS v), STRUCT('b' AS k, 2 AS v)])
STRUCT('a' AS x, 'b' AS y) IN (SELECT AS STRUCT 'a' AS k, 'b' AS l)
STRUCT('a', 'b') IN (SELECT STRUCT('a', 'b'))
1 IN UNNEST([1.0, 2.0])
1 IN (SELECT 1.0)
EXISTS(SELECT 1 FROM UNNEST(['a', NULL]) k WHERE k = 'a')
EXISTS(SELECT NULL)
NOT EXISTS(SELECT 1 FROM UNNEST([1]) x WHERE x = 2)
SELECT k, COUNT(*) c, COUNT(k) d, COUNT(DISTINCT k) e FROM UNNEST(['a', NULL, NULL, 'a']) k GROUP BY k ORDER BY k
SELECT k FROM UNNEST(['a', NULL, 'b']) k ORDER BY k NULLS LAST
SELECT k FROM UNNEST(['a', NULL, 'b']) k ORDER BY k DESC NULLS FIRST
SELECT k FROM UNNEST(['a', 'B', 'b', 'A', 'é', 'z', '😀', '\uffee']) k ORDER BY k
SELECT MAX(k) m, MIN(k) n FROM UNNEST(['a', 'B', '😀', '\uffee']) k
SELECT AVG(x) s FROM UNNEST([1.5, 2.5]) x
SELECT x IN UNNEST([STRUCT('a' AS k, 1 AS v)]) a FROM UNNEST([STRUCT('a' AS k, 1 AS v), STRUCT('a' AS k, 2 AS v)]) x WITH OFFSET o ORDER BY o
('a', 1) IN UNNEST([STRUCT('a' AS k, 1 AS v), STRUCT('b' AS k, 2 AS v)])
('a', CAST(NULL AS INT64)) IN UNNEST([STRUCT('a' AS k, 1 AS v), STRUCT('b' AS k, 2 AS v)])
('c', CAST(NULL AS INT64)) IN UNNEST([STRUCT('a' AS k, 1 AS v), STRUCT('b' AS k, 2 AS v)])
('a', 1) NOT IN UNNEST([STRUCT('a' AS k, NULL AS v), STRUCT('b' AS k, 2 AS v)])
('a', 1) IN UNNEST(CAST([] AS ARRAY<STRUCT<STRING, INT64>>))
('a', 1) IN UNNEST(CAST(NULL AS ARRAY<STRUCT<STRING, INT64>>))
CAST(NULL AS STRUCT<STRING, INT64>) IN UNNEST([('a', 1)])
CAST(NULL AS STRUCT<STRING, INT64>) IN UNNEST(CAST([] AS ARRAY<STRUCT<STRING, INT64>>))
STRUCT('a' AS x, 'b' AS y) IN (SELECT AS STRUCT 'a' AS k, 'b' AS l)
STRUCT('a', 'b') IN (SELECT STRUCT('a', 'b'))
SELECT x FROM UNNEST(['a','b',NULL]) x WITH OFFSET o WHERE (x, 1) IN (SELECT STRUCT(y, 1) FROM UNNEST(['a', 'c']) y) ORDER BY o
SELECT x FROM UNNEST(['a','b',NULL]) x WITH OFFSET o WHERE STRUCT(x, o) NOT IN UNNEST([STRUCT('a', 0), ('b', 0)]) ORDER BY o
