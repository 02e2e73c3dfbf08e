/** https://docs.mixpanel.com/docs/data-pipelines/integrations/bigquery */
import { JANE, type Person, rowsOfAll } from './people.ts';
import { BY_INGESTION_TIME, type Row, type VendorCase } from './vendor-case.ts';

const distinctId = ({ user, device }: Person) => user ?? `$device:${device}`;

const event = (person: Person, user_id: string | null, event_name: string): Row => ({
  user_id,
  time: '2026-01-02T03:04:05Z',
  properties: {
    $city: 'Bonn',
    $browser: 'Firefox',
    mp_lib: 'web',
    email: person.email,
    'Cart value': 12.5,
    cart: { coupon: 'X', items: [1, 2] },
  },
  insert_id: `${event_name} of ${person.device}`,
  event_name,
  distinct_id: user_id ?? `$device:${person.device}`,
  device_id: person.device,
});

const profile = (person: Person): Row => ({
  distinct_id: distinctId(person),
  properties: { $email: person.email, $city: 'Bonn', plan: 'gold' },
});

const mapping = (person: Person): Row => ({
  distinct_id: `$device:${person.device}`,
  resolved_distinct_id: distinctId(person),
});

const HERS = [JANE.user, `$device:${JANE.device}`];

const subjects = [
  { type: 'distinct_id', value: distinctId(JANE) },
  { type: 'distinct_id', value: `$device:${JANE.device}` },
  { type: 'user_id', value: distinctId(JANE) },
  { type: 'device_id', value: JANE.device },
];

export const MIXPANEL: VendorCase = {
  vendor: 'Mixpanel',
  map: 'mixpanel',
  names: { SUFFIX: '2237' },
  tables: [
    {
      table: 'mp_master_event',
      schema: 'mixpanel/mp_master_event',
      rows: rowsOfAll((person) => [
        event(person, null, 'before login'),
        event(person, person.user, 'purchase'),
        event(person, person.user, 'logout'),
      ]),
      resource: BY_INGESTION_TIME,
    },
    {
      table: 'mp_people_data_2237',
      schema: 'mixpanel/mp_people_data',
      rows: rowsOfAll((person) => [profile(person)]),
    },
    {
      table: 'mp_identity_mappings_data_2237',
      schema: 'mixpanel/mp_identity_mappings_data',
      rows: rowsOfAll((person) => [mapping(person)]),
    },
  ],
  subjects,
  isHers: (row) => HERS.includes(row['distinct_id']),
  erasure: {
    properties: ['$city', 'Cart value', '$email', 'no such property'],
    erased(row) {
      if (!row['properties']) return row;
      const { $city: _, 'Cart value': __, $email: ___, ...properties } = row['properties'];
      return { ...row, properties };
    },
  },
  correction: {
    properties: { $city: 'Köln', plan: 'silver' },
    corrected(row) {
      if (!row['properties']) return row;
      const plan = 'plan' in row['properties'] ? { plan: 'silver' } : {};
      return { ...row, properties: { ...row['properties'], $city: 'Köln', ...plan } };
    },
  },
};

const schematized = (person: Person, plan: Row): Row => ({
  mp_event_name: 'purchase',
  distinct_id: distinctId(person),
  time: '2026-01-02T03:04:05Z',
  mp_insert_id: `purchase of ${person.device}`,
  mp_city: 'Bonn',
  mp_browser: 'Firefox',
  mp_device_id: person.device,
  mp_user_id: person.user,
  mp_email: person.email,
  res_select: 'all',
  ...plan,
});

export const MIXPANEL_SCHEMATIZED: VendorCase = {
  vendor: 'Mixpanel, schematized',
  map: 'mixpanel-schematized',
  tables: [
    {
      table: 'mp_master_event',
      schema: 'mixpanel/old_schematized_mp_master_event',
      rows: rowsOfAll((person) => [
        schematized(person, { plan_string: 'gold' }),
        schematized(person, { plan_number: 7 }),
      ]),
      resource: BY_INGESTION_TIME,
    },
  ],
  subjects: [{ type: 'email', value: JANE.email ?? '' }],
  isHers: (row) => row['mp_email'] === JANE.email,
  erasure: {
    properties: ['plan', 'select', '$city'],
    erased: (row) => ({ ...row, plan_string: null, plan_number: null, res_select: null, mp_city: null }),
  },
  correction: {
    // The identifier itself: afterwards the row is found by the new one.
    properties: { $email: 'jane@example.org', $city: 'Köln' },
    corrected: (row) => ({ ...row, mp_email: 'jane@example.org', mp_city: 'Köln' }),
  },
};

const synced = (person: Person, properties: Row): Row => ({
  _fivetran_id: `${properties['title']} of ${person.device}`,
  event_id: 9_406_000,
  name: 'plays',
  time: '2026-01-02T03:04:05Z',
  distinct_id: distinctId(person),
  properties: JSON.stringify(properties),
  city: 'Bonn',
  os: 'iOS',
  device_id: person.device,
  distinct_id_before_identity: `$device:${person.device}`,
});

export const MIXPANEL_FIVETRAN: VendorCase = {
  vendor: 'Mixpanel by Fivetran',
  map: 'mixpanel-fivetran',
  tables: [
    {
      table: 'event',
      schema: 'mixpanel/fivetran_event',
      rows: rowsOfAll((person) => [
        synced(person, { 'Operating System': 'Roku', title: 'spongebob', video_id: 5279 }),
        synced(person, { title: 'other' }),
      ]),
    },
  ],
  subjects: [{ type: 'distinct_id', value: `$device:${JANE.device}` }],
  isHers: (row) => row['distinct_id_before_identity'] === HERS[1],
  erasure: {
    properties: ['Operating System', 'video_id', '$city'],
    erased: (row) => ({
      ...row,
      properties: JSON.stringify({ title: JSON.parse(row['properties']).title }),
      city: null,
    }),
  },
  correction: {
    properties: { video_id: 1, $os: 'tvOS' },
    corrected: (row) => ({ ...row, properties: row['properties'].replace('5279', '1'), os: 'tvOS' }),
  },
};
