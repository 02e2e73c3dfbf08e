import { parseCadence, startsAt } from '../../../functions/domain/cadence.ts';

const at = (iso: string) => Date.parse(iso);

test.each([
  ['at_once', '2026-11-25T10:20:30.123Z', '2026-11-25T10:20:30.123Z'],
  ['hourly', '2026-11-25T10:20:30Z', '2026-11-25T11:00:00Z'],
  ['hourly', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z'],
  ['daily@02:30', '2026-11-25T02:29:59Z', '2026-11-25T02:30:00Z'],
  ['daily@02:30', '2026-11-25T02:30:00.001Z', '2026-11-26T02:30:00Z'],
  ['daily@00:00', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00Z'],
])('%s takes in what may start at %s with the batch of %s', (text, notBefore, expected) => {
  const cadence = parseCadence(text);

  expect(cadence && startsAt(at(notBefore), cadence)).toBe(at(expected));
});

test.each(['', 'daily', 'daily@24:00', 'daily@2:30', 'weekly', 'Hourly'])('%j is no cadence', (text) => {
  expect(parseCadence(text)).toBeUndefined();
});
