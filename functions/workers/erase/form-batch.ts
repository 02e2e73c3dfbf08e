import { type Manifest, newStep, requestsOf, tenantsOf } from '../../domain/batch.ts';
import { locationOf } from '../../domain/data-map.ts';
import { LetheError } from '../../domain/errors.ts';
import { claim, markAnnounced } from '../../domain/request-state.ts';
import { log } from '../../log.ts';
import { announce } from '../../requests/announce.ts';
import { readDataMap } from '../../store/data-maps.ts';
import { ManifestFile } from '../../store/manifests.ts';
import { changeState, type RequestKey, readRequest } from '../../store/requests.ts';
import { mapConcurrently } from '../concurrently.ts';
import type { WakeUp } from '../push.ts';
import type { BatchContext } from './run-batch.ts';

/**
 * Identifiers of one batch, in bytes: with them as parameters a statement stays below BigQuery's 10 MB
 * (https://cloud.google.com/bigquery/quotas#query_jobs), so that no step needs more than one statement a chunk.
 */
const IDENTIFIER_BYTES_PER_BATCH = 8_000_000;
const REQUESTS_PER_BATCH = 1_000;
const CLAIMS_AT_ONCE = 32;

/**
 * Forms a batch: the manifest first, naming whom it wants; then each request is claimed by compare-and-set. A crash
 * in between leaves a forming manifest, whose claims the next worker repeats (`completeForming`).
 * @returns its manifest; undefined when every request got away (cancelled, or claimed by somebody else)
 */
export async function formBatch(
  context: BatchContext,
  shard: number,
  due: readonly RequestKey[],
  wakeUp: WakeUp | undefined,
): Promise<ManifestFile | undefined> {
  const { services, location } = context;
  const { store, clock, random } = services;
  const batch = `${clock().toString(36)}${Buffer.from(random(5)).toString('hex')}`;
  const requests = await withinLimits(context, due);
  if (requests.length === 0) return undefined;
  const file = await ManifestFile.create(store, clock, {
    version: 1,
    batch,
    location,
    shard,
    phase: 'forming',
    formedAt: new Date(clock()).toISOString(),
    requests: requests.map(({ tenant, id }) => ({ tenant, id })),
    steps: [],
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
  file.current = { ...kept, phase: 'ready', steps: await planSteps(services, kept) };
  log('INFO', 'formed a batch', { batch, location, count: kept.requests.length });
}

/**
 * @param isAnnounced a wake-up is published only when the request's events are out; of others that is not known, and
 * they are published again
 */
async function claimRequest(
  services: BatchContext['services'],
  location: string,
  batch: string,
  key: RequestKey,
  isAnnounced: boolean,
): Promise<boolean> {
  const outcome = await changeState(services.store, key, (state) => {
    const claimed = claim(state, location, batch, services.clock());
    return claimed && isAnnounced ? markAnnounced(claimed, state.history.length) : claimed;
  });
  if (outcome === undefined || outcome.state.batches[location] !== batch) return false;
  const found = await readRequest(services.store, key);
  if (found === undefined) return false;
  await announce(services, found.document, found.state, found.state.announced);
  return true;
}

/** One step for each table that each tenant's data map has in this location. */
async function planSteps(
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

async function withinLimits({ services }: BatchContext, due: readonly RequestKey[]): Promise<RequestKey[]> {
  const kept: RequestKey[] = [];
  let bytes = 0;
  const usable = await tenantsWithMap(services, due);
  for (const key of due.filter(({ tenant }) => usable.has(tenant)).slice(0, REQUESTS_PER_BATCH)) {
    const found = await readRequest(services.store, key);
    if (found === undefined) continue;
    bytes += found.document.subjects.reduce((total, { value }) => total + Buffer.byteLength(value), 0);
    if (bytes > IDENTIFIER_BYTES_PER_BATCH && kept.length > 0) break;
    kept.push(key);
  }
  return kept;
}

/** A tenant whose map is gone or broken waits, loudly, and holds nobody else up. */
async function tenantsWithMap(
  { store }: BatchContext['services'],
  due: readonly RequestKey[],
): Promise<Set<string>> {
  const usable = new Set<string>();
  for (const tenant of new Set(due.map((key) => key.tenant))) {
    try {
      if ((await readDataMap(store, tenant)) === undefined)
        throw new LetheError('no_data_map', 'no data map');
      usable.add(tenant);
    } catch (error) {
      if (!(error instanceof LetheError)) throw error;
      log('ERROR', 'requests wait because their tenant has no usable data map', { tenant, code: error.code });
    }
  }
  return usable;
}
