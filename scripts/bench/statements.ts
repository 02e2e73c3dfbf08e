/** A thousand requests over twenty tables: how many statements, and what they are billed. */
import { type BenchSystem, deletionOf, lethesJobs, subjectOf } from './bench-system.ts';
import type { Figure } from './report.ts';

const REQUESTS = 1_000;
const TABLES = 20;
const SUBJECTS = 5_000;
const ROWS_PER_SUBJECT = 4;
const ORDERS_AT_ONCE = 16;

export async function statements({ stack, bigquery, createTenant }: BenchSystem): Promise<Figure[]> {
  const tenant = await createTenant('statements', {
    tables: TABLES,
    subjects: SUBJECTS,
    rowsPerSubject: ROWS_PER_SUBJECT,
  });
  const since = Date.now();
  stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'erase',
    times: REQUESTS * 4,
    action: { kind: 'drop', when: 'before' },
  });
  for (let at = 0; at < REQUESTS; at += ORDERS_AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(ORDERS_AT_ONCE, REQUESTS - at) }, (_, offset) =>
        tenant.call('POST', '/requests', deletionOf([subjectOf(at + offset)])),
      ),
    );
  await stack.tick();
  stack.faults.clear();
  const jobs = await lethesJobs(bigquery, since);
  const count = (part: string) => jobs.filter(({ id }) => id.includes(part)).length;
  const changes = jobs.filter(({ id }) => id.includes('_change'));
  const billed = changes.reduce((sum, { bytesBilled }) => sum + bytesBilled, 0);
  const wholeTables = await billedOfWholeTables(bigquery, tenant.name);
  const single = await billedOfOneSubject(bigquery, tenant.name);
  return [
    {
      name: 'statements locate',
      value: count('_r0_locate'),
      unit: 'jobs',
      beside: `${REQUESTS * TABLES} one a subject`,
      goal: TABLES,
    },
    {
      name: 'statements change',
      value: changes.length,
      unit: 'jobs',
      beside: `${REQUESTS * TABLES} one a subject`,
      goal: TABLES,
    },
    {
      name: 'statements verify',
      value: count('_r1_locate'),
      unit: 'jobs',
      beside: `${REQUESTS * TABLES} one a subject`,
      goal: TABLES,
    },
    {
      name: 'bytes billed for changes',
      value: billed,
      unit: 'bytes',
      beside: `${wholeTables} whole-table DML`,
    },
    {
      name: 'bytes beside one statement a subject',
      value: billed / (single * REQUESTS),
      unit: 'ratio',
      goal: 1,
    },
    { name: 'bytes beside whole-table DML', value: billed / wholeTables, unit: 'ratio', goal: 1 },
  ];
}

/** By dry run: DML whose condition names no partition. */
async function billedOfWholeTables(bigquery: BenchSystem['bigquery'], dataset: string): Promise<number> {
  return dryRun(bigquery, dataset, "t.distinct_id != ''");
}

async function billedOfOneSubject(bigquery: BenchSystem['bigquery'], dataset: string): Promise<number> {
  return dryRun(bigquery, dataset, `t.distinct_id = '${subjectOf(SUBJECTS - 1)}'`);
}

const MEGABYTE = 1024 * 1024;

async function dryRun(
  bigquery: BenchSystem['bigquery'],
  dataset: string,
  condition: string,
): Promise<number> {
  let bytes = 0;
  for (let table = 0; table < TABLES; table += 1) {
    const query = `DELETE FROM \`${dataset}.events_of_${table}\` AS t WHERE ${condition}`;
    const [job] = await bigquery.createQueryJob({ query, location: 'EU', dryRun: true });
    const processed = Number(job.metadata.statistics.totalBytesProcessed);
    bytes += Math.max(Math.ceil(processed / MEGABYTE), 10) * MEGABYTE;
  }
  return bytes;
}
