/**
 * A GA4 property as its BigQuery export writes it: one table a day, and a live one for today.
 * https://support.google.com/analytics/answer/7029846
 */
import type { Day } from './calendar.ts';
import { type DemoTable, dayNumber, type SchemaField, STREAM } from './demo-table.ts';
import { innerText } from './json-text.ts';
import type { Device, Population } from './people.ts';
import { Random } from './random.ts';
import eventsSchema from './schemas/ga4-events.json' with { type: 'json' };
import { CAMPAIGNS, CITIES, type City, HOST, MODELS, type Model, PAGES, PRODUCTS } from './world.ts';

export const GA4_DATASET = 'analytics_315480001';
const DATASET = { dataset: GA4_DATASET, location: 'EU' };
const STREAM_ID = '4711815001';
const DAY_MILLISECONDS = 86_400_000;
/** Of today, only the night is there yet. */
const INTRADAY_MILLISECONDS = 4 * 3_600_000;
const EVENTS = [
  'page_view',
  'page_view',
  'page_view',
  'user_engagement',
  'scroll',
  'session_start',
  'view_item',
  'purchase',
  'login',
];
const VISITORS_PERCENT = 30;
/** Percent of a person's events that come without login. */
const BEFORE_LOGIN_PERCENT = 25;
/** Without consent a row has neither user_id nor user_pseudo_id. */
const NO_CONSENT_PERCENT = 4;

export function ga4Tables(
  population: Population,
  {
    days,
    rowsPerDay,
    today,
    rowsToday,
  }: { days: readonly Day[]; rowsPerDay: readonly number[]; today: Day; rowsToday: number },
): DemoTable[] {
  const shard = (table: string, day: Day, rows: number, milliseconds: number): DemoTable => ({
    ...DATASET,
    table,
    schema: eventsSchema as SchemaField[],
    parts: [{ rows, lines: () => eventLines(population, day, { rows, milliseconds }) }],
  });
  return [
    ...days.map((day, index) =>
      shard(`events_${day.compact}`, day, rowsPerDay[index] ?? 0, DAY_MILLISECONDS),
    ),
    shard(`events_intraday_${today.compact}`, today, rowsToday, INTRADAY_MILLISECONDS),
  ];
}

/** Rows that come to today's live table later than those it has from the beginning. */
export function liveRows(
  population: Population,
  today: Day,
  { turn, rows }: { turn: number; rows: number },
): object[] {
  const lines = eventLines(population, today, { rows, milliseconds: INTRADAY_MILLISECONDS, turn });
  return Array.from(lines, (line) => JSON.parse(line) as object);
}

/** The rows of the first so many milliseconds of a day; another turn, other rows. */
function* eventLines(
  population: Population,
  day: Day,
  { rows, milliseconds, turn = 0 }: { rows: number; milliseconds: number; turn?: number },
): Generator<string> {
  const random = new Random(population.seed, STREAM.ga4, dayNumber(day), turn);
  for (let row = 0; row < rows; row++) {
    const at = Math.floor(((row + random.fraction()) / rows) * milliseconds);
    yield eventLine(population, random, day, at);
  }
}

function eventLine(population: Population, random: Random, day: Day, at: number): string {
  const dice = random.fraction() * 100;
  const person = dice < VISITORS_PERCENT ? undefined : population.drawPerson(random);
  const number =
    person === undefined ? population.drawVisitorDevice(random) : population.drawDeviceOf(person, random);
  const device = population.device(number);
  const hasConsent = dice >= NO_CONSENT_PERCENT;
  const isLoggedIn = person !== undefined && dice >= VISITORS_PERCENT + BEFORE_LOGIN_PERCENT;
  const account = population.person(person ?? number);
  const name = random.pick(EVENTS);
  const micros = (day.startMilliseconds + at) * 1000 + random.below(1000);
  const setMicros = device.firstSeenSeconds * 1_000_000;
  const campaign = random.below(CAMPAIGNS.length);
  const consent = hasConsent ? 'Yes' : 'No';
  let line = `{"event_date":"${day.compact}","event_timestamp":${micros},"event_name":"${name}","event_params":[${eventParams(random, { name, day, at, email: isLoggedIn ? account.email : undefined })}],"event_bundle_sequence_id":${random.below(1_000_000)},"event_server_timestamp_offset":${random.below(900_000)}`;
  if (isLoggedIn) line += `,"user_id":${JSON.stringify(account.userId)}`;
  if (hasConsent)
    line += `,"user_pseudo_id":${JSON.stringify(device.pseudoId)},"user_first_touch_timestamp":${setMicros}`;
  line += `,"privacy_info":{"analytics_storage":"${consent}","ads_storage":"${consent}","uses_transient_token":"No"}`;
  if (isLoggedIn)
    line += `,"user_properties":[{"key":"plan","value":{"string_value":"${account.plan}","set_timestamp_micros":${setMicros}}},{"key":"home_city","value":{"string_value":"${account.city.city}","set_timestamp_micros":${setMicros}}}]`;
  line += `,${deviceText(device)},${GEO[CITIES.indexOf(account.city)]},${TRAFFIC[campaign]},"stream_id":"${STREAM_ID}","is_active_user":${hasConsent},"batch_event_index":${1 + random.below(9)}`;
  line += device.isApp
    ? `,"platform":"${device.model.os === 'iOS' ? 'IOS' : 'ANDROID'}","app_info":{"id":"com.example.shop","version":"4.2.1","install_source":"manual_install"}`
    : ',"platform":"WEB"';
  if (name === 'purchase' || name === 'view_item') line += `,${itemText(random, name === 'purchase')}`;
  return `${line}}\n`;
}

function eventParams(
  random: Random,
  { name, day, at, email }: { name: string; day: Day; at: number; email: string | undefined },
): string {
  const page = random.pick(PAGES);
  const session = Math.floor((day.startMilliseconds + at) / 1000) - random.below(900);
  let text = `{"key":"ga_session_id","value":{"int_value":${session}}},{"key":"ga_session_number","value":{"int_value":${1 + random.below(40)}}},{"key":"page_location","value":{"string_value":"https://${HOST}${page.path}"}},{"key":"page_title","value":{"string_value":"${page.title}"}},{"key":"engagement_time_msec","value":{"int_value":${random.below(60_000)}}}`;
  // What should not be in GA4 and yet is, in many a property.
  if (name === 'login' && email !== undefined) text += `,{"key":"email","value":{"string_value":"${email}"}}`;
  if (name === 'scroll') text += ',{"key":"percent_scrolled","value":{"int_value":90}}';
  return text;
}

function itemText(random: Random, isPurchase: boolean): string {
  const product = random.pick(PRODUCTS);
  const quantity = 1 + random.below(3);
  const revenue = product.price * quantity;
  const item = `"items":[{"item_id":"${product.sku}","item_name":"${product.name}","item_category":"${product.category}","price":${product.price},"quantity":${quantity},"item_params":[{"key":"gift_wrap","value":{"int_value":${random.below(2)}}}]}]`;
  if (!isPurchase) return item;
  return `"ecommerce":{"total_item_quantity":${quantity},"purchase_revenue":${revenue},"shipping_value":4.9,"unique_items":1,"transaction_id":"T-${random.below(1_000_000_000)}"},${item}`;
}

function deviceText({ model, isApp, deviceId }: Device): string {
  const index = MODELS.indexOf(model);
  if (!isApp) return `"device":{${DEVICE[index]},${WEB_INFO[index]}}`;
  const id = model.os === 'iOS' ? 'vendor_id' : 'advertising_id';
  return `"device":{${DEVICE[index]},"${id}":${JSON.stringify(deviceId)}}`;
}

const DEVICE = MODELS.map((model: Model) =>
  innerText({
    category: model.category,
    mobile_brand_name: model.brand,
    mobile_model_name: model.name,
    operating_system: model.os,
    operating_system_version: model.osVersion,
    language: 'en-us',
    is_limited_ad_tracking: 'No',
    time_zone_offset_seconds: 3600,
  }),
);
const WEB_INFO = MODELS.map((model) =>
  innerText({ web_info: { browser: model.browser, browser_version: model.browserVersion, hostname: HOST } }),
);
const GEO = CITIES.map(({ city, country, continent, region }: City) =>
  innerText({ geo: { city, country, continent, region, metro: '(not set)' } }),
);
const TRAFFIC = CAMPAIGNS.map(([source, medium, name]) =>
  innerText({
    traffic_source: { name, medium, source },
    collected_traffic_source: { manual_source: source, manual_medium: medium, manual_campaign_name: name },
    session_traffic_source_last_click: { manual_campaign: { campaign_name: name, source, medium } },
  }),
);
