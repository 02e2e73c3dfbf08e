/** Rows as GA4 and Firebase export them: https://support.google.com/analytics/answer/7029846 and …/12769371 */
import type { Person } from './people.ts';
import type { Row } from './vendor-case.ts';

const EMPTY = { string_value: null, int_value: null, float_value: null, double_value: null };

/** An entry of event_params. */
const param = (key: string, value: Row) => ({ key, value: { ...EMPTY, ...value } });

/** An entry of user_properties: the time at which it was set stands in its value. */
export const userProperty = (key: string, value: Row) => ({
  key,
  value: { ...EMPTY, ...value, set_timestamp_micros: 1_767_000_000_000_000 },
});

export function appEvent({ user, device }: Person, day: string, name: string): Row {
  return {
    event_date: day,
    event_timestamp: 1_767_322_800_000_000,
    event_name: name,
    event_params: [
      param('page_location', { string_value: `https://example.com/?u=${user}` }),
      param('ga_session_id', { int_value: 1_767_322_800 }),
      param('plan', { string_value: 'gold' }),
      param('value', { double_value: 1.5 }),
    ],
    user_id: user,
    user_pseudo_id: device,
    user_properties: [
      userProperty('plan', { string_value: 'gold' }),
      userProperty('level', { int_value: 3 }),
    ],
    user_ltv: { revenue: 12.5, currency: 'EUR' },
    device: {
      category: 'mobile',
      vendor_id: null,
      advertising_id: `ad-${device}`,
      language: 'de-de',
      web_info: { browser: 'Firefox', hostname: 'example.com' },
    },
    geo: { city: 'Bonn', country: 'Germany', region: 'North Rhine-Westphalia' },
    stream_id: '4711815001',
    platform: 'ANDROID',
  };
}

/** Without consent a row has neither ids nor what is known of the device. */
export const withoutConsent = (day: string): Row => ({
  event_date: day,
  event_timestamp: 1_767_322_800_000_000,
  event_name: 'page_view',
  event_params: [param('plan', { string_value: 'gold' })],
});

export function webEvent(person: Person, day: string, name: string): Row {
  return {
    ...appEvent(person, day, name),
    privacy_info: { analytics_storage: 'Yes', ads_storage: 'No', uses_transient_token: 'No' },
    ecommerce: { transaction_id: `t-${person.device}`, purchase_revenue: 12.5 },
    items: [
      { item_id: 'SKU-1', price: 5, item_params: [param('size', { string_value: 'M' })] },
      { item_id: 'SKU-2', price: 7.5, item_params: [] },
    ],
    collected_traffic_source: { gclid: `click-${person.device}`, manual_source: 'newsletter' },
    is_active_user: true,
    batch_page_id: 1,
  };
}

const SLOTS = [
  {
    key: 'slot_01',
    value: { string_value: 'gold', set_timestamp_micros: 1_767_000_000_000_000, user_property_name: 'plan' },
  },
  {
    key: 'slot_02',
    value: { string_value: '3', set_timestamp_micros: 1_767_000_000_000_000, user_property_name: 'level' },
  },
];

const described = {
  user_info: { last_active_timestamp_micros: 1_767_322_800_000_000, first_purchase_date: '20251201' },
  device: { operating_system: 'Android', category: 'mobile', mobile_brand_name: 'Fairphone' },
  geo: { city: 'Bonn', country: 'Germany' },
  audiences: [{ id: 1, name: 'All users', npa: false }],
  user_properties: SLOTS,
  user_ltv: { revenue_in_usd: 12.5, sessions: 4 },
  predictions: { churn_score_7d: 0.25 },
  last_updated_date: '20260102',
};

export const knownUser = ({ user }: Person): Row => ({ user_id: user, ...described });
export const pseudonymousUser = ({ device }: Person): Row => ({
  pseudo_user_id: device,
  stream_id: '4711815001',
  ...described,
});
