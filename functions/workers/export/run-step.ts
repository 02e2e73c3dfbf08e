/** Performs one step's next action: plan the table, or stage the rows of all subjects by one scan of it. */
import { afterPlan, jobId, type Step } from '../../domain/batch.ts';
import { splitTableName } from '../../domain/data-map.ts';
import { afterStage, nextExportAction, stagingTable } from '../../domain/export-step.ts';
import { planTable } from '../../domain/planned-table.ts';
import { isSearched } from '../../domain/progress.ts';
import { propertiesOf, type RequestDocument } from '../../domain/request.ts';
import { WarehouseError } from '../../ports.ts';
import { stageRows } from '../../sql/stage.ts';
import { type After, follow, planned, toEvidence, toJob } from '../attempt.ts';
import type { BatchContext } from '../worker.ts';
import { STAGING_HOURS, stagingDataset } from './staging.ts';

export async function runStep(
  context: BatchContext,
  batch: string,
  step: Step,
  requests: readonly RequestDocument[],
): Promise<Step> {
  switch (nextExportAction(step, context.services.clock())) {
    case 'plan':
      return follow(context, batch, step, [{ kind: 'plan' }], () => plan(context, step, requests));
    case 'stage':
      return follow(context, batch, step, [{ kind: 'stage' }], () => stage(context, batch, step, requests));
    default:
      return step;
  }
}

async function plan(
  { services, location }: BatchContext,
  step: Step,
  requests: readonly RequestDocument[],
): Promise<After> {
  const defaults = { project: services.config.project, location };
  const metadata = await services.warehouse.describe(splitTableName(step.mapped.table, defaults.project));
  const properties = [...new Set(requests.flatMap(propertiesOf))];
  const joined = planTable(step.mapped, metadata, defaults, properties);
  if ('table' in joined) {
    const table = { ...joined.table, fields: metadata.fields };
    return (current) => afterPlan(current, table);
  }
  const message = joined.findings.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  throw new WarehouseError({ reason: 'invalid', message });
}

async function stage(
  context: BatchContext,
  batch: string,
  step: Step,
  requests: readonly RequestDocument[],
): Promise<After> {
  const { config, warehouse } = context.services;
  const { table, mapped } = planned(step);
  const asked = requests.flatMap((request, position) =>
    isSearched(mapped, request) ? [{ position, request }] : [],
  );
  const name = stagingTable(batch, step);
  const target = `${config.project}.${stagingDataset(config, context.location)}.${name}`;
  const statement = stageRows(
    table,
    asked,
    { target, expirationHours: STAGING_HOURS, requests: requests.length },
    mapped.event_time,
  );
  if (statement === undefined) return (current) => afterStage(current);
  const job = toJob(context, 'export', jobId(batch, step, { kind: 'stage' }), batch, statement);
  const finished = await warehouse.run(job, context.keepAlive);
  return (current) => afterStage(current, { table: name, evidence: toEvidence('stage', finished) });
}
