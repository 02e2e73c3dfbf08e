import type { WorkerName } from '../domain/request.ts';
import type { Publisher } from '../ports.ts';
import type { RequestKey } from '../store/requests.ts';

const TOPICS = { erase: 'deletions', export: 'exports' } as const;

/** Wakes the workers of the locations. A message carries no identifier and no state: the store decides. */
export async function wake(
  publisher: Publisher,
  worker: WorkerName,
  { tenant, id }: RequestKey,
  locations: readonly string[],
): Promise<void> {
  await Promise.all(
    locations.map((location) => publisher.publish(TOPICS[worker], { tenant, request: id }, { location })),
  );
}
