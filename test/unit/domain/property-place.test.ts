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
