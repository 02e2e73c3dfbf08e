import { canHold, type PropertyPlace, placeOf } from '../../../functions/domain/property-place.ts';

/** A user property in GA4's tables of users: https://support.google.com/analytics/answer/12769371 */
function slotOfUsers(): PropertyPlace {
  const value = [
    { name: 'string_value', type: 'STRING' },
    { name: 'set_timestamp_micros', type: 'INTEGER' },
    { name: 'user_property_name', type: 'STRING' },
  ];
  const fields = [
    { name: 'key', type: 'STRING' },
    { name: 'value', type: 'RECORD', fields: value },
  ];
  const column = { name: 'user_properties', type: 'RECORD', mode: 'REPEATED', fields };
  const found = placeOf({ name: 'plan', column: 'user_properties', entry: 'slot_01' }, [column]);
  if (!('place' in found)) throw new Error(found.detail);
  return found.place;
}

test('an entry takes a value in a field that is for values, not in one that says when it was set', () => {
  expect(canHold(slotOfUsers(), 'silver')).toBeUndefined();
  expect(canHold(slotOfUsers(), 7)).toContain('user_properties holds STRING,');
});

describe('a replacement', () => {
  const COLUMNS = [
    { name: 'Age', type: 'INTEGER' },
    { name: 'tags', type: 'STRING', mode: 'REPEATED' },
    { name: 'raw', type: 'STRING' },
    { name: 'document', type: 'JSON' },
    { name: 'device', type: 'RECORD', fields: [{ name: 'id', type: 'STRING' }] },
  ];

  test.each([
    ['of the wrong type, of a column that may be NULL', { column: 'age', replacement: 'deleted' }],
    ['of an array', { column: 'tags', replacement: 'deleted' }],
    ['of a whole STRUCT', { column: 'device', replacement: 'deleted' }],
    ['of a key in a JSON column', { column: 'document', key: 'a', replacement: '{}' }],
    ['of a key in a text, that is no text', { column: 'raw', key: 'a', replacement: 5 }],
  ])('%s is a finding, because the statement would fail', (_, entry) => {
    expect(placeOf({ name: 'p', ...entry }, COLUMNS)).toMatchObject({ field: 'replacement' });
  });

  test('that its place can hold is taken', () => {
    expect(placeOf({ name: 'p', column: 'raw', key: 'a', replacement: '{}' }, COLUMNS)).toMatchObject({
      place: { replacement: '{}' },
    });
    // The column is called as the table calls it: in two spellings it would be set twice.
    expect(placeOf({ name: 'p', column: 'age', replacement: -1 }, COLUMNS)).toMatchObject({
      place: { column: 'Age', replacement: -1 },
    });
  });
});
