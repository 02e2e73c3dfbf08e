import type { Services } from '../services.ts';
import { listOpen } from '../store/requests.ts';
import { wake } from './wake.ts';

/** An export has ended: deletions and corrections of the tenant may have waited for it. One wake-up a location will do. */
export async function wakeErasures(
  { store, publisher }: Services,
  tenant: string,
  locations: readonly string[],
): Promise<void> {
  for (const location of locations) {
    for await (const marker of listOpen(store, location, tenant)) {
      if (marker.worker !== 'erase') continue;
      await wake(publisher, 'erase', marker, [location]);
      break;
    }
  }
}
