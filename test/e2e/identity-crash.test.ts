/** What mapping tables led to is kept as long as it is needed, and survives the worker that found it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  eventsOf,
  identifies,
  identityMap,
  jane,
  merges,
  ownersLeft,
  payloadOf,
} from '../support/identity-tenant.ts';
import { System, type Tenant } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

const DAY = 86_400_000;

test('rows of a found identifier that arrive late are swept, and 30 days later all of it is forgotten', async () => {
  const found = 'found-behind-jane-4711';
  const tenant = await system.createTenant(
    'forgotten-ids',
    [eventsOf(['jane', found, 'joe']), merges([['jane', found]], { table: 'merges' }), identifies([])],
    identityMap(),
  );
  const { id } = (await tenant.requestDeletion([jane])).json;
  await system.settled();
  await system.load(tenant.dataset, 'events', [{ distinct_id: found }]);
  expect(await parametersOfJobs()).toContain(found);

  for (const days of [3, 28]) {
    await system.stack.moveClock(days * DAY);
    await system.stack.tick();
    await system.settled();
    await system.stack.tick();
  }

  expect(await ownersLeft(system, tenant)).toEqual(['joe']);
  const receipts = (await tenant.get(`/requests/${id}/receipts`)).json.map(payloadOf);
  expect(receipts).toMatchObject([
    { identities: { count: 1 } },
    { errand: 'sweep-1', rows_changed: 1, identities: { count: 1 } },
    { errand: 'sweep-2' },
  ]);
  expect((await tenant.get(`/requests/${id}`)).status).toBe(404);
  expect(await parametersOfJobs()).not.toContain(found);
  for (const folder of ['storage', 'pubsub', 'logs'])
    expect(await filesWith(join(system.home, folder), found)).toEqual([]);
});

test('the worker may die at any of its calls while it looks for identifiers', async () => {
  const build = (name: string) =>
    system.createTenant(
      name,
      [
        eventsOf(['jane', 'd-1', 'd-2', 'joe']),
        merges([
          ['jane', 'd-1'],
          ['d-1', 'd-2'],
        ]),
        identifies([]),
      ],
      identityMap(),
    );
  const silently = async (tenant: Tenant): Promise<string> => {
    system.stack.faults.add({
      operation: 'pubsub.deliver',
      resource: 'erase',
      action: { kind: 'drop', when: 'before' },
    });
    const { json } = await tenant.requestDeletion([jane]);
    await system.settled();
    system.stack.faults.clear();
    return json.id;
  };
  await silently(await build('rehearsal'));
  system.stack.faults.record();
  await system.stack.tick();
  const calls = [...system.stack.faults.calls];
  const until = calls.findIndex(({ resource }) => resource.includes('batches/EU'));
  const from = calls.findIndex(({ resource }) => resource.includes('identities/'));
  system.stack.faults.clear();
  expect([from > 0, until > from + 8]).toEqual([true, true]);

  // Of calls of one kind the first: the others differ in nothing that a restart could see.
  const kinds = calls.map(
    ({ operation, resource }) => `${operation} ${resource.split('/')[0]?.slice(0, 14)}`,
  );
  const struck = kinds.flatMap((kind, index) =>
    index >= from && index <= until && kinds.indexOf(kind, from) === index ? [index] : [],
  );
  expect(struck.length).toBeGreaterThanOrEqual(8);

  for (const index of struck) {
    for (const when of ['before', 'after'] as const) {
      const tenant = await build(`dies-${index}-${when}`);
      const id = await silently(tenant);
      system.stack.faults.add({
        operation: '*',
        skip: index,
        action: { kind: 'die', process: 'erase', when },
      });
      await system.stack
        .tick()
        .catch((error: Error) => expect(error.message).toMatch(/fetch failed|terminated|socket/));
      system.stack.faults.clear();
      await system.stack.function('erase').ready();
      await system.stack.moveClock(21_000);
      expect(await system.stack.tick()).toBe(204);
      await system.settled();

      const shown = (await tenant.get(`/requests/${id}`)).json;
      expect([index, when, shown.state, shown.identities]).toEqual([index, when, 'completed', 2]);
      expect(await ownersLeft(system, tenant)).toEqual(['joe']);
    }
  }
}, 300_000);

async function parametersOfJobs(): Promise<string> {
  const [jobs] = await system.bigquery.getJobs({ maxResults: 1000 });
  const lethes = jobs.filter(({ id }) => id?.startsWith('lethe_'));
  return JSON.stringify(lethes.map(({ metadata }) => metadata.configuration));
}

async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(files.map(async (file) => (await readFile(file)).includes(text)));
  return files.filter((_, index) => found[index]);
}
