/**
 * Before a batch may claim a request its identifiers are found, where the tenant's data map names mapping tables: once, whichever
 * location's worker comes first, because what one location deletes may be what the mapping tables know of it.
 */
import type { DataMap } from '../../domain/data-map.ts';
import { backOffSeconds, judgeFailure, type Verdict } from '../../domain/failure.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { isUnresolved, postpone, type RequestState, resolved } from '../../domain/request-state.ts';
import { log } from '../../log.ts';
import { WarehouseError } from '../../ports.ts';
import { announce } from '../../requests/announce.ts';
import type { Services } from '../../services.ts';
import { readDataMap } from '../../store/data-maps.ts';
import { type IdentitiesDocument, keepIdentities, readIdentities } from '../../store/identities.ts';
import { changeState, type RequestKey, readRequest } from '../../store/requests.ts';
import { withinLimits } from '../batch-limits.ts';
import { mapConcurrently } from '../concurrently.ts';
import type { BatchContext } from '../worker.ts';
import { findIdentities } from './find-identities.ts';

const REQUESTS_AT_ONCE = 1_000;
const AT_ONCE = 32;
/** What failed in passing is tried again after this; what somebody has to mend, after the longer time. */
const RETRY_MILLISECONDS = backOffSeconds(5) * 1_000;
const BLOCKED_MILLISECONDS = 15 * 60_000;

interface Standing {
  document: RequestDocument;
  state: RequestState;
}

/** @returns those of the due requests whose identifiers are known, so that a batch may claim them */
export async function resolveDue(context: BatchContext, due: readonly RequestKey[]): Promise<RequestKey[]> {
  const ready: RequestKey[] = [];
  for (const tenant of new Set(due.map((key) => key.tenant))) {
    const keys = due.filter((key) => key.tenant === tenant);
    const map = await readDataMap(context.services.store, tenant);
    ready.push(...(map?.identity === undefined ? keys : await resolveOf(context, map, keys)));
  }
  return ready;
}

async function resolveOf(
  context: BatchContext,
  map: DataMap,
  keys: readonly RequestKey[],
): Promise<RequestKey[]> {
  const { store } = context.services;
  const found = await mapConcurrently(keys.slice(0, REQUESTS_AT_ONCE), AT_ONCE, (key) =>
    readRequest(store, key),
  );
  const standing = found.filter((request) => request !== undefined);
  const ready: RequestKey[] = standing
    .filter(({ state }) => !isUnresolved(state))
    .map(({ document }) => document);
  const unresolved = standing.filter(({ state }) => isUnresolved(state));
  const before = await mapConcurrently(unresolved, AT_ONCE, ({ document }) =>
    readIdentities(store, document),
  );
  const known = unresolved.flatMap((request, index) => {
    const identities = before[index];
    return identities === undefined ? [] : [{ request, identities }];
  });
  const unknown = unresolved.filter((_, index) => before[index] === undefined);
  const fresh = await search(context, map, unknown);
  const settled = await mapConcurrently([...known, ...fresh], AT_ONCE, async ({ request, identities }) => {
    await context.keepAlive();
    return (await settle(context.services, request, identities)) ? [request.document] : [];
  });
  return [...ready, ...settled.flat()];
}

/** Asks for as many as fit into one statement; none when BigQuery fails, and then the requests show it. */
async function search(
  context: BatchContext,
  map: DataMap,
  unknown: readonly Standing[],
): Promise<{ request: Standing; identities: IdentitiesDocument }[]> {
  const { services, keepAlive } = context;
  const documents = withinLimits(unknown.map(({ document }) => document));
  const requests = unknown.slice(0, documents.length);
  if (requests.length === 0 || services.clock() >= context.deadline) return [];
  const occasion = requests.map(({ document, state }) => [document.id, state.notBefore]);
  try {
    const { resolutions, jobs } = await findIdentities(
      { services, map, occasion, whileWaiting: keepAlive },
      documents,
    );
    return await mapConcurrently(requests, AT_ONCE, async (request, index) => {
      const resolution = resolutions[index];
      if (resolution === undefined) throw new Error(`nothing is known of ${request.document.id}`);
      const wanted: IdentitiesDocument = { version: 1, ...resolution, jobs };
      return { request, identities: await keepIdentities(services.store, request.document, wanted) };
    });
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    await showFailure(services, requests, error);
    return [];
  }
}

/** @returns whether a batch may claim it */
async function settle(
  services: Services,
  { document }: Standing,
  identities: IdentitiesDocument,
): Promise<boolean> {
  const { state, isChanged } = await change(services, document, (current) =>
    resolved(current, identities, services.clock()),
  );
  if (isChanged) {
    const { count, review } = identities;
    log('INFO', 'found identifiers', {
      tenant: document.tenant,
      request: document.id,
      count,
      ...(review && { code: review }),
    });
  }
  return state.condition !== 'needs_review';
}

async function showFailure(
  services: Services,
  requests: readonly Standing[],
  error: WarehouseError,
): Promise<void> {
  const verdict = judgeFailure(error.failure);
  const now = services.clock();
  const waits = {
    condition: verdict.kind === 'block' ? ('blocked' as const) : ('deferred' as const),
    reason: verdict.code,
    until: now + pause(verdict),
  };
  await mapConcurrently(requests, AT_ONCE, async ({ document }) => {
    log(verdict.kind === 'block' ? 'ERROR' : 'WARNING', 'a request has to wait for its identifiers', {
      tenant: document.tenant,
      request: document.id,
      code: verdict.code,
      ...(error.job !== undefined && { job: error.job }),
    });
    await change(services, document, (state) => postpone(state, waits, now));
  });
}

function pause(verdict: Verdict): number {
  if (verdict.kind === 'defer') return verdict.seconds * 1_000;
  return verdict.kind === 'retry' ? RETRY_MILLISECONDS : BLOCKED_MILLISECONDS;
}

/** Changes a state and, where its history shows it, says so. */
async function change(
  services: Services,
  document: RequestDocument,
  apply: (state: RequestState) => RequestState | undefined,
): Promise<{ state: RequestState; isChanged: boolean }> {
  let before = 0;
  const outcome = await changeState(services.store, document, (state) => {
    before = state.history.length;
    return apply(state);
  });
  if (outcome === undefined) throw new Error(`request ${document.id} is gone`);
  if (outcome.isChanged) await announce(services, document, outcome.state, before);
  return outcome;
}
