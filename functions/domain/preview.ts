/** What a request would find, change and cost, table by table. A number that nobody could ask for is null, never 0. */
import { bytesBilled, type Cost, costOf } from './cost.ts';
import type { LocatedRow } from './located.ts';

/** Ids of partitions (date shards) that are shown of a table; all are counted. */
const PARTITIONS_SHOWN_MAX = 100;

export interface TablePreview {
  table: string;
  location: string;
  /** As in a request: false when the table has no identifier of the request's types, or none of its properties. */
  searched: boolean;
  rows: number | null;
  /** Partitions or date shards that hold such rows. */
  partitions: { count: number; ids: string[] } | null;
  /** Processed by the locate, which really ran. */
  bytes_locate: number | null;
  /** Most that the change may process: the sum of the dry runs of its statements. */
  bytes_change: number | null;
  /** Of the request: locate, change and, where something is changed, the verification. */
  bytes_billed_estimate: number | null;
  estimated_cost: Cost | null;
  /** Why something could not be asked. */
  reason?: string;
  advice?: string;
}

/** What the locate of one table has told. */
export interface LocateOutcome {
  /** Of this request. */
  rows: number;
  found: readonly LocatedRow[];
  bytesProcessed: number;
  bytesBilled: number;
}

export interface Refusal {
  reason: string;
  advice?: string;
}

type Asked = Pick<TablePreview, 'table' | 'location' | 'searched'>;

const UNKNOWN = {
  rows: null,
  partitions: null,
  bytes_locate: null,
  bytes_change: null,
  bytes_billed_estimate: null,
  estimated_cost: null,
} as const;

/** There is nothing to ask, so that no statement runs. */
const NOTHING: LocateOutcome = { rows: 0, found: [], bytesProcessed: 0, bytesBilled: 0 };

export function refusedPreview(asked: Asked, refusal: Refusal): TablePreview {
  return { ...asked, ...UNKNOWN, ...refusal };
}

export function unsearchedPreview(asked: Asked, pricePerTib: number): TablePreview {
  return toPreview(asked, NOTHING, [], pricePerTib);
}

/**
 * @param changes bytes of each statement's dry run, or why they could not be asked
 * @param locates how often the request itself locates
 */
export function toPreview(
  asked: Asked,
  located: LocateOutcome,
  changes: readonly number[] | Refusal,
  pricePerTib: number,
  // Whatever is changed is located once more, to verify it.
  locates = 'reason' in changes || changes.length === 0 ? 1 : 2,
): TablePreview {
  const known = {
    ...asked,
    ...UNKNOWN,
    rows: located.rows,
    partitions: partitionsOf(located.found),
    bytes_locate: located.bytesProcessed,
  };
  if ('reason' in changes) return { ...known, ...changes };
  const billed = locates * located.bytesBilled + sum(changes.map(bytesBilled));
  return {
    ...known,
    bytes_change: sum(changes),
    bytes_billed_estimate: billed,
    estimated_cost: costOf(billed, pricePerTib),
  };
}

/** Of what is known; `complete` says whether that is everything. */
export interface PreviewTotals {
  complete: boolean;
  tables: number;
  rows: number;
  partitions: number;
  bytes_locate: number;
  bytes_change: number;
  bytes_billed_estimate: number;
  estimated_cost: Cost;
}

export function totalsOf(tables: readonly TablePreview[], pricePerTib: number): PreviewTotals {
  const total = (count: (table: TablePreview) => number | null | undefined) =>
    sum(tables.map((table) => count(table) ?? 0));
  const billed = total((table) => table.bytes_billed_estimate);
  return {
    complete: tables.every(({ reason }) => reason === undefined),
    tables: tables.length,
    rows: total(({ rows }) => rows),
    partitions: total(({ partitions }) => partitions?.count),
    bytes_locate: total((table) => table.bytes_locate),
    bytes_change: total((table) => table.bytes_change),
    bytes_billed_estimate: billed,
    estimated_cost: costOf(billed, pricePerTib),
  };
}

function partitionsOf(found: readonly LocatedRow[]): { count: number; ids: string[] } {
  // A table without partitions has one nameless place.
  const ids = [...new Set(found.map(({ partition }) => partition))].filter((id) => id !== '').sort();
  return { count: ids.length, ids: ids.slice(0, PARTITIONS_SHOWN_MAX) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
