/** A stand-in of its own for each test file, Google's client on it, and a clock that only the test moves. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BigQuery, Dataset, JobLoadMetadata, Query, Table } from '@google-cloud/bigquery';
import {
  type BigQueryOptions,
  type BigQueryService,
  startBigQuery,
} from '../../../local/bigquery/service.ts';
import { Faults } from '../../../local/faults.ts';
import { bigqueryClient } from '../../../local/provision.ts';

export const PROJECT = 'demo';
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const MEGABYTE = 1024 * 1024;
/** In the morning of the 24th, so that a few hours more are the same day. */
export const START = Date.parse('2026-11-24T08:00:00Z');

/** A body of the REST API; tests look into it where they know what is there. */
// biome-ignore lint/suspicious/noExplicitAny: it is what JSON.parse gives.
export type Body = any;

export interface TestSystem {
  service: BigQueryService;
  client: BigQuery;
  faults: Faults;
  folder: string;
  /** Moves the clock forward. */
  pass(milliseconds: number): void;
  now(): number;
  /** A dataset that no other test has. */
  newDataset(options?: object): Promise<Dataset>;
  /** A table of a dataset of its own. */
  newTable(columns: string, resource?: object): Promise<Table>;
  /** Ends the service and starts another on the same folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startSystem(extra: Partial<BigQueryOptions> = {}): Promise<TestSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-bigquery-'));
  const faults = new Faults();
  let time = START;
  let datasets = 0;
  const now = () => time;
  const start = () => startBigQuery({ folder, now, faults, ...extra });
  const service = await start();
  const system: TestSystem = {
    service,
    client: clientOf(service),
    faults,
    folder,
    now,
    pass: (milliseconds) => {
      time += milliseconds;
    },
    newDataset: async (options = {}) => {
      datasets += 1;
      const [dataset] = await system.client.createDataset(`dataset_${datasets}`, options);
      return dataset;
    },
    newTable: async (columns, resource = {}) => {
      const dataset = await system.newDataset();
      const [table] = await dataset.createTable('t', { schema: schemaOf(columns), ...resource });
      return table;
    },
    restart: async () => {
      await system.service.close();
      system.service = await start();
      system.client = clientOf(system.service);
    },
    close: async () => {
      await system.service.close();
      await rm(folder, { recursive: true });
    },
  };
  return system;
}

export function clientOf({ address }: Pick<BigQueryService, 'address'>): BigQuery {
  const client = bigqueryClient({ project: PROJECT, bigquery: address });
  // The client's own repetition is not under test, and takes seconds.
  client.interceptors.push({ request: (options) => Object.assign(options, { maxRetries: 0 }) as never });
  return client;
}

/** `id INT64 REQUIRED, tags STRING REPEATED` as a schema. */
export function schemaOf(columns: string): { fields: object[] } {
  const fields = columns.split(',').map((column) => {
    const [name, type, mode] = column.trim().split(/\s+/);
    return { name, type, ...(mode !== undefined && { mode }) };
  });
  return { fields } as { fields: object[] };
}

/** `demo.dataset.table`, quoted for GoogleSQL. */
export function nameOf(table: Table): string {
  return `\`${PROJECT}.${table.dataset.id}.${table.id}\``;
}

/** The statement with the table's name in the place of `T`. */
export function on(table: Table, sql: string): string {
  return sql.replaceAll(/\bT\b/g, nameOf(table));
}

/** Runs a load job to its end. @returns the job's resource, failed or not */
export async function load(
  table: Table,
  content: string | Buffer | object[],
  metadata: JobLoadMetadata = {},
): Promise<Body> {
  const isRows = Array.isArray(content);
  const text = isRows ? content.map((row) => JSON.stringify(row)).join('\n') : content;
  const sourceFormat = metadata.sourceFormat ?? 'NEWLINE_DELIMITED_JSON';
  const stream = table.createWriteStream({ ...metadata, sourceFormat });
  // The client's own half second between two looks at the job is long for a test.
  stream.once('job', (job) => Object.assign(job, { pollIntervalMs: 10 }));
  Readable.from([text]).pipe(stream);
  return new Promise((resolve, reject) => {
    stream.once('complete', (job) => job.getMetadata().then(([resource]: [Body]) => resolve(resource)));
    stream.once('error', (error: Error & { errors?: unknown[] }) => reject(error));
  });
}

/** All rows of a query. */
export async function rows(client: BigQuery, query: string, options: Query = {}): Promise<Body[]> {
  const [found] = await client.query({ query, ...options });
  return found;
}

/** Runs a statement as a job. @returns the job's resource, failed or not */
export async function run(client: BigQuery, query: string, options: Query = {}): Promise<Body> {
  const { location } = options;
  const job = client.job(options.jobId ?? `run-${randomUUID()}`, location === undefined ? {} : { location });
  try {
    await client.createQueryJob({ query, ...options, jobId: job.id as string });
  } catch (error) {
    // A job that failed at once is thrown as well, but is there.
    if ((error as { code?: number }).code !== undefined) throw error;
  }
  for (;;) {
    const [resource] = await job.getMetadata();
    if (resource.status.state === 'DONE') return resource;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A call of the REST API without Google's client. */
export async function rest(
  { service }: TestSystem,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${service.address}/bigquery/v2/projects/${PROJECT}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** What a call was refused with. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ code: number | undefined; message: string; reason: string | undefined }> {
  try {
    await call;
  } catch (error) {
    const { code, message, errors } = error as {
      code?: number;
      message: string;
      errors?: { reason: string }[];
    };
    return { code, message, reason: errors?.[0]?.reason };
  }
  throw new Error('the call was expected to be refused, and was not');
}
