/** https://docs.snowplow.io/docs/fundamentals/canonical-event/ */
import { JANE, type Person, rowsOfAll } from './people.ts';
import type { Row, VendorCase } from './vendor-case.ts';

const WEB_PAGE = 'contexts_com_snowplowanalytics_snowplow_web_page_1_0_0';
const SESSION = 'contexts_com_snowplowanalytics_snowplow_client_session_1_0_1';
const UA_PARSER = 'contexts_com_snowplowanalytics_snowplow_ua_parser_context_1_0_0';
const LINK_CLICK = 'unstruct_event_com_snowplowanalytics_snowplow_link_click_1_0_1';
const NOBODYS_PAGE = '00000000-0000-0000-0000-000000000000';

const event = ({ user, device }: Person, day: string, more: Row = {}): Row => ({
  app_id: 'shop',
  platform: 'web',
  collector_tstamp: `${day}T03:04:05.678Z`,
  event_id: `${user} ${device} ${day}`,
  v_collector: 'ssc-2.1.2',
  v_etl: 'beam-enrich-1.4.2',
  user_id: user,
  user_ipaddress: '192.0.2.7',
  domain_userid: device,
  domain_sessionidx: 3,
  network_userid: `n-${device}`,
  geo_city: 'Bonn',
  geo_latitude: 50.7,
  page_url: `https://example.com/?u=${user}`,
  br_features_pdf: true,
  se_value: 1.5,
  [WEB_PAGE]: [{ id: `page of ${device}` }, { id: 'second' }],
  [SESSION]: [
    { user_id: device, session_id: 's-1', session_index: 3 },
    { user_id: null, session_id: 's-2', session_index: 4 },
  ],
  [UA_PARSER]: [{ useragent_family: 'Firefox', device_family: 'Fairphone' }],
  ...more,
});

const click = {
  event: 'unstruct',
  [LINK_CLICK]: { target_url: 'https://example.com/', element_id: 'buy', element_classes: ['a', 'b'] },
};

const HERS = [JANE.user, JANE.device, `n-${JANE.device}`];

export const SNOWPLOW: VendorCase = {
  vendor: 'Snowplow',
  map: 'snowplow',
  tables: [
    {
      table: 'events',
      schema: 'snowplow/atomic_events',
      rows: rowsOfAll((person) => [
        event(person, '2026-01-02'),
        event({ ...person, user: null }, '2026-01-02', click),
        event(person, '2026-01-05', click),
        // From a phone, where there is no cookie.
        event(person, '2026-01-06', { domain_userid: null, network_userid: null }),
      ]),
      resource: {
        timePartitioning: { type: 'DAY', field: 'collector_tstamp' },
        requirePartitionFilter: true,
      },
    },
  ],
  subjects: [
    { type: 'user_id', value: JANE.user ?? '' },
    { type: 'domain_userid', value: JANE.device },
    { type: 'network_userid', value: `n-${JANE.device}` },
  ],
  isHers: (row) =>
    [row['user_id'], row['domain_userid'], row['network_userid']].some((id) => HERS.includes(id)),
  erasure: {
    properties: [
      'user_ipaddress',
      'domain_sessionidx',
      'geo_latitude',
      'web_page.id',
      'client_session.user_id',
      'ua_parser_context',
      'link_click.target_url',
      'link_click.element_classes',
    ],
    erased: (row) => ({
      ...row,
      user_ipaddress: null,
      domain_sessionidx: null,
      geo_latitude: null,
      [WEB_PAGE]: [{ id: NOBODYS_PAGE }, { id: NOBODYS_PAGE }],
      [SESSION]: row[SESSION].map((item: Row) => ({ ...item, user_id: null })),
      [UA_PARSER]: [],
      [LINK_CLICK]: row[LINK_CLICK] && { ...row[LINK_CLICK], target_url: null, element_classes: [] },
    }),
  },
  correction: {
    properties: {
      geo_city: 'Köln',
      geo_latitude: 50.9,
      'client_session.user_id': 'other',
      'link_click.element_id': 'b',
    },
    corrected: (row) => ({
      ...row,
      geo_city: 'Köln',
      geo_latitude: 50.9,
      [SESSION]: row[SESSION].map((item: Row) => ({ ...item, user_id: item['user_id'] && 'other' })),
      [LINK_CLICK]: row[LINK_CLICK] && { ...row[LINK_CLICK], element_id: 'b' },
    }),
  },
};
