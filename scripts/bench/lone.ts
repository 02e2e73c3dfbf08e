/** One deletion on a quiet system, beside the BigQuery jobs that it cannot do without. */
import { type BenchSystem, type BenchTenant, deletionOf, lethesJobs, subjectOf } from './bench-system.ts';
import type { Figure } from './report.ts';

const RUNS = 7;

export async function lone({ bigquery, createTenant }: BenchSystem): Promise<Figure[]> {
  const tenant = await createTenant('lone', { tables: 3, subjects: 5_000, rowsPerSubject: 20 });
  const ratios: number[] = [];
  const totals: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const since = Date.now();
    const total = await timeOf(tenant, subjectOf(run));
    const jobs = await lethesJobs(bigquery, since);
    ratios.push(total / phases(jobs));
    totals.push(total);
  }
  return [
    {
      name: 'lone deletion beside its jobs',
      value: median(ratios),
      unit: 'ratio',
      beside: 'its slowest job of each phase, added',
      goal: 1.3,
    },
    { name: 'lone deletion', value: median(totals), unit: 'ms' },
  ];
}

async function timeOf(tenant: BenchTenant, subject: string): Promise<number> {
  const { json } = await tenant.call('POST', '/requests', deletionOf([subject]));
  for (;;) {
    const shown = (await tenant.call('GET', `/requests/${json.id}`)).json;
    if (shown.completed_at !== null) return Date.parse(shown.completed_at) - Date.parse(shown.accepted_at);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Tables are worked off side by side, so a phase takes as long as its slowest job. */
function phases(jobs: readonly { id: string; milliseconds: number }[]): number {
  return ['_r0_locate', '_change', '_r1_locate']
    .map((part) => jobs.filter(({ id }) => id.includes(part)).map(({ milliseconds }) => milliseconds))
    .reduce((sum, milliseconds) => sum + Math.max(0, ...milliseconds), 0);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
