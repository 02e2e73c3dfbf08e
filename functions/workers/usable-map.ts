import { LetheError } from '../domain/errors.ts';
import { log } from '../log.ts';
import type { Services } from '../services.ts';
import { readDataMap } from '../store/data-maps.ts';
import type { RequestKey } from '../store/requests.ts';

/** Those whose tenant has a data map. One whose map is gone or broken waits, loudly, and holds nobody else up. */
export async function withUsableMap<R extends RequestKey>(
  { store }: Services,
  due: readonly R[],
): Promise<R[]> {
  const usable = new Set<string>();
  for (const tenant of new Set(due.map((key) => key.tenant))) {
    try {
      if ((await readDataMap(store, tenant)) === undefined)
        throw new LetheError('no_data_map', 'no data map');
      usable.add(tenant);
    } catch (error) {
      if (!(error instanceof LetheError)) throw error;
      log('ERROR', 'requests wait because their tenant has no usable data map', { tenant, code: error.code });
    }
  }
  return due.filter(({ tenant }) => usable.has(tenant));
}
