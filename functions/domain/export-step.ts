/**
 * A step of an export: one table of one tenant.
 *
 *     plan ──> stage ──> (files of every request are written) ──> done
 *
 * Staged rows are read only when all tables of the tenant are staged: each request's files are written in one go.
 */
import { type JobEvidence, type Manifest, type Step, stepLabel, stepsOf, succeeded } from './batch.ts';
import { type Exported, findExport } from './exported.ts';

type ExportAction = 'plan' | 'stage' | 'wait' | 'staged' | 'done';

export function nextExportAction(step: Step, now: number): ExportAction {
  if (step.isDone) return 'done';
  if (step.waiting !== undefined && step.waiting.until > now) return 'wait';
  if (step.table === undefined) return 'plan';
  return step.isStaged ? 'staged' : 'stage';
}

/** The table that holds the staged rows of this attempt. */
export function stagingTable(batch: string, step: Step): string {
  return `${batch}_${step.id}_a${step.attempt}`;
}

export function afterStage(step: Step, staged?: { table: string; evidence: JobEvidence }): Step {
  const base: Step = { ...succeeded(step), isStaged: true };
  if (staged === undefined) return base;
  return { ...base, staging: staged.table, jobs: [...step.jobs, staged.evidence] };
}

/** The staging table has expired before its rows were written: they are staged anew. */
export function afterLoss(step: Step): Step {
  const { isStaged: _isStaged, staging: _staging, ...rest } = step;
  return { ...rest, attempt: step.attempt + 1 };
}

export function isStaged(manifest: Manifest, tenant: string): boolean {
  return stepsOf(manifest, tenant).every((step) => step.isStaged || step.isDone);
}

/** Every request's files are there and the staged rows are gone. */
export function afterWriting(step: Step, exported: readonly Exported[]): Step {
  const { staging: _staging, ...rest } = step;
  const label = stepLabel(step);
  const located = exported.map(({ rows }) => rows[label] ?? 0);
  return { ...rest, located, isDone: true };
}

/** The requests of a tenant whose files are still to be written. */
export function unwritten<R extends { tenant: string; id: string }>(
  manifest: Manifest,
  requests: readonly R[],
): R[] {
  return requests.filter((request) => findExport(manifest, request) === undefined);
}
