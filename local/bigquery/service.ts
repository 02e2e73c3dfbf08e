/**
 * A stand-in for BigQuery's REST API v2 on DuckDB: datasets, tables, rows, jobs. Everything is in one DuckDB file, so that what
 * was answered survives kill -9. docs/local.md says what is supported.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { Faults } from '../faults.ts';
import { serve } from '../http.ts';
import { append } from './append.ts';
import type { TableReference } from './catalog.ts';
import { CatalogStore } from './catalog-store.ts';
import type { Context } from './context.ts';
import { Database } from './database.ts';
import { datasetRoutes } from './datasets.ts';
import { renderError } from './errors.ts';
import { JobEngine } from './jobs/job-engine.ts';
import { JobStore } from './jobs/job-store.ts';
import { queryRoutes } from './jobs/query-routes.ts';
import { jobRoutes } from './jobs/routes.ts';
import { resumeJob } from './jobs/submit.ts';
import { removeOrphans, uploadRoutes } from './jobs/upload.ts';
import { KeyedLock } from './lock.ts';
import { registerFunctions } from './sql/functions.ts';
import { BUFFER_MILLISECONDS_DEFAULT, StreamingBuffer } from './streaming-buffer.ts';
import { TableStats } from './table-stats.ts';
import { tabledataRoutes } from './tabledata.ts';
import { tableRoutes } from './tables.ts';

export interface BigQueryOptions {
  /** Where everything is kept; made when it is not there. One service at a time. */
  folder: string;
  /** Default 0: the system chooses one. */
  port?: number;
  now?: Clock;
  faults?: Faults;
  /** How long rows of insertAll cannot be changed. Default 30 minutes. */
  bufferMilliseconds?: number;
  /** How long every job runs at least. Default 0. */
  jobLatencyMilliseconds?: number;
}

export interface BigQueryService {
  /** `http://127.0.0.1:PORT`, for BIGQUERY_EMULATOR_HOST or `apiEndpoint`. */
  readonly address: string;
  readonly port: number;
  /** What Pub/Sub's BigQuery subscriptions write. @throws when a row is not one of the table's, and then writes none */
  append(
    table: TableReference,
    rows: Record<string, unknown>[],
    options?: { dropUnknown?: boolean },
  ): Promise<void>;
  close(): Promise<void>;
}

export async function startBigQuery(options: BigQueryOptions): Promise<BigQueryService> {
  const { folder, port = 0, faults = new Faults() } = options;
  const uploads = join(folder, 'uploads');
  await mkdir(uploads, { recursive: true });
  const database = await Database.open(folder);
  await database.read(async ({ connection }) => registerFunctions(connection));
  const context = await openContext(database, uploads, options);
  const store = new JobStore(database, context.now);
  const engine = new JobEngine(context, store);
  const open = await store.open();
  await removeOrphans(uploads, open);
  for (const job of open) await resumeJob(context, engine, job);
  const server = await serve({
    port,
    faults,
    renderError,
    routes: [
      ...uploadRoutes(context, engine),
      ...jobRoutes(context, engine),
      ...queryRoutes(context, engine),
      ...tabledataRoutes(context),
      ...tableRoutes(context),
      ...datasetRoutes(context),
    ],
  });
  return {
    address: server.address,
    port: server.port,
    append: (table, rows, how) => append(context, table, rows, how),
    close: async () => {
      await server.close();
      await engine.close();
      database.close();
    },
  };
}

async function openContext(
  database: Database,
  uploads: string,
  {
    now = Date.now,
    faults = new Faults(),
    bufferMilliseconds = BUFFER_MILLISECONDS_DEFAULT,
    jobLatencyMilliseconds = 0,
  }: BigQueryOptions,
): Promise<Context> {
  const catalog = new CatalogStore(now);
  await catalog.open(database);
  const locks = new KeyedLock();
  const stats = new TableStats();
  const buffer = new StreamingBuffer({ database, locks, stats, now, milliseconds: bufferMilliseconds });
  return { database, catalog, locks, stats, buffer, now, faults, uploads, jobLatencyMilliseconds };
}
