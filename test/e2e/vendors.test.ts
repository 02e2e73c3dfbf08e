/** The maps of maps/ on tables of each vendor's shape: whole tables before and after, through HTTP and Google's client. */
import { System } from '../support/system.ts';
import { FIREBASE } from './vendors/firebase.ts';
import { GA4 } from './vendors/ga4.ts';
import { MIXPANEL, MIXPANEL_FIVETRAN, MIXPANEL_SCHEMATIZED } from './vendors/mixpanel.ts';
import { RUDDERSTACK } from './vendors/rudderstack.ts';
import { SEGMENT } from './vendors/segment.ts';
import { SNOWPLOW } from './vendors/snowplow.ts';
import type { Row, VendorCase } from './vendors/vendor-case.ts';
import { allRows, canonical, changed, hasSchemas, order, vendorTenant } from './vendors/vendor-tenant.ts';

const CASES: VendorCase[] = [
  MIXPANEL,
  MIXPANEL_SCHEMATIZED,
  MIXPANEL_FIVETRAN,
  GA4,
  FIREBASE,
  SEGMENT,
  SNOWPLOW,
  RUDDERSTACK,
];

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

(hasSchemas ? describe : describe.skip).each(CASES)('$vendor', (vendor) => {
  const { subjects, isHers } = vendor;
  const newTenant = (purpose: string) => vendorTenant(system, `${vendor.map}-${purpose}`, vendor);

  test('deletion of everything leaves exactly the rows of everybody else', async () => {
    const tenant = await newTenant('everything');
    const before = await allRows(tenant, vendor.tables);

    const shown = await order(tenant, { type: 'deletion', subjects, scope: 'everything' });

    const expected = changed(before, (row, table) => (isHers(row, table) ? undefined : row));
    // Neither all nor nothing, in any table.
    for (const [table, rows] of Object.entries(expected)) {
      expect([table, rows.length > 0]).toEqual([table, true]);
      expect([table, rows.length < (before[table]?.length ?? 0)]).toEqual([table, true]);
    }
    expect(await allRows(tenant, vendor.tables)).toEqual(expected);
    expect(shown.tables.every((table: Row) => table['searched'] && table['rows_left'] === 0)).toBe(true);
  });

  test('deletion of named properties leaves everything else of everybody', async () => {
    const tenant = await newTenant('properties');
    const before = await allRows(tenant, vendor.tables);
    const { properties, erased } = vendor.erasure;

    const shown = await order(tenant, { type: 'deletion', subjects, scope: { properties } });

    const expected = changed(before, (row, table) => (isHers(row, table) ? erased(row, table) : row));
    expect(await allRows(tenant, vendor.tables)).toEqual(expected);
    expect(rowsChanged(shown)).toBe(rowsThatDiffer(before, expected));
  });

  test('a correction sets what is there, and nothing else', async () => {
    const tenant = await newTenant('correction');
    const before = await allRows(tenant, vendor.tables);
    const { properties, corrected } = vendor.correction;

    const shown = await order(tenant, { type: 'correction', subjects, properties });

    const expected = changed(before, (row, table) => (isHers(row, table) ? corrected(row, table) : row));
    expect(await allRows(tenant, vendor.tables)).toEqual(expected);
    expect(rowsChanged(shown)).toBe(rowsThatDiffer(before, expected));
  });
});

function rowsChanged(shown: { tables: { rows_changed: number; rows_left: number }[] }): number {
  expect(shown.tables.map((table) => table.rows_left)).toEqual(shown.tables.map(() => 0));
  return shown.tables.reduce((sum, { rows_changed }) => sum + rows_changed, 0);
}

/** More than none: an order that found nothing to do would prove nothing. */
function rowsThatDiffer(before: Record<string, Row[]>, after: Record<string, Row[]>): number {
  const texts = new Set(Object.values(after).flat().map(canonical));
  const count = Object.values(before)
    .flat()
    .filter((row) => !texts.has(canonical(row))).length;
  expect(count).toBeGreaterThan(0);
  return count;
}
