import { bytesBilled, costOf } from '../../../functions/domain/cost.ts';
import { refusedPreview, toPreview, totalsOf } from '../../../functions/domain/preview.ts';

const MEGABYTE = 1024 ** 2;
const TEBIBYTE = 1024 ** 4;
const PRICE = 6.25;

// https://cloud.google.com/bigquery/pricing#on_demand_pricing
test.each([
  [0, 10],
  [1, 10],
  [10 * MEGABYTE, 10],
  [10 * MEGABYTE + 1, 11],
  [11 * MEGABYTE, 11],
])('a statement that processes %d bytes of a table is billed %d MB', (bytes, megabytes) => {
  expect(bytesBilled(bytes)).toBe(megabytes * MEGABYTE);
});

test('a cost is the price by the TiB, rounded up to a millionth of a dollar', () => {
  expect(costOf(TEBIBYTE, PRICE)).toEqual({ amount: 6.25, currency: 'USD', price_per_tib: 6.25 });
  expect(costOf(TEBIBYTE / 2, 8).amount).toBe(4);
  expect(costOf(10 * MEGABYTE, PRICE).amount).toBe(0.00006);
  expect(costOf(0, PRICE).amount).toBe(0);
});

const asked = { table: 'p.d.t', location: 'EU', searched: true };
const located = {
  rows: 3,
  found: [
    { values: { 0: 'a' }, partition: '20260102', rows: 1 },
    { values: { 1: 'b' }, partition: '20260101', rows: 1 },
    { values: { 0: 'a', 1: 'b' }, partition: '20260102', rows: 1 },
  ],
  bytesProcessed: 30 * MEGABYTE,
  bytesBilled: 30 * MEGABYTE,
};

test('where rows are changed the locate is billed twice, and every statement has its own minimum', () => {
  expect(toPreview(asked, located, [1, 15 * MEGABYTE], PRICE)).toEqual({
    ...asked,
    rows: 3,
    partitions: { count: 2, ids: ['20260101', '20260102'] },
    bytes_locate: 30 * MEGABYTE,
    bytes_change: 15 * MEGABYTE + 1,
    bytes_billed_estimate: (2 * 30 + 10 + 15) * MEGABYTE,
    estimated_cost: costOf(85 * MEGABYTE, PRICE),
  });
});

test('where nothing is found only the locate is billed', () => {
  const nothing = { ...located, rows: 0, found: [] };
  expect(toPreview(asked, nothing, [], PRICE)).toMatchObject({
    partitions: { count: 0, ids: [] },
    bytes_change: 0,
    bytes_billed_estimate: 30 * MEGABYTE,
  });
});

test('what could not be asked is null, and the totals say that they are not complete', () => {
  const partly = toPreview(asked, located, { reason: 'access_denied', advice: 'Ask.' }, PRICE);
  expect(partly).toMatchObject({
    rows: 3,
    bytes_locate: 30 * MEGABYTE,
    bytes_change: null,
    bytes_billed_estimate: null,
    estimated_cost: null,
    reason: 'access_denied',
    advice: 'Ask.',
  });
  const missing = refusedPreview(asked, { reason: 'table_missing' });
  expect(missing).toMatchObject({ rows: null, partitions: null, bytes_locate: null });

  const whole = toPreview(asked, located, [1], PRICE);
  expect(totalsOf([whole, partly, missing], PRICE)).toEqual({
    complete: false,
    tables: 3,
    rows: 6,
    partitions: 4,
    bytes_locate: 60 * MEGABYTE,
    bytes_change: 1,
    bytes_billed_estimate: 70 * MEGABYTE,
    estimated_cost: costOf(70 * MEGABYTE, PRICE),
  });
  expect(totalsOf([whole], PRICE).complete).toBe(true);
});
