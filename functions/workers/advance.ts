/** Takes the steps of one tenant of a batch along, side by side. */
import { type Manifest, requestsOf, type Step, stepsOf } from '../domain/batch.ts';
import { isTenantDone } from '../domain/receipt.ts';
import type { SearchedRequest } from '../domain/resolution.ts';
import type { Services } from '../services.ts';
import { readSearched } from '../store/identities.ts';
import type { ManifestFile } from '../store/manifests.ts';
import { mapConcurrently } from './concurrently.ts';
import type { BatchContext } from './worker.ts';

/** Tables worked on side by side. */
const STEPS_AT_ONCE = 8;
/** A wait that is over this soon is waited for here; a longer one is left to the next tick. */
const SHORT_WAIT_MILLISECONDS = 5_000;

/**
 * Takes every step as far as wanted actions take it.
 * @param isWanted whether the step's next action is to be taken now
 * @returns whether there was anything to do
 */
export async function advanceSteps(
  { services, deadline }: BatchContext,
  file: ManifestFile,
  tenant: string,
  isWanted: (step: Step) => boolean,
  run: (step: Step) => Promise<Step>,
): Promise<boolean> {
  const moved = await mapConcurrently(stepsOf(file.current, tenant), STEPS_AT_ONCE, async (step) => {
    let current = step;
    while (isWanted(current) && services.clock() < deadline) {
      current = await run(current);
      replaceStep(file, current);
    }
    return current !== step;
  });
  return moved.includes(true);
}

export function replaceStep(file: ManifestFile, step: Step): void {
  const steps = file.current.steps.map((other) => (other.id === step.id ? step : other));
  file.current = { ...file.current, steps };
}

/** Of a tenant whose steps are done, those that are not forgotten yet: others of the batch may take longer. */
export async function loadRequests(
  services: Services,
  manifest: Manifest,
  tenant: string,
): Promise<SearchedRequest[]> {
  const isDone = isTenantDone(manifest, tenant);
  const loaded = await mapConcurrently(requestsOf(manifest, tenant), 32, async (id) => {
    const found = await readSearched(services.store, { tenant, id });
    if (found === undefined && !isDone) throw new Error(`request ${id} of batch ${manifest.batch} is gone`);
    return found;
  });
  return loaded.filter((document) => document !== undefined);
}

/** @returns whether it was worth waiting */
export async function waitShortly(
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
