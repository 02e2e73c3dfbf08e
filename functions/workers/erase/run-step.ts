/** Performs one step's next action in BigQuery and takes the outcome in. A failure is an outcome, not an end. */
import {
  type Attempt,
  afterChange,
  afterLocate,
  changeTarget,
  jobId,
  type Manifest,
  nextAction,
  type Step,
} from '../../domain/batch.ts';
import type { Chunk } from '../../domain/located.ts';
import { type PlannedTable, placesInShard } from '../../domain/planned-table.ts';
import { propertiesOf, type RequestDocument } from '../../domain/request.ts';
import { type After, follow, type PlannedStep, plan, planned, toEvidence, toJob } from '../attempt.ts';
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
        runChange(context, batch, planned(step), index, requests, statements),
      );
    }
    default:
      return step;
  }
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
  const job = toJob(context, 'erase', jobId(batch, step, { kind: 'locate' }), batch, statement);
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
  requests: readonly RequestDocument[],
  statements: Statements,
): Promise<After> {
  const chunk = step.chunks[index]?.chunk ?? {};
  const statement = statements.change(await inShard(context, step, chunk, requests), chunk);
  const job = toJob(context, 'erase', jobId(batch, step, { kind: 'change', index }), batch, statement);
  const finished = await context.services.warehouse.run(job, context.keepAlive);
  if (finished.rowsAffected === undefined)
    throw new Error(`${finished.job} does not say how many rows it changed`);
  const evidence = { ...toEvidence('change', finished), target: changeTarget(step, index) };
  return (current) => afterChange(current, index, evidence);
}

/** The table as one of its date shards has it; its edits are planned by the shard's own columns. */
async function inShard(
  { services }: BatchContext,
  { table, mapped }: PlannedStep,
  { shard }: Chunk,
  requests: readonly RequestDocument[],
): Promise<PlannedTable> {
  if (shard === undefined || table.places.length === 0) return table;
  const name = { ...table.name, table: table.name.table + shard, isSharded: false };
  const { fields } = await services.warehouse.describe(name);
  const properties = [...new Set(requests.flatMap(propertiesOf))];
  return { ...table, places: placesInShard(mapped, properties, fields) };
}
