/** One whole system for all figures, in a folder of its own that goes at the end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { bigqueryClient } from '../../local/provision.ts';
import { Stack } from '../../local/stack.ts';

export interface BenchSystem {
  stack: Stack;
  bigquery: BigQuery;
  /** Makes tables of events over 30 days, `perSubject` rows for each of `subjects`, and a tenant that maps them. */
  createTenant(name: string, shape: TenantShape): Promise<BenchTenant>;
  close(): Promise<void>;
}

interface TenantShape {
  tables: number;
  subjects: number;
  rowsPerSubject: number;
}

export interface BenchTenant {
  name: string;
  call(method: string, path: string, body?: object): Promise<{ status: number; json: RequestAnswer }>;
}

interface RequestAnswer {
  id: string;
  state: string;
  accepted_at: string;
  completed_at: string | null;
}

export const DAYS = 30;
export const subjectOf = (index: number) => `subject-${index}`;

export async function startBenchSystem(): Promise<BenchSystem> {
  const home = await mkdtemp(join(tmpdir(), 'lethe-bench-'));
  const stack = await Stack.start({ home, port: 0, locations: ['EU'], isTest: true, print: () => {} });
  const bigquery = bigqueryClient(stack.addresses);
  return {
    stack,
    bigquery,
    createTenant: async (name, shape) => {
      await bigquery.createDataset(name, { location: 'EU' });
      for (let table = 0; table < shape.tables; table += 1)
        await bigquery.query({ query: eventsTable(`${name}.events_of_${table}`, shape), location: 'EU' });
      const tenant = tenantOf(stack, name, await stack.createApiKey(name));
      await putMap(stack, name, await stack.createApiKey(name), shape.tables);
      return tenant;
    },
    close: async () => {
      await stack.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function eventsTable(name: string, { subjects, rowsPerSubject }: TenantShape): string {
  return `CREATE TABLE \`${name}\` PARTITION BY day AS
    SELECT CONCAT('subject-', CAST(MOD(n, ${subjects}) AS STRING)) AS distinct_id,
      DATE_ADD(DATE '2026-01-01', INTERVAL MOD(n, ${DAYS}) DAY) AS day,
      CONCAT('payload of about sixty characters, as an event may have one ', CAST(n AS STRING)) AS payload
    FROM UNNEST(GENERATE_ARRAY(1, ${subjects * rowsPerSubject})) AS n`;
}

async function putMap(stack: Stack, name: string, apiKey: string, tables: number): Promise<void> {
  const entries = Array.from(
    { length: tables },
    (_, table) =>
      `  - {table: ${name}.events_of_${table}, identifiers: [{type: distinct_id, column: distinct_id}]}`,
  );
  const response = await fetch(`${stack.url}/v1/tenants/${name}/data-map`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/yaml' },
    body: `version: 1\nlocation: EU\ntables:\n${entries.join('\n')}\n`,
  });
  if (!response.ok) throw new Error(`data map refused: ${await response.text()}`);
}

function tenantOf(stack: Stack, name: string, apiKey: string): BenchTenant {
  return {
    name,
    call: async (method, path, body) => {
      const response = await fetch(`${stack.url}/v1/tenants/${name}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, json: (await response.json()) as RequestAnswer };
    },
  };
}

export function deletionOf(subjects: readonly string[]): object {
  return {
    type: 'deletion',
    subjects: subjects.map((value) => ({ type: 'distinct_id', value })),
    scope: 'everything',
  };
}

/** Jobs of the workers since then, oldest first. */
export async function lethesJobs(bigquery: BigQuery, since: number): Promise<LetheJob[]> {
  const [jobs] = await bigquery.getJobs({ maxResults: 1000 });
  return jobs
    .filter(
      ({ id, metadata }) => id?.startsWith('lethe_') && Number(metadata.statistics.creationTime) >= since,
    )
    .map(({ id, metadata }) => ({
      id: id ?? '',
      milliseconds: Number(metadata.statistics.endTime) - Number(metadata.statistics.creationTime),
      bytesBilled: Number(metadata.statistics.query?.totalBytesBilled ?? 0),
    }))
    .reverse();
}

export interface LetheJob {
  id: string;
  milliseconds: number;
  bytesBilled: number;
}
