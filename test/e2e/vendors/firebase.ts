import { appEvent, userProperty, withoutConsent } from './ga4-rows.ts';
import { JANE, rowsOfAll } from './people.ts';
import type { Row, VendorCase } from './vendor-case.ts';

const shard = (table: string, day: string) => ({
  table,
  schema: 'firebase/events_YYYYMMDD',
  rows: [...rowsOfAll((person) => [appEvent(person, day, 'screen_view')]), withoutConsent(day)],
});

const isPlan = ({ key }: Row) => key === 'plan';

export const FIREBASE: VendorCase = {
  vendor: 'Firebase',
  map: 'firebase',
  tables: [shard('events_20260102', '20260102'), shard('events_intraday_20260103', '20260103')],
  subjects: [{ type: 'user_pseudo_id', value: JANE.device }],
  isHers: (row) => row['user_pseudo_id'] === JANE.device,
  erasure: {
    properties: ['level', 'ga_session_id', 'device.advertising_id', 'device.language', 'user_ltv.revenue'],
    erased: (row) => ({
      ...row,
      event_params: row['event_params'].filter(({ key }: Row) => key !== 'ga_session_id'),
      user_properties: row['user_properties'].filter(isPlan),
      device: { ...row['device'], advertising_id: null, language: null },
      user_ltv: { ...row['user_ltv'], revenue: null },
    }),
  },
  correction: {
    // A number goes where numbers are, and the time at which the property was set stays.
    properties: { level: 4 },
    corrected: (row) => ({
      ...row,
      user_properties: [...row['user_properties'].filter(isPlan), userProperty('level', { int_value: 4 })],
    }),
  },
};
