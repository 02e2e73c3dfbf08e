import type { Publisher } from '../ports.ts';
import type { RequestKey } from '../store/requests.ts';

/** Wakes the workers of the locations. A message carries no identifier and no state: the store decides. */
export async function wake(
  publisher: Publisher,
  { tenant, id }: RequestKey,
  locations: readonly string[],
): Promise<void> {
  await Promise.all(
    locations.map((location) => publisher.publish('deletions', { tenant, request: id }, { location })),
  );
}
