/** What is tested of a vendor's map: tables of its shape, and what three orders about Jane do to them. */
import type { Scalar } from '../../../functions/domain/property-place.ts';
import type { Subject } from '../../../functions/domain/subject.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows of any shape
export type Row = Record<string, any>;

export interface VendorTable {
  table: string;
  /** Below ../shared/facts/schemas, without `.schema.json`. */
  schema: string;
  /** Columns that tables have in practice, and the schema file has not. */
  moreColumns?: object[];
  rows: Row[];
  /** More of `tables.insert`. Rows of a table partitioned by ingestion time go to several days. */
  resource?: object;
}

export interface VendorCase {
  vendor: string;
  /** File in maps/, without `.yaml`. */
  map: string;
  /** What stands in place of the map's SUFFIX and EVENT. */
  names?: Record<string, string>;
  tables: VendorTable[];
  /** All identifiers that Jane has. */
  subjects: Subject[];
  /** @param table its name; date shards by their full one */
  isHers(row: Row, table: string): boolean;
  erasure: { properties: string[]; erased(row: Row, table: string): Row };
  correction: { properties: Record<string, Scalar>; corrected(row: Row, table: string): Row };
}

export const BY_INGESTION_TIME = { timePartitioning: { type: 'DAY' } };
