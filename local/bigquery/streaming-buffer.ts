/**
 * Rows that insertAll wrote stay in the streaming buffer for a while: they can be read, but not changed, and have no partition
 * time. A row's hidden `__streamed_until` says until when; the first use of the table after that takes the row out.
 * https://cloud.google.com/bigquery/docs/streaming-data-into-bigquery
 */
import type { Clock } from '../clock.ts';
import { PARTITION_TIME, STREAMED_UNTIL } from './catalog.ts';
import { type TableRecord, tableName } from './catalog-store.ts';
import type { Database, Session } from './database.ts';
import { timestamp } from './ingest.ts';
import type { KeyedLock } from './lock.ts';
import { isByIngestion } from './partitions.ts';
import { rowBytes } from './sizes.ts';
import type { StreamingBufferFacts } from './table-rendering.ts';
import type { TableStats } from './table-stats.ts';

/** "Rows that were recently streamed … the recent writes are those that occur within the last 30 minutes." */
export const BUFFER_MILLISECONDS_DEFAULT = 30 * 60 * 1000;

interface BufferOptions {
  database: Database;
  locks: KeyedLock;
  stats: TableStats;
  now: Clock;
  milliseconds: number;
}

export class StreamingBuffer {
  readonly #options: BufferOptions;
  /** When the first row of a table leaves; `undefined`: nothing is buffered. Absent: not known yet. */
  readonly #firstOut = new Map<string, number | undefined>();

  constructor(options: BufferOptions) {
    this.#options = options;
  }

  /** When a row that is written now will leave. */
  until(): number {
    return this.#options.now() + this.#options.milliseconds;
  }

  added(table: TableRecord, until: number): void {
    const name = tableName(table);
    if (this.#firstOut.has(name))
      this.#firstOut.set(name, Math.min(until, this.#firstOut.get(name) ?? Number.POSITIVE_INFINITY));
  }

  forget(table: TableRecord): void {
    this.#firstOut.delete(tableName(table));
  }

  /** Takes out whatever has been in it long enough. Never call it while holding the table's lock. */
  async drain(table: TableRecord): Promise<void> {
    if (table.kind !== 'TABLE') return;
    const first = await this.#first(table);
    if (first === undefined || first > this.#options.now()) return;
    await this.#options.locks.run(tableName(table), () => this.#drainLocked(table));
  }

  /** Whether any row of the table is in it; after `drain`. */
  async isInUse(table: TableRecord): Promise<boolean> {
    return table.kind === 'TABLE' && (await this.#first(table)) !== undefined;
  }

  async facts(session: Session, table: TableRecord): Promise<StreamingBufferFacts | undefined> {
    if (!(await this.isInUse(table))) return undefined;
    const bytes = rowBytes(table.fields);
    const [row] = await session.rows<{ n: number; b: number; first: number }>(
      `SELECT CAST(count(*) AS DOUBLE) AS n, CAST(coalesce(sum(${bytes}), 0) AS DOUBLE) AS b, CAST(epoch_ms(min(${STREAMED_UNTIL})) AS DOUBLE) AS first FROM ${table.duckName} WHERE ${STREAMED_UNTIL} IS NOT NULL`,
    );
    if (row === undefined || row.n === 0) return undefined;
    return { rows: row.n, bytes: row.b, oldest: row.first - this.#options.milliseconds };
  }

  async #first(table: TableRecord): Promise<number | undefined> {
    const name = tableName(table);
    if (!this.#firstOut.has(name)) {
      const first = await this.#options.database.read((session) => firstOut(session, table));
      if (!this.#firstOut.has(name)) this.#firstOut.set(name, first);
    }
    return this.#firstOut.get(name);
  }

  async #drainLocked(table: TableRecord): Promise<void> {
    const { database, now, stats, milliseconds } = this.#options;
    const sets = [`${STREAMED_UNTIL} = NULL`];
    const { partitioning } = table;
    if (isByIngestion(partitioning)) {
      const arrived = `${STREAMED_UNTIL} - INTERVAL ${milliseconds} MILLISECOND`;
      sets.push(`${PARTITION_TIME} = date_trunc('${partitioning.unit}', ${arrived})`);
    }
    const first = await database.transaction(async (session) => {
      await session.run(
        `UPDATE ${table.duckName} SET ${sets.join(', ')} WHERE ${STREAMED_UNTIL} <= ${timestamp(new Date(now()))}`,
      );
      return firstOut(session, table);
    });
    this.#firstOut.set(tableName(table), first);
    stats.invalidate(table);
  }
}

async function firstOut(session: Session, { duckName }: TableRecord): Promise<number | undefined> {
  const [row] = await session.rows<{ first: number | null }>(
    `SELECT CAST(epoch_ms(min(${STREAMED_UNTIL})) AS DOUBLE) AS first FROM ${duckName}`,
  );
  return row?.first ?? undefined;
}
