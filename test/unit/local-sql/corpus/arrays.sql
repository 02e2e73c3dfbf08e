-- One expression or query a line; many are the examples of Google's pages: array_functions
-- https://cloud.google.com/bigquery/docs/reference/standard-sql/
[1.0, 0.1, 1e20, 1e-7, 1e15, 1e16,1e17, 100000.0]
GENERATE_ARRAY(1, 5)
GENERATE_ARRAY(10, 0, -3)
GENERATE_ARRAY(4, 4, 10)
GENERATE_ARRAY(10, 0, 3)
GENERATE_ARRAY(5, NULL, 1)
GENERATE_ARRAY(1, 5, 0)
ARRAY_LENGTH([1,NULL])
ARRAY_LENGTH(CAST(NULL AS ARRAY<INT64>))
ARRAY_CONCAT([1],[2,3],[])
ARRAY_REVERSE([1,2,3])
[1,2,3][OFFSET(0)]
[1,2,3][ORDINAL(3)]
[1,2,3][SAFE_ORDINAL(0)]
[1,2,3][SAFE_OFFSET(-1)]
[1,2,3][OFFSET(-1)]
[1] || [2]
