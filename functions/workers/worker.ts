/** What the kinds of workers share, and in what they differ: `pass.ts` finds the work and holds the lease. */
import type { WorkerName } from '../domain/request.ts';
import type { Services } from '../services.ts';
import type { StandingEntry } from '../store/agenda.ts';
import type { ManifestFile } from '../store/manifests.ts';
import type { RequestKey } from '../store/requests.ts';
import type { WakeUp } from './push.ts';

export interface BatchContext {
  services: Services;
  location: string;
  /** Milliseconds since the epoch: no new action is started after it. */
  deadline: number;
  /** Keeps the lease; throws when it is lost. */
  keepAlive: () => Promise<void>;
}

export interface Worker {
  /** Whose open markers and leases are its own. */
  name: WorkerName;
  /** Of the due requests those that a batch may take up now; on the others it is shown why they wait. */
  admit(services: Services, location: string, due: readonly RequestKey[]): Promise<RequestKey[]>;
  /** @returns the manifest of a new batch of some of the admitted requests; undefined when every one got away */
  formBatch(
    context: BatchContext,
    shard: number,
    admitted: readonly RequestKey[],
    wakeUp: WakeUp | undefined,
  ): Promise<ManifestFile | undefined>;
  /** Takes up what the agenda has for today, where the worker has one. */
  runAgenda?(context: BatchContext, shard: number, due: readonly StandingEntry[]): Promise<void>;
  /** Works a batch off. Repeatable: what is done is recognised. */
  runBatch(context: BatchContext, file: ManifestFile): Promise<void>;
}
