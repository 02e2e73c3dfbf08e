/**
 * Forms a batch: the manifest first, naming whom it wants; then each request is claimed by compare-and-set. A crash
 * in between leaves a forming manifest, whose claims the next worker repeats (`completeForming`).
 */
import { type Manifest, newStep, requestsOf, tenantsOf, type Work } from '../domain/batch.ts';
import { locationOf, locationsOf } from '../domain/data-map.ts';
import { workerOf } from '../domain/request.ts';
import { claim, markAnnounced, withLocations } from '../domain/request-state.ts';
import { log } from '../log.ts';
import { announce } from '../requests/announce.ts';
import { wake } from '../requests/wake.ts';
import { readDataMap } from '../store/data-maps.ts';
import { ManifestFile } from '../store/manifests.ts';
import { changeState, markOpen, type RequestKey, readRequest } from '../store/requests.ts';
import { mapConcurrently } from './concurrently.ts';
import type { WakeUp } from './push.ts';
import type { BatchContext } from './worker.ts';

const CLAIMS_AT_ONCE = 32;

/** @returns its manifest; undefined when every request got away (cancelled, or claimed by somebody else) */
export async function createBatch(
  context: BatchContext,
  shard: number,
  { work, requests }: { work: Work; requests: readonly RequestKey[] },
  wakeUp: WakeUp | undefined,
): Promise<ManifestFile | undefined> {
  const { services, location } = context;
  const { store, clock, random } = services;
  if (requests.length === 0) return undefined;
  const wanted: Manifest = {
    version: 1,
    batch: `${clock().toString(36)}${Buffer.from(random(5)).toString('hex')}`,
    location,
    shard,
    work,
    phase: 'forming',
    formedAt: new Date(clock()).toISOString(),
    requests: requests.map(({ tenant, id }) => ({ tenant, id })),
    steps: [],
  };
  // The steps are part of it from the first write: whoever takes over asks the same tables under the same job ids.
  const file = await ManifestFile.create(store, clock, {
    ...wanted,
    steps: await planSteps(services, wanted),
  });
  await completeForming(context, file, wakeUp);
  return file.current.requests.length > 0 ? file : undefined;
}

/** Repeats the claims of a forming manifest and makes it ready: `requests` then holds exactly those it got. */
export async function completeForming(
  { services, location, keepAlive }: BatchContext,
  file: ManifestFile,
  wakeUp?: WakeUp,
): Promise<void> {
  const { batch, requests } = file.current;
  const claimed = await mapConcurrently(requests, CLAIMS_AT_ONCE, async (key) => {
    await keepAlive();
    return claimRequest(services, location, batch, key, wakeUp?.request === key.id);
  });
  const kept: Manifest = { ...file.current, requests: requests.filter((_, index) => claimed[index]) };
  const tenants = tenantsOf(kept);
  const steps = kept.steps
    .filter(({ tenant }) => tenants.includes(tenant))
    .map(({ id, tenant, mapped }) => newStep(id, tenant, mapped, requestsOf(kept, tenant).length));
  file.current = { ...kept, phase: 'ready', steps };
  // Who got away is not asked for by the jobs, under ids that say nothing of it: a successor must leave out the same.
  if (kept.requests.length < requests.length) await file.save();
  log('INFO', 'formed a batch', { batch, location, count: kept.requests.length });
}

/**
 * @param isAnnounced a wake-up is published only when the request's events so far are out; of others that is not known,
 * and they are published again
 */
async function claimRequest(
  services: BatchContext['services'],
  location: string,
  batch: string,
  key: RequestKey,
  isAnnounced: boolean,
): Promise<boolean> {
  const map = await readDataMap(services.store, key.tenant);
  const mapped = map === undefined ? [] : locationsOf(map);
  const outcome = await changeState(services.store, key, (state) => {
    const claimed = claim(withLocations(state, mapped), location, batch, services.clock());
    // A wake-up vouches for the acceptance; what came since may be another worker's, with its event still to come.
    return claimed && isAnnounced ? markAnnounced(claimed, 1) : claimed;
  });
  if (outcome === undefined || outcome.state.batches[location] !== batch) return false;
  const found = await readRequest(services.store, key);
  if (found === undefined) return false;
  // The map may have got tables in other locations since the acceptance: those are searched too.
  const added = found.state.locations.filter((one) => !found.document.locations.includes(one));
  await markOpen(services.store, found.document, added, services.clock());
  await announce(services, found.document, found.state, found.state.announced);
  await wake(services.publisher, workerOf(found.document.type), key, added);
  return true;
}

/** One step for each table that each tenant's data map has in this location. */
export async function planSteps(
  { store }: BatchContext['services'],
  manifest: Manifest,
): Promise<Manifest['steps']> {
  const steps: Manifest['steps'] = [];
  for (const tenant of tenantsOf(manifest)) {
    const map = await readDataMap(store, tenant);
    // Without its map a request must not complete as if there had been nothing to do.
    if (map === undefined) throw new Error(`tenant ${tenant} has requests but no data map`);
    for (const table of map.tables) {
      if (locationOf(map, table) !== manifest.location) continue;
      steps.push(newStep(`s${steps.length}`, tenant, table, requestsOf(manifest, tenant).length));
    }
  }
  return steps;
}
