/**
 * Works a batch off, tenant by tenant, each tenant's tables side by side. Each round locates in all tables of a tenant, keeps what was found
 * (from then on it is evidence), and changes what was located; the next round's locate is the verification.
 */
import {
  type Action,
  type Manifest,
  nextAction,
  requestsOf,
  type Step,
  stepsOf,
  tenantsOf,
} from '../../domain/batch.ts';
import { isTenantDone } from '../../domain/receipt.ts';
import type { RequestDocument } from '../../domain/request.ts';
import type { Services } from '../../services.ts';
import type { ManifestFile } from '../../store/manifests.ts';
import { readRequest } from '../../store/requests.ts';
import { mapConcurrently } from '../concurrently.ts';
import type { BatchContext } from '../worker.ts';
import { finishRequests, showCondition } from './finish-requests.ts';
import { completeForming } from './form-batch.ts';
import { runStep } from './run-step.ts';

/** Tables worked on side by side. */
const STEPS_AT_ONCE = 8;
/** A wait that is over this soon is waited for here; a longer one is left to the next tick. */
const SHORT_WAIT_MILLISECONDS = 5_000;

/** Repeatable: what is done is recognised, in the manifest and in BigQuery. */
export async function runBatch(context: BatchContext, file: ManifestFile): Promise<void> {
  if (file.current.phase === 'forming') await completeForming(context, file);
  for (const tenant of tenantsOf(file.current)) await runTenant(context, file, tenant);
}

async function runTenant(context: BatchContext, file: ManifestFile, tenant: string): Promise<void> {
  const requests = await loadRequests(context.services, file.current, tenant);
  const isOver = () => context.services.clock() >= context.deadline;
  while (!isTenantDone(file.current, tenant) && !isOver()) {
    const looked = await runSteps(context, file, tenant, requests, ['plan', 'locate']);
    // What was located is evidence: the manifest has it before the first row of it is changed.
    if (looked) await file.save();
    const changed = await runSteps(context, file, tenant, requests, ['change']);
    if (!looked && !changed && !(await waitShortly(context, stepsOf(file.current, tenant)))) break;
  }
  if (isTenantDone(file.current, tenant)) return finishRequests(context, file.current, requests);
  await file.save();
  await showCondition(context.services, file.current, tenant);
}

/** Takes every step as far as actions of these kinds take it. @returns whether there was anything to do */
async function runSteps(
  context: BatchContext,
  file: ManifestFile,
  tenant: string,
  requests: readonly RequestDocument[],
  kinds: readonly Action['kind'][],
): Promise<boolean> {
  const { clock } = context.services;
  const moved = await mapConcurrently(stepsOf(file.current, tenant), STEPS_AT_ONCE, async (step) => {
    let current = step;
    while (kinds.includes(nextAction(current, clock()).kind) && clock() < context.deadline) {
      current = await runStep(context, file.current, current, requests);
      replaceStep(file, current);
    }
    return current !== step;
  });
  return moved.includes(true);
}

function replaceStep(file: ManifestFile, step: Step): void {
  const steps = file.current.steps.map((other) => (other.id === step.id ? step : other));
  file.current = { ...file.current, steps };
}

async function loadRequests(
  services: Services,
  manifest: Manifest,
  tenant: string,
): Promise<RequestDocument[]> {
  return mapConcurrently(requestsOf(manifest, tenant), 32, async (id) => {
    const found = await readRequest(services.store, { tenant, id });
    if (found === undefined) throw new Error(`request ${id} of batch ${manifest.batch} is gone`);
    return found.document;
  });
}

/** @returns whether it was worth waiting */
async function waitShortly(
  { services, deadline, keepAlive }: BatchContext,
  steps: readonly Step[],
): Promise<boolean> {
  const now = services.clock();
  const until = steps.flatMap((step) => (step.isDone || !step.waiting ? [] : [step.waiting.until]));
  const soonest = Math.min(...until);
  if (soonest > now + SHORT_WAIT_MILLISECONDS || soonest > deadline) return false;
  await new Promise((resolve) => setTimeout(resolve, Math.max(soonest - now, 0)));
  await keepAlive();
  return true;
}
