/** What the parts of one stand-in share. */
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { CatalogStore } from './catalog-store.ts';
import type { Database } from './database.ts';
import type { KeyedLock } from './lock.ts';
import type { StreamingBuffer } from './streaming-buffer.ts';
import type { TableStats } from './table-stats.ts';

export interface Context {
  database: Database;
  catalog: CatalogStore;
  /** Held per table (`p:d.t`) by whatever writes to it, and as `catalog` by whatever makes or drops tables and datasets. */
  locks: KeyedLock;
  stats: TableStats;
  buffer: StreamingBuffer;
  now: Clock;
  faults: Faults;
  /** Where uploads wait for their load jobs. */
  uploads: string;
  jobLatencyMilliseconds: number;
}
