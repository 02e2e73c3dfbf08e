/** A batch looks at the first thousand due requests: they must be the oldest, not the first by name. */
import { newState } from '../../../functions/domain/request-state.ts';
import type { ObjectStore, StoredObject } from '../../../functions/ports.ts';
import type { Services } from '../../../functions/services.ts';
import { toMetadata } from '../../../functions/store/request-metadata.ts';
import { Pass } from '../../../functions/workers/pass.ts';
import type { Worker } from '../../../functions/workers/worker.ts';

test('due requests come in the order of their acceptance', async () => {
  let now = 10_000;
  const object = (name: string, metadata: Record<string, string>): StoredObject => ({
    name,
    generation: '1',
    metageneration: '1',
    metadata,
    createdAt: 0,
  });
  // Accepted as c, b, a; a listing has them as a, b, c.
  const accepted: Record<string, number> = { 'r-c': 1, 'r-b': 2, 'r-a': 3 };
  const store = {
    async read() {},
    create: async (name: string) => object(name, {}),
    async remove() {},
    async *list() {
      for (const id of Object.keys(accepted).sort()) yield object(`open/EU/t/${id}`, { worker: 'erase' });
    },
    async head(name: string) {
      const at = accepted[name.split('/').at(-1) ?? ''] ?? 0;
      const state = newState({ now: at, notBefore: at, due: 1e15, locations: ['EU'], fingerprint: '' });
      return object(name, toMetadata(state) as Record<string, string>);
    },
  } as unknown as ObjectStore;
  let seen: string[] = [];
  const worker: Worker = {
    name: 'erase',
    admit: async (_services, _location, due) => [...due],
    formBatch: async (_context, _shard, admitted) => {
      seen = admitted.map(({ id }) => id);
      now = 1e9;
      return undefined;
    },
    runBatch: async () => {},
  };
  const services = {
    store,
    clock: () => now,
    config: { shards: 1, cadences: {}, locations: ['EU'] },
    publisher: { publish: async () => {} },
  } as unknown as Services;

  await new Pass(services, {
    worker,
    location: 'EU',
    deadline: 20_000,
    wakeUp: { tenant: 't', request: 'r-a', location: 'EU' },
  }).run();

  expect(seen).toEqual(['r-c', 'r-b', 'r-a']);
});
