/**
 * The exporter is killed at every call that it makes to a store or to BigQuery, in turn, before and after the call's effect.
 * Each time one whole export comes out, of one attempt, and no staging table is left.
 */
import { eventsMap, eventsTable } from '../support/events-table.ts';
import { download, order, rowsOf } from '../support/exports.ts';
import { System, type Tenant } from '../support/system.ts';

/** Each of the calls takes seconds: LETHE_KILL_EVERY=1 strikes all of them, `npm test` some. */
const KILL_EVERY = Number(process.env['LETHE_KILL_EVERY'] ?? 6);

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

/** Longer than a lease, so that the next worker may begin. */
const LEASE_OVER = 21_000;

async function newTenant(name: string): Promise<Tenant> {
  const tables = [eventsTable('events', ['jane', 'joe']), eventsTable('people', ['jane', 'joe'])];
  return system.createTenant(name, tables, eventsMap(['events', 'people']));
}

/** An export whose wake-up is lost, so that the tick below does all of the work. */
async function orderSilently(tenant: Tenant): Promise<string> {
  system.stack.faults.add({
    operation: 'pubsub.deliver',
    resource: 'export',
    action: { kind: 'drop', when: 'before' },
  });
  const id = await order(tenant, { subjects: [{ type: 'distinct_id', value: 'jane' }] });
  await system.settled();
  system.stack.faults.clear();
  return id;
}

test('the exporter may die at any of its calls: one whole export comes out', async () => {
  const rehearsal = await newTenant('export-rehearsal');
  const rehearsed = await orderSilently(rehearsal);
  system.stack.faults.record();
  await system.stack.tick('export');
  const calls = system.stack.faults.calls.filter(({ operation }) => !operation.startsWith('pubsub.push'));
  system.stack.faults.clear();
  expect((await rehearsal.get(`/requests/${rehearsed}`)).json.state).toBe('completed');
  expect(calls.length).toBeGreaterThan(20);

  for (const [index, { operation }] of calls.entries()) {
    if (index % KILL_EVERY !== 0) continue;
    // After a call that only reads is before the next one.
    const isRead = /\.(?:get|list|getQueryResults)$/.test(operation);
    for (const when of isRead ? (['before'] as const) : (['before', 'after'] as const)) {
      const name = `export-killed-${index}-${when}`;
      const tenant = await newTenant(name);
      const id = await orderSilently(tenant);
      system.stack.faults.add({
        operation: '*',
        skip: index,
        action: { kind: 'die', process: 'export', when },
      });
      await system.stack
        .tick('export')
        .catch((error: Error) => expect(error.message).toMatch(/fetch failed|terminated|socket/));
      system.stack.faults.clear();
      await system.stack.function('export').ready();
      await system.stack.moveClock(LEASE_OVER);
      expect([name, await system.stack.tick('export')]).toEqual([name, 204]);
      await system.settled();

      expect([name, (await tenant.get(`/requests/${id}`)).json.state]).toEqual([name, 'completed']);
      const files = await download(tenant, id);
      const stem = tenant.dataset;
      const names = files.map((file) => file.name);
      expect(names).toEqual([
        `${stem}.events.ndjson.gz`,
        `${stem}.people.ndjson.gz`,
        'manifest.json',
        'index.html',
      ]);
      for (const table of ['events', 'people']) {
        const rows = rowsOf(files, `${stem}.${table}.ndjson.gz`);
        expect([name, rows.map((row) => row.distinct_id)]).toEqual([name, ['jane', 'jane']]);
      }
      const payload = (await tenant.get(`/requests/${id}/receipt`)).text.split('.')[1] ?? '';
      const receipt = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const folders = receipt.files.map(({ object }: { object: string }) => object.split('/')[2]);
      expect(new Set(folders).size).toBe(1);
      const [tables] = await system.bigquery.dataset('lethe_staging_eu').getTables();
      expect([name, tables.map((table) => table.id)]).toEqual([name, []]);
    }
  }
}, 900_000);
