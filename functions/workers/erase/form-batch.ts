import type { Work } from '../../domain/batch.ts';
import { editsOf, workOf } from '../../domain/edits.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { subjectKey } from '../../domain/subject.ts';
import type { ManifestFile } from '../../store/manifests.ts';
import type { RequestKey } from '../../store/requests.ts';
import { oldestDue, withinLimits } from '../batch-limits.ts';
import { createBatch } from '../claim.ts';
import { resolveDue } from '../identity/resolve-due.ts';
import type { WakeUp } from '../push.ts';
import type { BatchContext } from '../worker.ts';
import { withoutEarlierExports } from './earlier-exports.ts';

/** Each group of edits has conditions of its own in the statement, whose text may have 1 MB. */
const EDIT_GROUPS_PER_BATCH = 50;
/** An edit takes up to 470 bytes for each of its places in a table (a key of a text with JSON). One request may name 100. */
const EDITS_PER_BATCH = 1_000;

export async function formBatch(
  context: BatchContext,
  shard: number,
  due: readonly RequestKey[],
  wakeUp: WakeUp | undefined,
): Promise<ManifestFile | undefined> {
  const resolved = await resolveDue(context, due);
  // Once more, now that it is known by which other identifiers an export may have named the same people.
  const free = await withoutEarlierExports(context.services, context.location, resolved);
  return createBatch(context, shard, await selectRequests(context, free), wakeUp);
}

/** The oldest request says what the batch does; others that want the same done join it, as far as they fit. */
async function selectRequests(
  { services }: BatchContext,
  due: readonly RequestKey[],
): Promise<{ work: Work; requests: RequestKey[] }> {
  const documents = await oldestDue(services, due);
  const work = workOf(documents[0] ?? NO_EDITS);
  const alike = documents.filter((document) => workOf(document) === work);
  return { work, requests: withinLimits(work === 'edit' ? editableTogether(alike) : alike) };
}

const NO_EDITS = { type: 'deletion', scope: 'everything' } as const;

/** Edits of one subject are made in the order of their acceptance: the later request waits for the next batch. */
function editableTogether(documents: readonly RequestDocument[]): RequestDocument[] {
  const groupOf = new Map<string, string>();
  const groups = new Set<string>();
  let edits = 0;
  return documents.filter(({ tenant, subjects, ...request }) => {
    const own = editsOf(request) ?? [];
    const group = JSON.stringify([tenant, own]);
    const keys = subjects.map((subject) => JSON.stringify([tenant, subjectKey(subject)]));
    const isNew = !groups.has(group);
    const isFull = groups.size >= EDIT_GROUPS_PER_BATCH || edits + own.length > EDITS_PER_BATCH;
    if ((isNew && isFull) || keys.some((key) => (groupOf.get(key) ?? group) !== group)) {
      // Whoever comes after it waits behind it.
      for (const key of keys) groupOf.set(key, groupOf.get(key) ?? '');
      return false;
    }
    if (isNew) edits += own.length;
    groups.add(group);
    for (const key of keys) groupOf.set(key, group);
    return true;
  });
}
