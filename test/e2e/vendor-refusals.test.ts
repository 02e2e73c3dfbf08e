/** What the author of a map is told, when tables are not as maps/ has them. */
import { System } from '../support/system.ts';
import { FIREBASE } from './vendors/firebase.ts';
import { GA4 } from './vendors/ga4.ts';
import { MIXPANEL } from './vendors/mixpanel.ts';
import { RUDDERSTACK } from './vendors/rudderstack.ts';
import { allRows, filledMap, hasSchemas, order, vendorTenant } from './vendors/vendor-tenant.ts';

const YAML = { 'content-type': 'application/yaml' };

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

(hasSchemas ? describe : describe.skip)('maps on other tables than theirs', () => {
  test('a view is refused, and the tables behind it are asked for', async () => {
    const tenant = await vendorTenant(system, 'mixpanel-view', MIXPANEL);
    const { dataset } = tenant;
    await system.bigquery.dataset(dataset).createTable('mp_people_data_view', {
      view: `SELECT * FROM \`${dataset}.mp_people_data_2237\``,
    });
    const map = filledMap('mixpanel', { DATASET: dataset, mp_people_data_SUFFIX: 'mp_people_data_view' });

    const answer = await tenant.call('PUT', '/data-map', map.replaceAll('SUFFIX', '2237'), YAML);

    expect(answer.status).toBe(422);
    expect(answer.json.errors).toEqual([
      { field: 'tables[1].table', detail: expect.stringContaining('name the tables behind it') },
    ]);
  });

  test('every column that is not there is named; without these lines the map is taken', async () => {
    const withoutAnonymousIds = RUDDERSTACK.tables.map(({ moreColumns: _, ...table }) => ({
      ...table,
      rows: table.rows.map(({ anonymous_id: __, ...row }) => row),
    }));
    const narrow = { ...RUDDERSTACK, tables: withoutAnonymousIds };
    await expect(vendorTenant(system, 'rudderstack-narrow', narrow)).rejects.toThrow(
      'has no column anonymous_id',
    );
    const names = { DATASET: 'rudderstack_narrow', EVENT: 'product_track' };
    const map = filledMap('rudderstack', names).replaceAll(/^.*column: anonymous_id.*$/gm, '');

    const tenant = await system.createTenant('rudderstack-narrow', [], () => map);
    await order(tenant, { type: 'deletion', subjects: RUDDERSTACK.subjects, scope: 'everything' });

    const left = await allRows(tenant, withoutAnonymousIds);
    expect(left['identifies']?.length).toBe(15);
  });

  test('a correction that one of the tables cannot hold is refused as a whole', async () => {
    const tenant = await vendorTenant(system, 'ga4-slots', GA4);

    // GA4's tables of users hold texts only.
    const answer = await tenant.post('/requests', {
      type: 'correction',
      subjects: GA4.subjects,
      properties: { plan: 7 },
    });

    expect([answer.status, answer.json.errors[0].field]).toEqual([422, 'properties.plan']);
  });

  test('date shards from before a column existed are worked on with those that have it', async () => {
    const older = FIREBASE.tables.filter(({ table }) => table === 'events_20260102');
    const newer = GA4.tables.filter(({ table }) => table !== 'events_20260102');
    const tables = [...newer, ...older];
    const tenant = await vendorTenant(system, 'ga4-grown', { ...GA4, tables });
    const properties = ['geo.city', 'collected_traffic_source.gclid', 'items'];

    await order(tenant, { type: 'deletion', subjects: GA4.subjects, scope: { properties } });

    const after = await allRows(tenant, tables);
    for (const { table } of tables.filter((one) => one.table.startsWith('events_')))
      for (const row of (after[table] ?? []).filter((one) => GA4.isHers(one, table)))
        expect([table, row['geo'].city, row['items'] ?? []]).toEqual([table, null, []]);
  });
});
