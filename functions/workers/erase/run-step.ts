/** Performs one step's next action in BigQuery and takes the outcome in. A failure is an outcome, not an end. */
import {
  type Action,
  afterChange,
  afterFailure,
  afterLocate,
  afterPlan,
  changeTarget,
  type JobEvidence,
  jobId,
  nextAction,
  type Step,
  stepLabel,
} from '../../domain/batch.ts';
import { splitTableName } from '../../domain/data-map.ts';
import { judgeFailure } from '../../domain/failure.ts';
import { type PlannedTable, planTable } from '../../domain/planned-table.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { log } from '../../log.ts';
import { type FinishedJob, WarehouseError, type WarehouseJob } from '../../ports.ts';
import { deleteRows } from '../../sql/delete-rows.ts';
import { locate } from '../../sql/locate.ts';
import type { Statement } from '../../sql/statement.ts';
import type { BatchContext } from './run-batch.ts';

export async function runStep(
  context: BatchContext,
  batch: string,
  step: Step,
  requests: readonly RequestDocument[],
): Promise<Step> {
  const action = nextAction(step, context.services.clock());
  try {
    return await perform(context, batch, step, action, requests);
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    const verdict = judgeFailure(error.failure);
    log(verdict.kind === 'block' ? 'ERROR' : 'WARNING', 'a step has to wait', {
      batch,
      step: step.id,
      tenant: step.tenant,
      table: stepLabel(step),
      kind: action.kind,
      code: verdict.code,
      ...(error.job !== undefined && { job: error.job }),
    });
    return afterFailure(step, action, verdict, context.services.clock());
  }
}

async function perform(
  context: BatchContext,
  batch: string,
  step: Step,
  action: Action,
  requests: readonly RequestDocument[],
): Promise<Step> {
  const { table } = step;
  if (action.kind === 'plan') return plan(context, step);
  if (table === undefined) throw new Error(`step ${step.id} was not planned`);
  if (action.kind === 'locate') return runLocate(context, batch, { ...step, table }, requests);
  if (action.kind === 'change') return runChange(context, batch, { ...step, table }, action.index, requests);
  return step;
}

type PlannedStep = Step & { table: PlannedTable };

async function plan({ services, location }: BatchContext, step: Step): Promise<Step> {
  const defaults = { project: services.config.project, location };
  const metadata = await services.warehouse.describe(splitTableName(step.mapped.table, defaults.project));
  const planned = planTable(step.mapped, metadata, defaults);
  if ('table' in planned) return afterPlan(step, planned.table);
  const message = planned.findings.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  throw new WarehouseError({ reason: 'invalid', message });
}

async function runLocate(
  context: BatchContext,
  batch: string,
  step: PlannedStep,
  requests: readonly RequestDocument[],
): Promise<Step> {
  const { warehouse, clock } = context.services;
  const statement = locate(step.table, subjectsOf(requests));
  if (statement === undefined) return { ...step, isDone: true };
  const job = toJob(context, jobId(batch, step, { kind: 'locate' }), batch, statement);
  const finished = await warehouse.run(job, context.keepAlive);
  const rows = await warehouse.locatedRows(job);
  const evidence = toEvidence(step.round === 0 ? 'locate' : 'verify', finished);
  return afterLocate(step, step.table, rows, requests, evidence, clock());
}

async function runChange(
  context: BatchContext,
  batch: string,
  step: PlannedStep,
  index: number,
  requests: readonly RequestDocument[],
): Promise<Step> {
  const chunk = step.chunks[index]?.chunk ?? {};
  const statement = deleteRows(step.table, chunk, subjectsOf(requests));
  const job = toJob(context, jobId(batch, step, { kind: 'change', index }), batch, statement);
  const finished = await context.services.warehouse.run(job, context.keepAlive);
  if (finished.rowsAffected === undefined)
    throw new Error(`${finished.job} does not say how many rows it deleted`);
  const evidence = { ...toEvidence('change', finished), target: changeTarget(step, index) };
  return afterChange(step, index, evidence);
}

function subjectsOf(requests: readonly RequestDocument[]): RequestDocument['subjects'] {
  return requests.flatMap(({ subjects }) => subjects);
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
