/** Edits of one subject are made in the order of their acceptance: a later one waits for what a batch has not finished. */
import { workOf } from '../../domain/edits.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { subjectKey } from '../../domain/subject.ts';
import type { Services } from '../../services.ts';
import { listOpen, type RequestKey, readRequest } from '../../store/requests.ts';
import { mapConcurrently } from '../concurrently.ts';

const READS_AT_ONCE = 32;

/** @returns the due requests but for edits of whose subjects another edit is under way */
export async function withoutEarlierEdits(
  services: Services,
  location: string,
  due: readonly RequestKey[],
): Promise<RequestKey[]> {
  const free: RequestKey[] = [];
  for (const tenant of new Set(due.map((key) => key.tenant))) {
    const mine = due.filter((key) => key.tenant === tenant);
    const busy = await subjectsBeingEdited(services, location, tenant, mine);
    if (busy.size === 0) free.push(...mine);
    else free.push(...(await withoutBusy(services, mine, busy)));
  }
  return free;
}

async function subjectsBeingEdited(
  { store }: Services,
  location: string,
  tenant: string,
  due: readonly RequestKey[],
): Promise<Set<string>> {
  const ids = new Set(due.map(({ id }) => id));
  const markers = await Array.fromAsync(listOpen(store, location, tenant));
  const others = markers.filter(({ worker, id }) => worker === 'erase' && !ids.has(id));
  const found = await mapConcurrently(others, READS_AT_ONCE, (marker) => readRequest(store, marker));
  const editing = found.flatMap((one) => {
    if (one === undefined || workOf(one.document) !== 'edit') return [];
    const { batches, done } = one.state;
    return batches[location] !== undefined && !done.includes(location) ? [one.document] : [];
  });
  return new Set(editing.flatMap(keysOf));
}

async function withoutBusy(
  { store }: Services,
  due: readonly RequestKey[],
  busy: ReadonlySet<string>,
): Promise<RequestKey[]> {
  const isFree = await mapConcurrently(due, READS_AT_ONCE, async (key) => {
    const found = await readRequest(store, key);
    if (found === undefined) return false;
    return workOf(found.document) !== 'edit' || !keysOf(found.document).some((one) => busy.has(one));
  });
  return due.filter((_, index) => isFree[index]);
}

function keysOf({ subjects }: RequestDocument): string[] {
  return subjects.map(subjectKey);
}
