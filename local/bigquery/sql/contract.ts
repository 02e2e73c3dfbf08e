/**
 * What the translator gives the service for one GoogleSQL statement, and what it counts on.
 *
 * **Columns.** The DuckDB type of a BigQuery column is what `duckType` of `types.ts` says (`typeOfField` makes its
 * argument): TIMESTAMP is TIMESTAMPTZ, DATETIME is TIMESTAMP, JSON is JSON holding what `normaliseJson` of
 * `functions.ts` returns, NUMERIC is DECIMAL(38,9), REPEATED is a list that is never NULL and never holds NULL.
 *
 * **Connection.** Every connection runs `SET TimeZone='UTC'`; `registerFunctions` of `functions.ts` ran once on the
 * instance before any translated statement does.
 *
 * **INFORMATION_SCHEMA.** `catalog.find` answers for `{ project, dataset, table: 'INFORMATION_SCHEMA.TABLES' }` (COLUMNS,
 * PARTITIONS) with a table whose `duckName` may be a parenthesised SELECT; upper case, whatever the statement has.
 */
import type { Catalog, CatalogTable, Field, TableReference } from '../catalog.ts';

export interface ParameterType {
  type: string;
  arrayType?: ParameterType;
  structTypes?: { name?: string; type: ParameterType }[];
}

/** A query parameter of the REST API, as it came: `{name, parameterType, parameterValue}`. */
export interface QueryParameter {
  name?: string;
  parameterType: ParameterType;
  parameterValue: ParameterValue;
}

export interface ParameterValue {
  value?: string | null;
  arrayValues?: ParameterValue[];
  structValues?: Record<string, ParameterValue>;
}

type StatementType =
  | 'SELECT'
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'TRUNCATE_TABLE'
  | 'CREATE_TABLE'
  | 'CREATE_TABLE_AS_SELECT'
  | 'CREATE_VIEW'
  | 'DROP_TABLE'
  | 'DROP_VIEW';

export interface ReferencedTable {
  table: CatalogTable;
  /** Top-level columns that the statement reads of it, in the table's spelling; they are what is billed. */
  columns: string[];
  /**
   * DuckDB condition over one row of the table that is implied by the statement's own filter, names only the
   * partition column (or the hidden partition time), unqualified, and constants: what prunes. Of a shard of a wildcard
   * table it also has what the statement asks of `_TABLE_SUFFIX`, with the shard's suffix as a constant. Absent:
   * nothing prunes.
   */
  pruning?: string;
}

/** How the target table is named in `targetCondition`: `SELECT count(*) FROM <duckName> AS "target" WHERE <condition>`. */
export const TARGET_ALIAS = '"target"';

export interface TranslatedStatement {
  statementType: StatementType;
  /**
   * DuckDB SQL, with the parameters inlined as DuckDB literals or bound by name (`$name`) from `binds`.
   * DML: a plain DELETE/UPDATE/INSERT over `target.duckName`. SELECT: one SELECT. TRUNCATE: a DELETE of all rows.
   * CREATE TABLE AS SELECT: the SELECT, whose columns are `fields`; the service creates the table and inserts.
   * Other DDL: empty.
   */
  sql: string;
  /** DuckDB values by name: lists of strings (`listValue`), cast to their type in the SQL. */
  binds: Record<string, unknown>;
  /** The table changed, created or dropped. */
  target?: TableReference;
  /**
   * Of DELETE, UPDATE and TRUNCATE: the DuckDB condition that says which rows change (for the streaming buffer and for
   * billing). It names the table `TARGET_ALIAS` and may need `binds`.
   */
  targetCondition?: string;
  referenced: ReferencedTable[];
  /** SELECT and CREATE TABLE AS: names and types of the result. */
  fields: Field[];
  /** CREATE TABLE: the table to make; CREATE VIEW: its query. OR REPLACE / IF [NOT] EXISTS as written. */
  create?: {
    fields?: Field[];
    partitioning?: CatalogTable['partitioning'];
    clustering?: string[];
    viewQuery?: string;
    /** By column name. */
    columnDescriptions?: Record<string, string>;
    orReplace: boolean;
    ifNotExists: boolean;
    /** By lower-case name; `expiration_timestamp` in milliseconds since the epoch, `labels` an object, NULL is null. */
    options: Record<string, unknown>;
  };
  ifExists?: boolean;
}

/** An error that BigQuery itself would give: rendered with this reason and HTTP 400 (or 404 for notFound). */
export class SqlError extends Error {
  readonly reason: 'invalidQuery' | 'notFound' | 'invalid';
  constructor(reason: SqlError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Valid GoogleSQL, perhaps, but outside of what the stand-in supports. Rendered as 501 notImplemented: it fails
 * loudly, never silently differently.
 */
export class UnsupportedSql extends Error {}

export interface TranslateOptions {
  parameters: QueryParameter[];
  catalog: Catalog;
  /** For names without a project or dataset. */
  defaultProject: string;
  defaultDataset?: string;
  /** Where the job runs, for the text of `notFound`; absent: `US`. */
  location?: string;
  /** CURRENT_TIMESTAMP(), milliseconds since the epoch. */
  now: number;
}

export type Translate = (sql: string, options: TranslateOptions) => TranslatedStatement;
