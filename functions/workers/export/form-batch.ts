import type { ManifestFile } from '../../store/manifests.ts';
import type { RequestKey } from '../../store/requests.ts';
import { IDENTIFIER_BYTES_PER_BATCH, oldestDue, withinLimits } from '../batch-limits.ts';
import { createBatch } from '../claim.ts';
import { resolveDue } from '../identity/resolve-due.ts';
import type { WakeUp } from '../push.ts';
import type { BatchContext } from '../worker.ts';

/** Beside each identifier the statement says whose it is: half as many fit. */
const EXPORT_IDENTIFIER_BYTES = IDENTIFIER_BYTES_PER_BATCH / 2;

export async function formBatch(
  context: BatchContext,
  shard: number,
  admitted: readonly RequestKey[],
  wakeUp: WakeUp | undefined,
): Promise<ManifestFile | undefined> {
  const documents = await oldestDue(context.services, await resolveDue(context, admitted));
  const requests = withinLimits(documents, EXPORT_IDENTIFIER_BYTES);
  return createBatch(context, shard, { work: 'export', requests }, wakeUp);
}
