/** What the system needs of the outside. `google/` implements it; nothing else knows Google's clients. */

import type { TableName } from './domain/data-map.ts';
import type { WarehouseFailure } from './domain/failure.ts';
import type { LinkRow } from './domain/link-graph.ts';
import type { LocatedRow } from './domain/located.ts';
import type { TableMetadata } from './domain/planned-table.ts';
import type { Statement } from './sql/statement.ts';

/** Milliseconds since the epoch. */
export type Clock = () => number;

export interface StoredObject {
  name: string;
  generation: string;
  metageneration: string;
  metadata: Record<string, string>;
  /** Milliseconds since the epoch, by the store's clock. */
  createdAt: number;
}

/** Small documents with preconditions (https://cloud.google.com/storage/docs/request-preconditions). */
export interface ObjectStore {
  /** Creates the object; `undefined` when one of that name exists, whoever wrote it. */
  create(name: string, body: string, metadata?: Record<string, string>): Promise<StoredObject | undefined>;
  read(name: string): Promise<{ object: StoredObject; body: string } | undefined>;
  head(name: string): Promise<StoredObject | undefined>;
  /** Replaces content and metadata if it is still of that generation; `undefined` when it is not. */
  replace(
    name: string,
    body: string,
    generation: string,
    metadata?: Record<string, string>,
  ): Promise<StoredObject | undefined>;
  /**
   * Changes metadata (null removes a key) if the object is still of that metageneration; `undefined` when it is not.
   * @param customTime milliseconds since the epoch; lifecycle rules count from it.
   */
  setMetadata(
    name: string,
    metadata: Record<string, string | null>,
    version: { generation: string; metageneration: string },
    customTime?: number,
  ): Promise<StoredObject | undefined>;
  /** Removes the object, if it is still of that generation when one is given. Absent already: nothing happens. */
  remove(name: string, generation?: string): Promise<void>;
  /** In the order of their names. */
  list(prefix: string): AsyncIterable<StoredObject>;
}

/** A failure that BigQuery reported; `domain/failure.ts` says what it means. */
export class WarehouseError extends Error {
  readonly failure: WarehouseFailure;
  /** The job that failed, if one ran: `project:location.job`. */
  readonly job: string | undefined;
  constructor(failure: WarehouseFailure, options: { job?: string; cause?: unknown } = {}) {
    // BigQuery's own text may quote values of rows, so it is not this error's message and reaches no log.
    super(`BigQuery failed: ${failure.reason}`, { cause: options.cause });
    this.failure = failure;
    this.job = options.job;
  }
}

export interface WarehouseJob {
  id: string;
  location: string;
  statement: Statement;
  labels: Record<string, string>;
}

export interface FinishedJob {
  /** `project:location.job` */
  job: string;
  bytesProcessed: number;
  bytesBilled: number;
  rowsAffected: number | undefined;
  finishedAt: string;
}

export interface Warehouse {
  /**
   * What BigQuery says of a table; of date shards, what it says of the newest one.
   * @throws WarehouseError reason `notFound` when there is none
   */
  describe(name: TableName): Promise<TableMetadata>;
  /** Tables whose name begins with the prefix of date shards, but does not end in a date. */
  strayShards(name: TableName): Promise<string[]>;
  /**
   * Runs the job, or adopts the one that already has its id, and waits for its end.
   * @param whileWaiting called between two looks; what it throws ends the waiting, not the job
   * @throws WarehouseError when the job failed
   */
  run(job: WarehouseJob, whileWaiting: () => Promise<void>): Promise<FinishedJob>;
  /**
   * What the statement would process; nothing runs, and no job is left.
   * @returns the most that it may process: clusters, and what a change really touches, are not known before
   * @throws WarehouseError when it would not run
   */
  dryRun(statement: Statement, location: string): Promise<{ bytesProcessed: number }>;
  /** Removes a job's metadata, parameters included; absent already: nothing happens. @param job `project:location.job` */
  forgetJob(job: string): Promise<void>;
  /**
   * The contents of a staging table's partition, page by page; none, when nothing is in it.
   * @throws WarehouseError reason `notFound` when the table is gone
   */
  stagedContents(table: TableId, partition: number): AsyncIterable<string[]>;
  /** Absent already: nothing happens. */
  dropTable(table: TableId): Promise<void>;
  /** All rows of a finished locate job. */
  locatedRows(job: WarehouseJob): Promise<LocatedRow[]>;
  /** All rows of a finished query for the links of a mapping table. */
  linkRows(job: WarehouseJob): Promise<LinkRow[]>;
}

interface TableId {
  dataset: string;
  table: string;
}

/** Where exported files are: written once, as streams, and given away by signed addresses. */
export interface FileStore {
  /**
   * Writes a file that nobody else writes. What ends before the content does leaves nothing.
   * @param expiresAt milliseconds since the epoch; lifecycle removes the file then
   */
  write(
    name: string,
    content: AsyncIterable<Uint8Array>,
    options: { contentType: string; expiresAt: number },
  ): Promise<void>;
  /** An address that anybody may download from until then. */
  signUrl(name: string, options: { fileName: string; expiresAt: number }): Promise<string>;
}

export type Topic = 'events' | 'access' | 'deletions' | 'exports';

export interface Publisher {
  /** Resolves when Pub/Sub has the message. */
  publish(topic: Topic, data: unknown, attributes?: Record<string, string>): Promise<void>;
}

export interface PublicJwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  kid: string;
  alg: 'ES256';
  use: 'sig';
}

export interface Signer {
  publicKey(): Promise<PublicJwk>;
  /** ES256 over the text: 64 bytes, r and s (RFC 7518 §3.4). */
  sign(text: string): Promise<Uint8Array>;
}
