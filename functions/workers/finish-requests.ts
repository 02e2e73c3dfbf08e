/**
 * The end of a request: this location is done; when every location is, the receipt is signed and kept, the state
 * becomes `completed`, its events go out, and last of all the open markers go. Each of these can be repeated, and is,
 * until the markers are gone.
 */
import { conditionOf, type Manifest, requestsOf, stepsOf } from '../domain/batch.ts';
import { buildReceipt } from '../domain/receipt.ts';
import type { RequestDocument } from '../domain/request.ts';
import {
  complete,
  entriesUpToClaim,
  finishLocation,
  isFinishedEverywhere,
  isTerminal,
  markAnnounced,
  type RequestState,
  setCondition,
} from '../domain/request-state.ts';
import { log } from '../log.ts';
import { announce } from '../requests/announce.ts';
import { closeRequest } from '../requests/close.ts';
import { signReceipt } from '../requests/sign-receipt.ts';
import type { Services } from '../services.ts';
import { readManifest } from '../store/manifests.ts';
import { keepReceipt, readReceipt } from '../store/receipts.ts';
import { changeState, isOpen, readRequest } from '../store/requests.ts';
import { mapConcurrently } from './concurrently.ts';
import type { BatchContext } from './worker.ts';

const FINISHES_AT_ONCE = 16;

export async function finishRequests(
  { services, location, keepAlive }: BatchContext,
  manifest: Manifest,
  requests: readonly RequestDocument[],
): Promise<void> {
  await mapConcurrently(requests, FINISHES_AT_ONCE, async (request) => {
    await keepAlive();
    const here = await changeState(services.store, request, (state) => finishLocation(state, location));
    if (here === undefined || (!isFinishedEverywhere(here.state) && !isTerminal(here.state))) return;
    // Its batch is looked at because of others: what is closed stays closed, or its sweeps would begin anew.
    if (isTerminal(here.state) && !(await isOpen(services.store, location, request))) return;
    if (!isTerminal(here.state)) await completeRequest(services, request, here.state, manifest);
    await closeRequest(services, request);
  });
}

async function completeRequest(
  services: Services,
  request: RequestDocument,
  state: RequestState,
  manifest: Manifest,
): Promise<void> {
  if ((await readReceipt(services.receipts, request)) === undefined) {
    const manifests = await Promise.all(
      // In the order of the locations, whichever was claimed first.
      Object.entries(state.batches)
        .sort()
        .map(async ([location, batch]) => {
          if (batch === manifest.batch) return manifest;
          const found = await readManifest(services.store, location, batch);
          if (found === undefined) throw new Error(`batch ${batch} has no manifest`);
          return found.manifest;
        }),
    );
    const { hashKey } = services.config;
    await keepReceipt(
      services.receipts,
      request,
      await signReceipt(services, buildReceipt(request, manifests, { hashKey, now: services.clock() })),
    );
  }
  await changeState(services.store, request, (current) =>
    // A ready manifest says that the events up to the claim are out. What came after is published (again) at the close.
    complete(markAnnounced(current, entriesUpToClaim(current)), services.clock()),
  );
  log('INFO', 'completed a request', { tenant: request.tenant, request: request.id });
}

/** Shows on every request of the tenant why it waits, or that it goes on. */
export async function showCondition(services: Services, manifest: Manifest, tenant: string): Promise<void> {
  const waits = conditionOf(stepsOf(manifest, tenant));
  await mapConcurrently(requestsOf(manifest, tenant), FINISHES_AT_ONCE, async (id) => {
    const outcome = await changeState(services.store, { tenant, id }, (state) =>
      setCondition(state, waits, services.clock()),
    );
    if (!outcome?.isChanged) return;
    const found = await readRequest(services.store, { tenant, id });
    if (found !== undefined)
      await announce(services, found.document, outcome.state, outcome.state.history.length - 1);
  });
}
