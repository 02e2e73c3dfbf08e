/** One whole system for a test file, and tenants with tables of their own in it. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { loadStream } from '../../local/load-stream.ts';
import { bigqueryClient } from '../../local/provision.ts';
import { PROJECT, Stack, type StackOptions } from '../../local/stack.ts';

export interface TableSpec {
  /** Without the dataset; date shards by their full name. */
  table: string;
  schema: object[];
  rows: object[];
  /** More of `tables.insert`: timePartitioning, rangePartitioning, requirePartitionFilter, clustering. */
  resource?: object;
  location?: string;
}

export class System {
  readonly stack: Stack;
  readonly bigquery: BigQuery;
  /** Everything that the functions have printed. */
  readonly printed: string[];
  readonly home: string;

  private constructor(stack: Stack, home: string, printed: string[]) {
    this.stack = stack;
    this.home = home;
    this.printed = printed;
    this.bigquery = bigqueryClient(stack.addresses);
  }

  static async start(options: Partial<StackOptions> = {}): Promise<System> {
    const home = options.home ?? (await mkdtemp(join(tmpdir(), 'lethe-test-')));
    const printed: string[] = [];
    const stack = await Stack.start({
      home,
      port: 0,
      locations: ['EU', 'US'],
      isTest: true,
      print: (target, text) => printed.push(`${target}: ${text}`),
      ...options,
    });
    return new System(stack, home, printed);
  }

  /** Ends it; the data folder goes too. */
  async close(): Promise<void> {
    await this.stack.close();
    await rm(this.home, { recursive: true, force: true });
  }

  /** Resolves when every message that is out has been worked off. */
  async settled(): Promise<void> {
    await this.stack.pubsub.idle();
  }

  /** A tenant with an API key, a dataset (per location) of its own and a data map over the given tables. */
  async createTenant(name: string, tables: TableSpec[], map: (dataset: string) => string): Promise<Tenant> {
    const dataset = name.replaceAll('-', '_');
    for (const spec of tables) await this.createTable(dataset, spec);
    const tenant = new Tenant(this, name, await this.stack.createApiKey(name), dataset);
    const answer = await tenant.call('PUT', '/data-map', map(dataset), {
      'content-type': 'application/yaml',
    });
    if (answer.status !== 200) throw new Error(`data map refused: ${answer.text}`);
    return tenant;
  }

  async createTable(
    dataset: string,
    { table, schema, rows, resource, location = 'EU' }: TableSpec,
  ): Promise<void> {
    const id = location === 'EU' ? dataset : `${dataset}_${location.toLowerCase()}`;
    const handle = this.bigquery.dataset(id);
    const [exists] = await handle.exists();
    if (!exists) await this.bigquery.createDataset(id, { location });
    await handle.createTable(table, { schema: { fields: schema }, ...resource } as never);
    if (rows.length > 0) await this.load(id, table, rows, location);
  }

  /** By a load job, so that the rows are not in the streaming buffer. */
  async load(dataset: string, table: string, rows: object[], location = 'EU'): Promise<void> {
    const file = join(this.home, `load-${dataset}-${table.replaceAll('$', '_')}.ndjson`);
    await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const handle = this.bigquery.dataset(dataset, { location }).table(table, { location });
    await loadStream(handle, createReadStream(file), {
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
      writeDisposition: 'WRITE_APPEND',
    });
  }

  /** Every row of the table as text, sorted: two snapshots are equal exactly when the tables are. */
  async snapshot(dataset: string, table: string): Promise<string[]> {
    const [rows] = await this.bigquery.dataset(dataset).table(table).getRows();
    return (rows as object[]).map((row) => JSON.stringify(row)).sort();
  }

  async query(sql: string, location = 'EU'): Promise<Record<string, unknown>[]> {
    const [rows] = await this.bigquery.query({ query: sql, location });
    return rows as Record<string, unknown>[];
  }
}

export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of any shape
  json: any;
}

export class Tenant {
  readonly system: System;
  readonly name: string;
  readonly apiKey: string;
  readonly dataset: string;

  constructor(system: System, name: string, apiKey: string, dataset: string) {
    this.system = system;
    this.name = name;
    this.apiKey = apiKey;
    this.dataset = dataset;
  }

  async call(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer> {
    return http(`${this.system.stack.url}/v1/tenants/${this.name}${path}`, method, body, {
      authorization: `Bearer ${this.apiKey}`,
      ...headers,
    });
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.call('POST', path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  async get(path: string): Promise<HttpAnswer> {
    return this.call('GET', path);
  }

  /** Orders a deletion of everything of these subjects. */
  async requestDeletion(
    subjects: { type: string; value: string }[],
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer> {
    return this.post('/requests', { type: 'deletion', subjects, scope: 'everything' }, headers);
  }
}

export async function http(
  url: string,
  method: string,
  body?: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body: body as string }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

export { PROJECT };
