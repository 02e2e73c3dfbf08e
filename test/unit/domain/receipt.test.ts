import { compactJws, decodeReceipt, signingInput } from '../../../functions/domain/jws.ts';
import { buildReceipt, isTenantDone } from '../../../functions/domain/receipt.ts';
import { hashSubject } from '../../../functions/domain/subject.ts';
import { erasedStep, JANE, JOHN, locatedStep, manifestOf, NOW, planned, rowsOf } from './erasure.ts';

const HASH_KEY = new Uint8Array(32).fill(1);
const at = { hashKey: HASH_KEY, now: NOW };

test('a receipt says what was located and deleted, by which jobs, without any identifier', () => {
  const receipt = buildReceipt(JANE, [manifestOf(erasedStep())], at);

  expect(receipt).toMatchObject({
    version: 1,
    tenant: 'demo',
    request: 'r-jane',
    type: 'deletion',
    scope: 'everything',
    subjects: [hashSubject(HASH_KEY, 'demo', { type: 'user', value: 'jane' })],
    completed_at: new Date(NOW).toISOString(),
    batches: [{ location: 'EU', batch: 'b1' }],
    rows_located: 3,
    rows_changed: 3,
    rows_left: 0,
    bytes_processed: 300,
    bytes_billed: 3000,
  });
  expect(receipt.tables[0]).toMatchObject({ table: 'p.d.events_*', searched: true, rows_changed: 3 });
  expect(receipt.tables[0]?.jobs.map(({ kind, rows_affected }) => [kind, rows_affected])).toEqual([
    ['locate', undefined],
    ['change', 3],
    ['verify', undefined],
  ]);
  // The name of the request has hers in it, as no real one has.
  expect(JSON.stringify({ ...receipt, request: '' })).not.toContain('jane');
});

describe('there is no receipt', () => {
  test('while rows are left', () => {
    const found = locatedStep(planned(), rowsOf('jane', '20261124', 3));

    expect(() => buildReceipt(JANE, [manifestOf(found)], at)).toThrow('has not verified zero');
    expect(() => buildReceipt(JANE, [manifestOf({ ...found, isDone: true })], at)).toThrow('has rows left');
  });

  test("before every table was looked at, though the request's own rows are gone", () => {
    const other = { ...planned(), id: 's1' };

    expect(() => buildReceipt(JANE, [manifestOf(erasedStep(), other)], at)).toThrow('has not verified zero');
  });

  test('of a batch that the request is not in: its counts would be those of nobody', () => {
    const stranger = { ...JANE, id: 'r-stranger' };

    expect(() => buildReceipt(stranger, [manifestOf(erasedStep())], at)).toThrow(/not in batch b1/);
  });
});

describe('no copy is left', () => {
  // https://cloud.google.com/bigquery/docs/time-travel#fail-safe: seven days, after the time travel window.
  test('after time travel (here 48 hours) and fail-safe (7 days) of the last deletion', () => {
    const receipt = buildReceipt(JANE, [manifestOf(erasedStep('2026-11-24T12:00:00.000Z'))], at);

    expect(receipt.no_copy_after).toBe('2026-12-03T12:00:00.000Z');
    expect(receipt.tables[0]?.no_copy_after).toBe('2026-12-03T12:00:00.000Z');
  });

  test('after the latest of several tables', () => {
    const early = erasedStep('2026-11-24T12:00:00.000Z');
    const late = { ...erasedStep('2026-11-24T13:00:00.000Z'), id: 's1' };

    expect(buildReceipt(JANE, [manifestOf(late, early)], at).no_copy_after).toBe('2026-12-03T13:00:00.000Z');
  });

  test('where there never was a row of the request: the batch deleted the rows of others', () => {
    const receipt = buildReceipt(JOHN, [manifestOf(erasedStep())], at);

    expect(receipt).toMatchObject({ rows_located: 0, no_copy_after: null });
  });
});

test('a table that has no column of the subject was not searched, and shows no jobs of others', () => {
  const device = { ...JOHN, subjects: [{ type: 'device', value: 'phone' }] };

  expect(buildReceipt(device, [manifestOf(erasedStep())], at).tables[0]).toMatchObject({
    searched: false,
    rows_located: 0,
    jobs: [],
  });
});

test('a tenant is done when all of its steps are, and not where it has no request', () => {
  expect(isTenantDone(manifestOf(erasedStep()), 'demo')).toBe(true);
  expect(isTenantDone(manifestOf(erasedStep(), planned()), 'demo')).toBe(false);
  expect(isTenantDone(manifestOf(erasedStep()), 'other')).toBe(false);
});

test('a receipt is read back from its JWS as it was written', () => {
  const receipt = buildReceipt(JANE, [manifestOf(erasedStep())], at);

  expect(decodeReceipt(compactJws(signingInput(receipt, 'kid'), new Uint8Array(64)))).toEqual(receipt);
  expect(() => decodeReceipt('x')).toThrow('not a compact JWS');
});
