/** What one statement's translation gathers on its way. */
import type { CatalogTable } from '../catalog.ts';
import type { ReferencedTable, TranslateOptions } from './contract.ts';
import type { Value } from './value.ts';

export interface Translation {
  options: TranslateOptions;
  binds: Record<string, unknown>;
  /** A name that nothing else in the statement has. */
  unique(prefix: string): string;
  /** Names of the views whose queries are being translated, to find a view of itself. */
  viewStack: string[];
  /** Where names without a dataset are looked for; a view's query has none. */
  defaults: { project: string; dataset: string | undefined };
  /** Parameters by their lower-case name or their position, once bound. */
  parameters: Map<string, Value>;
  /** Reads of partitioned tables that want a filter: checked when the filter is known. */
  reads: TableRead[];
}

/** One mention of a table in a FROM clause. */
export interface TableRead {
  table: CatalogTable;
  referenced: ReferencedTable;
  /** The alias in the generated SQL, quoted. */
  sqlAlias: string;
  /** Partition predicates found so far. */
  pruning: string[];
  suffix?: string;
}

export function newTranslation(options: TranslateOptions): Translation {
  let count = 0;
  return {
    options,
    binds: {},
    unique: (prefix) => `${prefix}${++count}`,
    viewStack: [],
    defaults: { project: options.defaultProject, dataset: options.defaultDataset },
    parameters: new Map(),
    reads: [],
  };
}
