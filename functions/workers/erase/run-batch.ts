/**
 * Works a batch off, its tenants and their tables side by side. Each round locates in all tables of a tenant, keeps what
 * was found (from then on it is evidence), and changes what was located; the next round's locate is the verification.
 */
import { type Action, nextAction, stepsOf, tenantsOf } from '../../domain/batch.ts';
import { isTenantDone } from '../../domain/receipt.ts';
import type { RequestDocument } from '../../domain/request.ts';
import type { ManifestFile } from '../../store/manifests.ts';
import { advanceSteps, loadRequests, waitShortly } from '../advance.ts';
import { completeForming } from '../claim.ts';
import { finishRequests, showCondition } from '../finish-requests.ts';
import { mapConcurrently } from '../concurrently.ts';
import type { BatchContext } from '../worker.ts';
import { runStep } from './run-step.ts';

const TENANTS_AT_ONCE = 8;

/** Repeatable: what is done is recognised, in the manifest and in BigQuery. */
export async function runBatch(context: BatchContext, file: ManifestFile): Promise<void> {
  if (file.current.phase === 'forming') await completeForming(context, file);
  await runSteadily(context, file, (requests) => finishRequests(context, file.current, requests));
}

/** @param finish what is to be done for the requests of a tenant whose every step has verified zero */
export async function runSteadily(
  context: BatchContext,
  file: ManifestFile,
  finish: (requests: readonly RequestDocument[]) => Promise<void>,
): Promise<void> {
  await mapConcurrently(tenantsOf(file.current), TENANTS_AT_ONCE, (tenant) =>
    runTenant(context, file, tenant, finish),
  );
}

async function runTenant(
  context: BatchContext,
  file: ManifestFile,
  tenant: string,
  finish: (requests: readonly RequestDocument[]) => Promise<void>,
): Promise<void> {
  const requests = await loadRequests(context.services, file.current, tenant);
  const isOver = () => context.services.clock() >= context.deadline;
  while (!isTenantDone(file.current, tenant) && !isOver()) {
    const looked = await runSteps(context, file, tenant, requests, ['plan', 'locate']);
    // What was located is evidence: the manifest has it before the first row of it is changed.
    if (looked) await file.save();
    const changed = await runSteps(context, file, tenant, requests, ['change']);
    if (!looked && !changed && !(await waitShortly(context, stepsOf(file.current, tenant)))) break;
  }
  if (isTenantDone(file.current, tenant)) return finish(requests);
  await file.save();
  await showCondition(context.services, file.current, tenant);
}

/** @returns whether there was anything to do */
async function runSteps(
  context: BatchContext,
  file: ManifestFile,
  tenant: string,
  requests: readonly RequestDocument[],
  kinds: readonly Action['kind'][],
): Promise<boolean> {
  const { clock } = context.services;
  return advanceSteps(
    context,
    file,
    tenant,
    (step) => kinds.includes(nextAction(step, clock()).kind),
    (step) => runStep(context, file.current, step, requests),
  );
}
