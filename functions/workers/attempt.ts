/** What steps of all workers do alike: make attempts, take in what became of them, join map and table. */
import {
  type Attempt,
  afterFailures,
  afterPlan,
  type JobEvidence,
  type Step,
  stepLabel,
} from '../domain/batch.ts';
import { splitTableName } from '../domain/data-map.ts';
import { unholdable } from '../domain/edits.ts';
import { judgeFailure, type Verdict } from '../domain/failure.ts';
import { type PlannedTable, planTable } from '../domain/planned-table.ts';
import { propertiesOf, type RequestDocument } from '../domain/request.ts';
import { log } from '../log.ts';
import { type FinishedJob, WarehouseError, type WarehouseJob } from '../ports.ts';
import type { Statement } from '../sql/statement.ts';
import { mapConcurrently } from './concurrently.ts';
import type { BatchContext, Worker } from './worker.ts';

/** Makes all attempts side by side, then takes in what succeeded, then what failed. */
export async function follow<A extends Attempt>(
  context: BatchContext,
  batch: string,
  step: Step,
  attempts: readonly A[],
  make: (action: A) => Promise<After>,
): Promise<Step> {
  const outcomes = await mapConcurrently(attempts, attempts.length, async (action) => {
    try {
      return { succeeded: [await make(action)], failed: [] };
    } catch (error) {
      if (!(error instanceof WarehouseError)) throw error;
      const verdict = judge(batch, step, action, error);
      const { job } = error;
      return {
        succeeded: [],
        failed: [{ action, verdict, isSpent: job !== undefined, ...(job !== undefined && { job }) }],
      };
    }
  });
  const changed = outcomes
    .flatMap(({ succeeded }) => succeeded)
    .reduce((before, after) => after(before), step);
  const failed = outcomes.flatMap((outcome) => outcome.failed);
  return afterFailures(changed, failed, context.services.clock());
}

function judge(batch: string, step: Step, { kind }: Attempt, error: WarehouseError): Verdict {
  const verdict = judgeFailure(error.failure);
  log(verdict.kind === 'block' ? 'ERROR' : 'WARNING', 'a step has to wait', {
    batch,
    step: step.id,
    tenant: step.tenant,
    table: stepLabel(step),
    kind,
    code: verdict.code,
    ...(error.job !== undefined && { job: error.job }),
  });
  return verdict;
}

export type PlannedStep = Step & { table: PlannedTable };

export function planned(step: Step): PlannedStep {
  if (step.table === undefined) throw new Error(`step ${step.id} was not planned`);
  return { ...step, table: step.table };
}

/** What an attempt comes to, as a change of the step. */
export type After = (step: Step) => Step;

export async function plan(
  { services, location }: BatchContext,
  step: Step,
  requests: readonly RequestDocument[],
): Promise<After> {
  const defaults = { project: services.config.project, location };
  const metadata = await services.warehouse.describe(splitTableName(step.mapped.table, defaults.project));
  const properties = [...new Set(requests.flatMap(propertiesOf))];
  const joined = planTable(step.mapped, metadata, defaults, properties);
  const findings =
    'table' in joined
      ? unholdable(joined.table, requests)
      : joined.findings.map(({ field, detail }) => `${field}: ${detail}`);
  if ('table' in joined && findings.length === 0) return (current) => afterPlan(current, joined.table);
  const message = findings.join('; ');
  throw new WarehouseError({ reason: 'invalid', message });
}

export function toJob(
  { location }: BatchContext,
  worker: Worker['name'],
  id: string,
  batch: string,
  statement: Statement,
): WarehouseJob {
  return { id, location, statement, labels: { lethe: worker, lethe_batch: batch } };
}

export function toEvidence(kind: JobEvidence['kind'], finished: FinishedJob): JobEvidence {
  return {
    kind,
    job: finished.job,
    bytesProcessed: finished.bytesProcessed,
    bytesBilled: finished.bytesBilled,
    ...(finished.rowsAffected !== undefined && { rowsAffected: finished.rowsAffected }),
    finishedAt: finished.finishedAt,
  };
}
