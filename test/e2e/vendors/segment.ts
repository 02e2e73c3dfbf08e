/** https://segment.com/docs/connections/storage/warehouses/schema/ */
import { JANE, type Person, rowsOfAll } from './people.ts';
import { BY_INGESTION_TIME, type Row, type VendorCase, type VendorTable } from './vendor-case.ts';

const call = (person: Person, id: string): Row => ({
  id: `${id} of ${person.device}`,
  anonymous_id: person.device,
  user_id: person.user,
  received_at: '2026-01-02T03:04:06Z',
  sent_at: '2026-01-02T03:04:05Z',
  timestamp: '2026-01-02T03:04:05Z',
  context_ip: '192.0.2.7',
  context_user_agent: 'Mozilla/5.0',
  context_page_url: `https://example.com/?u=${person.user}`,
  context_campaign_source: 'newsletter',
});

const traits = (person: Person): Row => ({
  email: person.email,
  name: `Name of ${person.user}`,
  first_name: 'Name',
  phone: '+49 228 0',
  plan: 'gold',
});

const table = (name: string, more: (person: Person) => Row): VendorTable => ({
  table: name,
  schema: `segment/${name}`,
  rows: rowsOfAll((person) => [
    { ...call({ ...person, user: null }, 'before login'), ...more(person) },
    { ...call(person, 'after login'), ...more(person) },
  ]),
  resource: BY_INGESTION_TIME,
});

/** Somebody else's, if only by an id that was Jane's: an alias makes two people one. */
const ALIAS_OF_JANE: Row = {
  ...call({ user: 'new', device: 'd-new', email: null }, 'alias'),
  previous_id: JANE.user,
};

const columnsOf: Record<string, string[]> = {
  users: ['email', 'context_ip'],
  identifies: ['email', 'context_ip', 'context_page_url'],
  order_completed: ['email', 'context_ip', 'context_page_url', 'order_id'],
};

export const SEGMENT: VendorCase = {
  vendor: 'Segment',
  map: 'segment',
  names: { EVENT: 'order_completed' },
  tables: [
    table('tracks', () => ({ event: 'order_completed', event_text: 'Order Completed' })),
    table('order_completed', ({ email, device }) => ({
      event: 'order_completed',
      order_id: `o-${device}`,
      email,
      total: 12.5,
      products: JSON.stringify([{ sku: 'SKU-1' }]),
    })),
    table('identifies', traits),
    {
      table: 'users',
      schema: 'segment/users',
      rows: rowsOfAll((person) => [
        { id: person.user, received_at: '2026-01-02T03:04:06Z', ...traits(person), context_ip: '192.0.2.7' },
      ]),
      resource: BY_INGESTION_TIME,
    },
    table('pages', () => ({ name: 'Home', url: 'https://example.com/', title: 'Home' })),
    table('screens', ({ device }) => ({ name: 'Home', context_device_id: `phone ${device}` })),
    table('groups', () => ({ group_id: 'g-1', name: 'ACME', employees: 7 })),
    {
      table: 'aliases',
      schema: 'segment/aliases',
      rows: [
        ...rowsOfAll((person) => [{ ...call(person, 'alias'), previous_id: person.device }]),
        ALIAS_OF_JANE,
      ],
      resource: BY_INGESTION_TIME,
    },
  ],
  subjects: [
    { type: 'user_id', value: JANE.user ?? '' },
    { type: 'anonymous_id', value: JANE.device },
    { type: 'email', value: JANE.email ?? '' },
  ],
  isHers: (row, name) =>
    name === 'users'
      ? row['id'] === JANE.user
      : row['anonymous_id'] === JANE.device || row['previous_id'] === JANE.user,
  erasure: {
    properties: ['email', 'context_ip', 'context_page_url', 'order_id'],
    erased(row, name) {
      const columns = columnsOf[name] ?? ['context_ip', 'context_page_url'];
      return { ...row, ...Object.fromEntries(columns.map((column) => [column, null])) };
    },
  },
  correction: {
    properties: { email: 'jane@example.org', phone: '+49 221 0' },
    corrected(row, name) {
      const email = 'jane@example.org';
      if (name === 'order_completed') return { ...row, email };
      return 'phone' in row ? { ...row, email, phone: '+49 221 0' } : row;
    },
  },
};
