/** https://www.rudderstack.com/docs/destinations/warehouse-destinations/warehouse-schema/ */
import { JANE, type Person, rowsOfAll } from './people.ts';
import { BY_INGESTION_TIME, type Row, type VendorCase, type VendorTable } from './vendor-case.ts';

/** The schema files are of a source in the cloud, which knows no anonymous ids; the page above has the column. */
const ANONYMOUS_ID = [{ name: 'anonymous_id', type: 'STRING' }];

const call = (person: Person, id: string): Row => ({
  id: `${id} of ${person.device}`,
  anonymous_id: person.device,
  user_id: person.user,
  received_at: '2026-01-02T03:04:06Z',
  timestamp: '2026-01-02T03:04:05Z',
  context_ip: '192.0.2.7',
  context_request_ip: '192.0.2.8',
});

/** Columns whose names are reserved words have a _ before them. */
const RESERVED = { _as: 'non escaped column', _between: 'non escaped column' };

const traits = ({ user, email }: Person): Row => ({
  ...RESERVED,
  email,
  name: `Name of ${user}`,
  logins: 2,
  context_traits_email: email,
  context_traits_name: null,
  context_traits_logins: 2,
});

const table = (name: string, more: (person: Person) => Row): VendorTable => ({
  table: name,
  schema: `rudderstack/${name}`,
  moreColumns: ANONYMOUS_ID,
  rows: rowsOfAll((person) => [
    { ...call({ ...person, user: null }, 'before login'), ...more(person) },
    { ...call(person, 'after login'), ...more(person) },
  ]),
  resource: BY_INGESTION_TIME,
});

/** Tables without a user's call in each row: who has which id, and which ids are one person's. */
const IDENTITIES: VendorTable[] = [
  {
    table: 'rudder_identity_mappings',
    schema: 'rudderstack/rudder_identity_mappings',
    rows: rowsOfAll(({ user, device }) => [
      { merge_property_type: 'user_id', merge_property_value: user, rudder_id: `r-${device}` },
      { merge_property_type: 'anonymous_id', merge_property_value: device, rudder_id: `r-${device}` },
    ]),
  },
  {
    table: 'rudder_identity_merge_rules',
    schema: 'rudderstack/rudder_identity_merge_rules',
    rows: rowsOfAll(({ user, device }) => [
      {
        merge_property_1_type: 'anonymous_id',
        merge_property_1_value: device,
        merge_property_2_type: 'user_id',
        merge_property_2_value: user,
      },
    ]),
  },
];

const HERS = [JANE.user, JANE.device];

export const RUDDERSTACK: VendorCase = {
  vendor: 'RudderStack',
  map: 'rudderstack',
  names: { EVENT: 'product_track' },
  tables: [
    table('tracks', () => ({ event: 'product_track', event_text: 'Product Track' })),
    table('product_track', () => ({ ...RESERVED, event: 'product_track', rating: 3, review_body: 'Fine.' })),
    table('identifies', traits),
    {
      table: 'users',
      schema: 'rudderstack/users',
      rows: rowsOfAll((person) => [
        { id: person.user, received_at: '2026-01-02T03:04:06Z', ...traits(person), context_ip: '192.0.2.7' },
      ]),
    },
    table('pages', () => ({ ...RESERVED, name: 'Home', url: 'https://example.com/' })),
    table('screens', () => ({ name: 'Home' })),
    table('_groups', () => ({ ...RESERVED, group_id: 'g-1', name: 'ACME', employees: 7 })),
    table('aliases', ({ device }) => ({ previous_id: device })),
    ...IDENTITIES,
  ],
  subjects: [
    { type: 'user_id', value: JANE.user ?? '' },
    { type: 'anonymous_id', value: JANE.device },
  ],
  isHers: (row, name) =>
    name === 'users'
      ? row['id'] === JANE.user
      : HERS.some((id) =>
          [row['anonymous_id'], row['merge_property_value'], row['merge_property_1_value']].includes(id),
        ),
  erasure: {
    properties: ['context_ip', 'email', 'name', 'review_body'],
    erased(row, name) {
      if (name.startsWith('rudder_')) return row;
      const hasTraits = name === 'identifies' || name === 'users';
      const columns = [
        'context_ip',
        ...(hasTraits ? ['email', 'context_traits_email', 'context_traits_name'] : []),
        // Of a group it is the group's name.
        ...(hasTraits || name === 'pages' || name === 'screens' ? ['name'] : []),
        ...(name === 'product_track' ? ['review_body'] : []),
      ];
      return { ...row, ...Object.fromEntries(columns.map((column) => [column, null])) };
    },
  },
  correction: {
    properties: { email: 'jane@example.org', logins: 0 },
    corrected: (row, name) =>
      name === 'identifies' || name === 'users'
        ? {
            ...row,
            email: 'jane@example.org',
            context_traits_email: 'jane@example.org',
            logins: 0,
            context_traits_logins: 0,
          }
        : row,
  },
};
