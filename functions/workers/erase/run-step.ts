/** Performs one step's next action in BigQuery and takes the outcome in. A failure is an outcome, not an end. */
import {
  type Attempt,
  afterChange,
  afterFailures,
  afterLocate,
  afterPlan,
  changeTarget,
  type JobEvidence,
  jobId,
  type Manifest,
  nextAction,
  type Step,
  stepLabel,
} from '../../domain/batch.ts';
import { splitTableName } from '../../domain/data-map.ts';
import { judgeFailure, type Verdict } from '../../domain/failure.ts';
import { type PlannedTable, planTable } from '../../domain/planned-table.ts';
import { propertiesOf, type RequestDocument } from '../../domain/request.ts';
import { log } from '../../log.ts';
import { type FinishedJob, WarehouseError, type WarehouseJob } from '../../ports.ts';
import type { Statement } from '../../sql/statement.ts';
import { mapConcurrently } from '../concurrently.ts';
import type { BatchContext } from '../worker.ts';
import { type Statements, statementsOf } from './statements.ts';

export async function runStep(
  context: BatchContext,
  { batch, work }: Pick<Manifest, 'batch' | 'work'>,
  step: Step,
  requests: readonly RequestDocument[],
): Promise<Step> {
  const statements = statementsOf(work, requests);
  const action = nextAction(step, context.services.clock());
  switch (action.kind) {
    case 'plan':
      return follow(context, batch, step, [action], () => plan(context, step, requests));
    case 'locate':
      return follow(context, batch, step, [action], () =>
        runLocate(context, batch, planned(step), requests, statements),
      );
    case 'change': {
      const attempts = action.indexes.map((index): Attempt & { kind: 'change' } => ({
        kind: 'change',
        index,
      }));
      return follow(context, batch, step, attempts, ({ index }) =>
        runChange(context, batch, planned(step), index, statements),
      );
    }
    default:
      return step;
  }
}

/** Makes all attempts side by side, then takes in what succeeded, then what failed. */
async function follow<A extends Attempt>(
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
      return { succeeded: [], failed: [{ action, verdict, isSpent: error.job !== undefined }] };
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

type PlannedStep = Step & { table: PlannedTable };

function planned(step: Step): PlannedStep {
  if (step.table === undefined) throw new Error(`step ${step.id} was not planned`);
  return { ...step, table: step.table };
}

/** What an attempt comes to, as a change of the step. */
type After = (step: Step) => Step;

async function plan(
  { services, location }: BatchContext,
  step: Step,
  requests: readonly RequestDocument[],
): Promise<After> {
  const defaults = { project: services.config.project, location };
  const metadata = await services.warehouse.describe(splitTableName(step.mapped.table, defaults.project));
  const properties = [...new Set(requests.flatMap(propertiesOf))];
  const joined = planTable(step.mapped, metadata, defaults, properties);
  if ('table' in joined) return (current) => afterPlan(current, joined.table);
  const message = joined.findings.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  throw new WarehouseError({ reason: 'invalid', message });
}

async function runLocate(
  context: BatchContext,
  batch: string,
  step: PlannedStep,
  requests: readonly RequestDocument[],
  statements: Statements,
): Promise<After> {
  const { warehouse, clock } = context.services;
  const statement = statements.locate(step.table);
  if (statement === undefined) return (current) => ({ ...current, isDone: true });
  const job = toJob(context, jobId(batch, step, { kind: 'locate' }), batch, statement);
  const finished = await warehouse.run(job, context.keepAlive);
  const rows = await warehouse.locatedRows(job);
  const evidence = toEvidence(step.round === 0 ? 'locate' : 'verify', finished);
  return (current) => afterLocate(current, step.table, rows, requests, evidence, clock(), statements.groups);
}

async function runChange(
  context: BatchContext,
  batch: string,
  step: PlannedStep,
  index: number,
  statements: Statements,
): Promise<After> {
  const chunk = step.chunks[index]?.chunk ?? {};
  const statement = statements.change(step.table, chunk);
  const job = toJob(context, jobId(batch, step, { kind: 'change', index }), batch, statement);
  const finished = await context.services.warehouse.run(job, context.keepAlive);
  if (finished.rowsAffected === undefined)
    throw new Error(`${finished.job} does not say how many rows it changed`);
  const evidence = { ...toEvidence('change', finished), target: changeTarget(step, index) };
  return (current) => afterChange(current, index, evidence);
}

function toJob({ location }: BatchContext, id: string, batch: string, statement: Statement): WarehouseJob {
  return { id, location, statement, labels: { lethe: 'erase', lethe_batch: batch } };
}

function toEvidence(kind: JobEvidence['kind'], finished: FinishedJob): JobEvidence {
  return {
    kind,
    job: finished.job,
    bytesProcessed: finished.bytesProcessed,
    bytesBilled: finished.bytesBilled,
    ...(finished.rowsAffected !== undefined && { rowsAffected: finished.rowsAffected }),
    finishedAt: finished.finishedAt,
  };
}
