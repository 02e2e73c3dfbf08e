/** The demo's tenant, as `npm start` has it: one name reaches every product that stores it. */
import { demoDataMap } from '../../local/demo/demo-people.ts';
import { loadDemo } from '../../local/demo/load-demo.ts';
import { JANE } from '../../local/demo/look-alikes.ts';
import { System, type Tenant } from '../support/system.ts';
import { order } from './vendors/vendor-tenant.ts';

let system: System;
let tenant: Tenant;
beforeAll(async () => {
  system = await System.start();
  await loadDemo(system.bigquery, { rows: 20_000, seed: 1, today: '2026-11-24' });
  tenant = await system.createTenant('demo', [], () => JSON.stringify(demoDataMap()));
}, 120_000);
afterAll(() => system.close());

const EMAILS = [
  'SELECT COUNTIF(JSON_VALUE(properties, \'$."$email"\') IS NOT NULL) AS n FROM `mixpanel.mp_people_data_2237` WHERE',
  'SELECT COUNTIF(JSON_VALUE(properties, \'$."$email"\') IS NOT NULL) AS n FROM `mixpanel.mp_master_event` WHERE',
  "SELECT COUNTIF(EXISTS(SELECT 1 FROM UNNEST(event_params) AS p WHERE p.key = 'email')) AS n FROM `analytics_315480001.events_*` WHERE user_id IS NOT NULL AND",
];

/** In Mixpanel's profiles, its events and GA4's. */
async function countEmails(isWhose: string): Promise<number[]> {
  const counts: number[] = [];
  for (const sql of EMAILS) {
    const column = sql.includes('events_*') ? 'user_id' : 'distinct_id';
    const [row] = await system.query(`${sql} ${column} ${isWhose} '${JANE}'`);
    counts.push(Number(row?.['n']));
  }
  return counts;
}

test('Jane’s e-mail address goes from Mixpanel and from GA4, and nobody else’s', async () => {
  const [hers, others] = [await countEmails('='), await countEmails('!=')];
  for (const count of [...hers, ...others]) expect(count).toBeGreaterThan(0);

  const subjects = [{ type: 'distinct_id', value: JANE }];
  await order(tenant, { type: 'deletion', subjects, scope: { properties: ['$email'] } });

  expect(await countEmails('=')).toEqual([0, 0, 0]);
  expect(await countEmails('!=')).toEqual(others);
});

test('a correction of the town reaches Snowplow in another location too', async () => {
  const subjects = [{ type: 'user_id', value: JANE }];
  await order(tenant, { type: 'correction', subjects, properties: { $city: 'Köln' } });

  const towns = await system.query(
    `SELECT DISTINCT geo_city FROM \`snowplow.events\` WHERE user_id = '${JANE}' AND geo_city IS NOT NULL`,
    'US',
  );
  expect(towns).toEqual([{ geo_city: 'Köln' }]);
});
