/** What the translator gives the service for one GoogleSQL statement. */
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

export type StatementType =
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
   * partition column (or the hidden partition time) and constants: what prunes. Absent: nothing prunes.
   */
  pruning?: string;
}

export interface TranslatedStatement {
  statementType: StatementType;
  /**
   * DuckDB SQL, with the parameters inlined as DuckDB literals or bound by name (`$name`) from `binds`.
   * DML: a plain DELETE/UPDATE/INSERT over `target.duckName`. SELECT: one SELECT.
   */
  sql: string;
  /** DuckDB values by name. */
  binds: Record<string, unknown>;
  /** The table changed, created or dropped. */
  target?: TableReference;
  /** Of DELETE and UPDATE: the DuckDB condition that says which rows change (for the streaming buffer and for billing). */
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
    orReplace: boolean;
    ifNotExists: boolean;
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
  /** CURRENT_TIMESTAMP(), milliseconds since the epoch. */
  now: number;
}

export type Translate = (sql: string, options: TranslateOptions) => TranslatedStatement;
