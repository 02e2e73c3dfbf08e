/** Who asked for an export before the deletion gets it: the deletion waits until the export has ended. */
import type { RequestDocument } from '../../domain/request.ts';
import { isTerminal, waitForExport } from '../../domain/request-state.ts';
import type { SearchedRequest } from '../../domain/resolution.ts';
import { subjectKey } from '../../domain/subject.ts';
import { announce } from '../../requests/announce.ts';
import type { Services } from '../../services.ts';
import { readSearched } from '../../store/identities.ts';
import { changeState, listOpen, type RequestKey, readRequest } from '../../store/requests.ts';
import { mapConcurrently } from '../concurrently.ts';

const READS_AT_ONCE = 32;

/** @returns the due requests of whose subjects no earlier export is open; the others show why they wait */
export async function withoutEarlierExports(
  services: Services,
  location: string,
  due: readonly RequestKey[],
): Promise<RequestKey[]> {
  const free: RequestKey[] = [];
  for (const tenant of new Set(due.map((key) => key.tenant))) {
    const mine = due.filter((key) => key.tenant === tenant);
    const exports = await openExports(services, location, tenant);
    if (exports.length === 0) free.push(...mine);
    else free.push(...(await withoutExports(services, mine, exports)));
  }
  return free;
}

async function openExports(
  { store }: Services,
  location: string,
  tenant: string,
): Promise<RequestDocument[]> {
  const markers = await Array.fromAsync(listOpen(store, location, tenant));
  const exports = markers.filter(({ worker }) => worker === 'export');
  const found = await mapConcurrently(exports, READS_AT_ONCE, (marker) => readRequest(store, marker));
  return found.flatMap((one) => (one === undefined || isTerminal(one.state) ? [] : [one.document]));
}

async function withoutExports(
  services: Services,
  due: readonly RequestKey[],
  exports: readonly RequestDocument[],
): Promise<RequestKey[]> {
  const earliest = new Map<string, string>();
  for (const { subjects, accepted_at } of exports) {
    for (const key of subjects.map(subjectKey)) {
      const known = earliest.get(key);
      if (known === undefined || accepted_at < known) earliest.set(key, accepted_at);
    }
  }
  const isFree = await mapConcurrently(due, READS_AT_ONCE, async (key) => {
    const found = await readSearched(services.store, key);
    if (found === undefined) return false;
    const { subjects, accepted_at } = found;
    // Of two that were accepted in the same millisecond the export counts as the earlier one: it loses nothing.
    const waits = subjects.some((subject) => (earliest.get(subjectKey(subject)) ?? '~') <= accepted_at);
    if (waits) await showWaiting(services, found);
    return !waits;
  });
  return due.filter((_, index) => isFree[index]);
}

async function showWaiting(services: Services, document: SearchedRequest): Promise<void> {
  const outcome = await changeState(services.store, document, (state) =>
    waitForExport(state, services.clock()),
  );
  if (outcome?.isChanged) await announce(services, document, outcome.state, outcome.state.history.length - 1);
}
