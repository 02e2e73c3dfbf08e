import { knownUser, pseudonymousUser, webEvent, withoutConsent } from './ga4-rows.ts';
import { JANE, rowsOfAll } from './people.ts';
import type { Row, VendorCase } from './vendor-case.ts';

const eventsOf = (day: string): Row[] => [
  ...rowsOfAll((person) => [
    webEvent(person, day, 'page_view'),
    // Before login: only the cookie says whose it is.
    webEvent({ ...person, user: null }, day, 'purchase'),
  ]),
  withoutConsent(day),
];

const shard = (table: string, day: string) => ({ table, schema: 'ga4/events_YYYYMMDD', rows: eventsOf(day) });

const isEvent = (table: string) => table.startsWith('events_');
const without = (entries: Row[], ...keys: string[]) => entries.filter(({ key }) => !keys.includes(key));

export const GA4: VendorCase = {
  vendor: 'GA4',
  map: 'ga4',
  tables: [
    shard('events_20260101', '20260101'),
    shard('events_20260102', '20260102'),
    shard('events_intraday_20260103', '20260103'),
    {
      table: 'users_20260102',
      schema: 'ga4/users_YYYYMMDD',
      rows: rowsOfAll((person) => [knownUser(person)]),
    },
    {
      table: 'pseudonymous_users_20260102',
      schema: 'ga4/pseudonymous_users_YYYYMMDD',
      rows: rowsOfAll((person) => [pseudonymousUser(person)]),
    },
  ],
  subjects: [
    { type: 'user_id', value: JANE.user ?? '' },
    { type: 'user_pseudo_id', value: JANE.device },
    { type: 'device_id', value: `ad-${JANE.device}` },
  ],
  isHers: (row) =>
    row['user_id'] === JANE.user || [row['user_pseudo_id'], row['pseudo_user_id']].includes(JANE.device),
  erasure: {
    properties: [
      'plan',
      'page_location',
      'geo.city',
      'device.web_info.hostname',
      'collected_traffic_source.gclid',
      'items',
      'audiences',
      'predictions.churn_score_7d',
    ],
    erased(row, table) {
      const geo = { ...row['geo'], city: null };
      if (!isEvent(table))
        return {
          ...row,
          geo,
          audiences: [],
          user_properties: without(row['user_properties'], 'slot_01'),
          predictions: { ...row['predictions'], churn_score_7d: null },
        };
      return {
        ...row,
        geo,
        event_params: without(row['event_params'], 'plan', 'page_location'),
        user_properties: without(row['user_properties'], 'plan'),
        device: { ...row['device'], web_info: { ...row['device'].web_info, hostname: null } },
        collected_traffic_source: { ...row['collected_traffic_source'], gclid: null },
        items: [],
      };
    },
  },
  correction: {
    properties: { plan: 'silver', 'geo.city': 'Köln', 'user_ltv.revenue': 0 },
    corrected(row, table) {
      const geo = { ...row['geo'], city: 'Köln' };
      const silver = (entries: Row[]) =>
        entries.map((entry) =>
          ['plan', 'slot_01'].includes(entry['key'])
            ? { ...entry, value: { ...entry['value'], string_value: 'silver' } }
            : entry,
        );
      const user_properties = silver(row['user_properties']);
      if (!isEvent(table)) return { ...row, geo, user_properties };
      return {
        ...row,
        geo,
        event_params: silver(row['event_params']),
        user_properties,
        user_ltv: { ...row['user_ltv'], revenue: 0 },
      };
    },
  },
};
