import type { Type } from './types.ts';

/** One column of a query. */
export interface OutputColumn {
  /** Absent: BigQuery gives it none, or one like `f0_` at the top. */
  name: string | undefined;
  type: Type;
  /** Its DuckDB name, unique in the query, not quoted. */
  sqlName: string;
}

export interface QueryResult {
  sql: string;
  columns: OutputColumn[];
  /** `SELECT AS STRUCT` and `SELECT AS VALUE`: one column, and each row is its value. */
  isValueTable: boolean;
  /** Where asked for: what orders the rows, over the columns of a relation called `"$q"`. */
  order?: string;
}
