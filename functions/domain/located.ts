/** From what locate found to what is changed: rows are attributed to requests, places are cut into chunks. */
import { type Partitioning, type PlannedTable, tableLabel } from './planned-table.ts';
import { type Subject, subjectKey } from './subject.ts';

/** One row of the locate query: how many rows carry these identifiers in this place. */
export interface LocatedRow {
  /** Identifier values found, by index into the table's identifiers; only those that a subject of the batch has. */
  values: Record<number, string>;
  /** Partition id, shard suffix, or '' where a table has neither. */
  partition: string;
  rows: number;
  /** Of edits: how many of the rows each group of edits concerns, by the group's position. */
  groups?: Record<number, number>;
}

/** A part of a table's located rows that one statement changes. */
export interface Chunk {
  /** Of a sharded table: the shard's suffix. A wildcard cannot be the target of DML. */
  shard?: string;
  /** Of a sharded table: indices of the identifiers found in this shard. An older shard may lack the other columns. */
  identifiers?: number[];
  /** Of edits in a sharded table: the groups that were found in this shard. */
  groups?: number[];
  /** Of a partitioned table: the located partitions. */
  partitions?: string[];
}

/** https://cloud.google.com/bigquery/quotas#partitioned_tables: partitions modified by one job. */
export const PARTITIONS_PER_STATEMENT_MAX = 4_000;

/**
 * https://cloud.google.com/bigquery/quotas#query_jobs: the text of a query may have 1 MB. A partition without neighbours
 * takes a condition of its own, which names the column twice beside so many bytes of literals and operators.
 */
const STATEMENT_BYTES_MAX = 900_000;
const CONDITION_BYTES = 120;

/** Rows that BigQuery still buffers fail any statement that would touch them, so they are never mixed with others. */
const BUFFERED_PARTITION = '__UNPARTITIONED__';

/** `project.dataset.table` that a chunk's statement changes. */
export function chunkTarget(table: PlannedTable, chunk: Chunk): string {
  const label = tableLabel(table.name);
  return table.name.isSharded ? label.slice(0, -1) + (chunk.shard ?? '') : label;
}

export function chunksOf(table: PlannedTable, located: readonly LocatedRow[]): Chunk[] {
  const places = [...new Set(located.map(({ partition }) => partition))].sort();
  if (places.length === 0) return [];
  if (table.name.isSharded) return shardChunks(places, located);
  if (table.partitioning === undefined) return [{}];
  const chunks: Chunk[] = [];
  const settled = places.filter((place) => place !== BUFFERED_PARTITION);
  const most = partitionsPerStatement(table.partitioning);
  for (let at = 0; at < settled.length; at += most) {
    chunks.push({ partitions: settled.slice(at, at + most) });
  }
  if (places.includes(BUFFERED_PARTITION)) chunks.push({ partitions: [BUFFERED_PARTITION] });
  return chunks;
}

/** Rows without an ingestion time yet: they get one, and with it a partition, when they leave the streaming buffer. */
export function bufferedRows(table: PlannedTable, located: readonly LocatedRow[]): LocatedRow[] {
  if (table.partitioning?.kind !== 'ingestion_time') return [];
  return located.filter(({ partition }) => partition === BUFFERED_PARTITION);
}

function partitionsPerStatement(partitioning: Partitioning): number {
  const column = partitioning.kind === 'ingestion_time' ? '' : partitioning.column;
  const bytes = CONDITION_BYTES + 2 * new TextEncoder().encode(column).length;
  return Math.min(PARTITIONS_PER_STATEMENT_MAX, Math.floor(STATEMENT_BYTES_MAX / bytes));
}

function shardChunks(places: readonly string[], located: readonly LocatedRow[]): Chunk[] {
  return places.map((shard) => {
    const here = located.filter(({ partition }) => partition === shard);
    const groups = positions(here.map((row) => row.groups ?? {}));
    return {
      shard,
      identifiers: positions(here.map(({ values }) => values)),
      ...(groups.length > 0 && { groups }),
    };
  });
}

/** All keys, ascending. */
function positions(records: readonly Record<number, unknown>[]): number[] {
  return [...new Set(records.flatMap((record) => Object.keys(record).map(Number)))].sort((a, b) => a - b);
}

/**
 * How many located rows are each request's. A row that two requests ask for counts for both; a row that carries two
 * identifiers of one request counts for it once.
 * @param groups of edits, by request: of a located row only what the request's own group concerns counts
 */
export function rowsByRequest(
  table: PlannedTable,
  located: readonly LocatedRow[],
  requests: readonly { subjects: readonly Subject[] }[],
  groups?: readonly number[],
): number[] {
  const owners = new Map<string, number[]>();
  requests.forEach(({ subjects }, index) => {
    for (const subject of subjects) {
      const key = subjectKey(subject);
      owners.set(key, [...(owners.get(key) ?? []), index]);
    }
  });
  const counts = requests.map(() => 0);
  for (const { values, rows, groups: concerned = {} } of located) {
    const found = Object.entries(values).flatMap(([index, value]) => {
      const type = table.identifiers[Number(index)]?.type;
      return type === undefined ? [] : (owners.get(subjectKey({ type, value })) ?? []);
    });
    for (const owner of new Set(found)) {
      const own = groups === undefined ? rows : (concerned[groups[owner] ?? -1] ?? 0);
      counts[owner] = (counts[owner] ?? 0) + own;
    }
  }
  return counts;
}
