/** Rows and logical bytes of each partition and column, kept until the partition changes: what billing and tables.get ask for. */
import { type TableRecord, tableName } from './catalog-store.ts';
import { quoteText, type Session } from './database.ts';
import { partitionId } from './partitions.ts';
import { columnBytes } from './sizes.ts';

export interface PartitionStats {
  rows: number;
  /** In the order of the table's fields. */
  bytes: number[];
}

interface Entry {
  /** Changes with every change of the table: what was computed across one is not kept. */
  version: number;
  partitions: Map<string, PartitionStats>;
  /** Partitions to compute anew. */
  stale: Set<string> | 'all';
}

export class TableStats {
  readonly #entries = new Map<string, Entry>();

  /** @param partitions which have changed; absent: all may have */
  invalidate(table: TableRecord, partitions?: Iterable<string>): void {
    const entry = this.#entries.get(tableName(table));
    if (entry === undefined) return;
    entry.version += 1;
    if (partitions === undefined) entry.stale = 'all';
    else if (entry.stale !== 'all') for (const id of partitions) entry.stale.add(id);
  }

  async of(session: Session, table: TableRecord): Promise<ReadonlyMap<string, PartitionStats>> {
    const name = tableName(table);
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = { version: 0, partitions: new Map(), stale: 'all' };
      this.#entries.set(name, entry);
    }
    if (entry.stale !== 'all' && entry.stale.size === 0) return entry.partitions;
    const { version, stale } = entry;
    const partitions = stale === 'all' ? new Map<string, PartitionStats>() : new Map(entry.partitions);
    if (stale !== 'all') for (const id of stale) partitions.delete(id);
    for (const [id, stats] of await compute(session, table, stale)) partitions.set(id, stats);
    if (entry.version === version) {
      entry.partitions = partitions;
      entry.stale = new Set();
    }
    return partitions;
  }
}

async function compute(
  session: Session,
  table: TableRecord,
  only: Set<string> | 'all',
): Promise<[string, PartitionStats][]> {
  const id = partitionId(table);
  const sums = table.fields.map((field) => `CAST(coalesce(sum(${columnBytes(field)}), 0) AS DOUBLE)`);
  const where = only === 'all' ? '' : ` WHERE ${id} IN (${[...only].map(quoteText).join(', ')})`;
  const result = await session.run(
    `SELECT ${[id, 'CAST(count(*) AS DOUBLE)', ...sums].join(', ')} FROM ${table.duckName}${where} GROUP BY 1`,
  );
  const rows = (await result.getRows()) as [string, number, ...number[]][];
  return rows.map(([partition, count, ...bytes]) => [partition, { rows: count, bytes }]);
}

export function totalOf(partitions: Iterable<PartitionStats>): { rows: number; bytes: number } {
  const total = { rows: 0, bytes: 0 };
  for (const { rows, bytes } of partitions) {
    total.rows += rows;
    total.bytes += bytes.reduce((sum, one) => sum + one, 0);
  }
  return total;
}
