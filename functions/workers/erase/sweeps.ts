/**
 * Sweeps: a completed deletion is made once more, because rows may have arrived since. A sweep is a batch like any other; what
 * it did is counted on a receipt of its own beside the first.
 */
import { workerAccess } from '../../domain/access-event.ts';
import { type Manifest, newStep, requestsOf, retried, tenantsOf } from '../../domain/batch.ts';
import { workOf } from '../../domain/edits.ts';
import { sweptEvent } from '../../domain/ledger-event.ts';
import { entryFor } from '../../domain/planned-table.ts';
import { buildReceipt } from '../../domain/receipt.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { log } from '../../log.ts';
import { signReceipt } from '../../requests/sign-receipt.ts';
import type { Services } from '../../services.ts';
import { batchOf, type StandingEntry, strike, takeUp } from '../../store/agenda.ts';
import { readDataMap } from '../../store/data-maps.ts';
import { readSearched } from '../../store/identities.ts';
import { ManifestFile } from '../../store/manifests.ts';
import { keepSweepReceipt } from '../../store/receipts.ts';
import { withinLimits } from '../batch-limits.ts';
import { planSteps } from '../claim.ts';
import { mapConcurrently } from '../concurrently.ts';
import { withUsableMap } from '../usable-map.ts';
import type { BatchContext } from '../worker.ts';

const ENTRIES_PER_BATCH = 1_000;
const AT_ONCE = 16;

/** @returns the manifests of sweeps that are to be worked off: those begun before, and one new */
export async function sweepBatches(
  context: BatchContext,
  shard: number,
  due: readonly StandingEntry[],
): Promise<ManifestFile[]> {
  const { store, clock } = context.services;
  const taken = await mapConcurrently(due, AT_ONCE, (entry) => batchOf(store, entry));
  const begun = [...new Set(taken.filter((batch) => batch !== undefined))];
  const files = await mapConcurrently(begun, AT_ONCE, (batch) =>
    ManifestFile.open(store, clock, context.location, batch),
  );
  for (const file of files) await remapWaiting(context.services, file);
  // A tenant without a map waits, and keeps nobody else from being swept or forgotten.
  const free = await withUsableMap(
    context.services,
    due.filter((_, index) => taken[index] === undefined),
  );
  const formed = free.length === 0 ? undefined : await formSweep(context, shard, free);
  return formed === undefined ? files : [...files, formed];
}

/** Nobody can retry a request that is closed: what waits is planned anew when the table's entry in the map has changed. */
async function remapWaiting(services: Services, file: ManifestFile): Promise<void> {
  const tenants = tenantsOf(file.current).map((tenant) => ({ tenant, id: '' }));
  for (const { tenant } of await withUsableMap(services, tenants)) {
    const map = await readDataMap(services.store, tenant);
    const steps = file.current.steps.map((step) => {
      if (step.tenant !== tenant || step.isDone || step.waiting === undefined) return step;
      const mapped = entryFor(map, step.mapped, services.config.project);
      return JSON.stringify(mapped) === JSON.stringify(step.mapped) ? step : retried(step, mapped);
    });
    file.current = { ...file.current, steps };
  }
}

/** One errand at a time: a request whose two sweeps are due is swept once, and once more at the next tick. */
async function formSweep(
  { services, location }: BatchContext,
  shard: number,
  free: readonly StandingEntry[],
): Promise<ManifestFile | undefined> {
  const { store, clock, random } = services;
  const errand = free[0]?.errand;
  const entries = free.filter((entry) => entry.errand === errand).slice(0, ENTRIES_PER_BATCH);
  const documents = await documentsOf(services, entries);
  const [first] = documents;
  if (first === undefined || errand === undefined) return undefined;
  const work = workOf(first);
  const chosen = withinLimits(documents.filter((document) => workOf(document) === work));
  const batch = `${clock().toString(36)}${Buffer.from(random(5)).toString('hex')}`;
  const wanted: Manifest = {
    version: 1,
    batch,
    location,
    shard,
    work,
    errand,
    phase: 'ready',
    formedAt: new Date(clock()).toISOString(),
    requests: chosen.map(({ tenant, id }) => ({ tenant, id })),
    steps: [],
  };
  const file = await ManifestFile.create(store, clock, {
    ...wanted,
    steps: await planSteps(services, wanted),
  });
  const isTaken = await mapConcurrently(wanted.requests, AT_ONCE, async ({ tenant, id }) => {
    const entry = entries.find((one) => one.tenant === tenant && one.id === id);
    return entry !== undefined && takeUp(store, entry, batch);
  });
  const requests = wanted.requests.filter((_, index) => isTaken[index]);
  const steps = file.current.steps.map(({ id, tenant, mapped }) =>
    newStep(id, tenant, mapped, requestsOf({ ...file.current, requests }, tenant).length),
  );
  file.current = { ...file.current, requests, steps };
  await file.save();
  log('INFO', 'formed a sweep', { batch, location, count: requests.length });
  return file;
}

async function documentsOf(
  services: Services,
  entries: readonly StandingEntry[],
): Promise<RequestDocument[]> {
  const found = await mapConcurrently(entries, AT_ONCE, async (entry) => {
    const request = await readSearched(services.store, entry);
    // Forgotten, though it was to be swept: there is nothing left to ask for.
    if (request === undefined) await strike(services.store, entry);
    return request;
  });
  return found.filter((document) => document !== undefined);
}

/** The sweep of these requests has verified zero: receipt, event, and then the entry goes. */
export async function finishSweep(
  { services, keepAlive }: BatchContext,
  manifest: Manifest,
  requests: readonly RequestDocument[],
  due: readonly StandingEntry[],
): Promise<void> {
  const { config, clock, publisher, receipts, store } = services;
  const { errand, location } = manifest;
  if (errand === undefined) throw new Error(`batch ${manifest.batch} is no sweep`);
  await mapConcurrently(requests, AT_ONCE, async (request) => {
    await keepAlive();
    const entry = due.find(
      (one) => one.errand === errand && one.tenant === request.tenant && one.id === request.id,
    );
    // Struck already: only others of the batch are not done.
    if (entry === undefined) return;
    const receipt = {
      ...buildReceipt(request, [manifest], { hashKey: config.hashKey, now: clock() }),
      errand,
    };
    await keepSweepReceipt(receipts, request, { errand, location }, await signReceipt(services, receipt));
    const event = sweptEvent(request, receipt, { errand, location, hashKey: config.hashKey });
    await publisher.publish('events', event, { tenant: request.tenant });
    const access = workerAccess(request, receipt, config.hashKey);
    const eventId = `${access.event_id}:${errand}:${location}`;
    await publisher.publish('access', { ...access, event_id: eventId }, { tenant: request.tenant });
    await strike(store, entry);
  });
}
