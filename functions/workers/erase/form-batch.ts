import { type Manifest, newStep, requestsOf, tenantsOf, type Work } from '../../domain/batch.ts';
import { locationOf, locationsOf } from '../../domain/data-map.ts';
import { editsOf, workOf } from '../../domain/edits.ts';
import { LetheError } from '../../domain/errors.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { claim, markAnnounced, withLocations } from '../../domain/request-state.ts';
import { subjectKey } from '../../domain/subject.ts';
import { log } from '../../log.ts';
import { announce } from '../../requests/announce.ts';
import { wake } from '../../requests/wake.ts';
import { readDataMap } from '../../store/data-maps.ts';
import { ManifestFile } from '../../store/manifests.ts';
import { changeState, markOpen, type RequestKey, readRequest } from '../../store/requests.ts';
import { mapConcurrently } from '../concurrently.ts';
import type { WakeUp } from '../push.ts';
import type { BatchContext } from '../worker.ts';

/**
 * Identifiers of one batch, in bytes of JSON: with them as parameters a statement stays below BigQuery's 10 MB
 * (https://cloud.google.com/bigquery/quotas#query_jobs), so that no step needs more than one statement a chunk. A type
 * that is in STRING and in INT64 columns is sent twice.
 */
const IDENTIFIER_BYTES_PER_BATCH = 4_000_000;
const ARRAY_VALUE_BYTES = '{"value":},'.length;
/** Each group of edits has conditions of its own in the statement, whose text may have 1 MB. */
const EDIT_GROUPS_PER_BATCH = 50;
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
  const { work, requests } = await selectRequests(context, due);
  if (requests.length === 0) return undefined;
  const wanted: Manifest = {
    version: 1,
    batch,
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
  const map = await readDataMap(services.store, key.tenant);
  const mapped = map === undefined ? [] : locationsOf(map);
  const outcome = await changeState(services.store, key, (state) => {
    const claimed = claim(withLocations(state, mapped), location, batch, services.clock());
    return claimed && isAnnounced ? markAnnounced(claimed, state.history.length) : claimed;
  });
  if (outcome === undefined || outcome.state.batches[location] !== batch) return false;
  const found = await readRequest(services.store, key);
  if (found === undefined) return false;
  // The map may have got tables in other locations since the acceptance: those are searched too.
  const added = found.state.locations.filter((one) => !found.document.locations.includes(one));
  await markOpen(services.store, found.document, added, services.clock());
  await announce(services, found.document, found.state, found.state.announced);
  await wake(services.publisher, 'erase', key, added);
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

/** The oldest request says what the batch does; others that want the same done join it, as far as they fit. */
async function selectRequests(
  { services }: BatchContext,
  due: readonly RequestKey[],
): Promise<{ work: Work; requests: RequestKey[] }> {
  const usable = await tenantsWithMap(services, due);
  const candidates = due.filter(({ tenant }) => usable.has(tenant)).slice(0, REQUESTS_PER_BATCH);
  const found = await mapConcurrently(candidates, CLAIMS_AT_ONCE, (key) => readRequest(services.store, key));
  const documents = found
    .flatMap((one) => (one === undefined ? [] : [one.document]))
    .sort((a, b) => (a.accepted_at < b.accepted_at ? -1 : 1));
  const work = workOf(documents[0] ?? NO_EDITS);
  const alike = documents.filter((document) => workOf(document) === work);
  return { work, requests: withinLimits(work === 'edit' ? editableTogether(alike) : alike) };
}

const NO_EDITS = { type: 'deletion', scope: 'everything' } as const;

function withinLimits(documents: readonly RequestDocument[]): RequestDocument[] {
  let bytes = 0;
  const end = documents.findIndex(({ subjects }, index) => {
    for (const { value } of subjects) bytes += Buffer.byteLength(JSON.stringify(value)) + ARRAY_VALUE_BYTES;
    return bytes > IDENTIFIER_BYTES_PER_BATCH && index > 0;
  });
  return end === -1 ? [...documents] : documents.slice(0, end);
}

/** Edits of one subject are made in the order of their acceptance: the later request waits for the next batch. */
function editableTogether(documents: readonly RequestDocument[]): RequestDocument[] {
  const groupOf = new Map<string, string>();
  const groups = new Set<string>();
  return documents.filter(({ tenant, subjects, ...request }) => {
    const group = JSON.stringify([tenant, editsOf(request)]);
    const keys = subjects.map((subject) => JSON.stringify([tenant, subjectKey(subject)]));
    if (keys.some((key) => (groupOf.get(key) ?? group) !== group)) {
      // Whoever comes after it waits behind it.
      for (const key of keys) groupOf.set(key, groupOf.get(key) ?? '');
      return false;
    }
    if (!groups.has(group) && groups.size >= EDIT_GROUPS_PER_BATCH) return false;
    groups.add(group);
    for (const key of keys) groupOf.set(key, group);
    return true;
  });
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
