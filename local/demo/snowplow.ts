/**
 * A Snowplow pipeline's atomic events, partitioned by day on collector_tstamp, in another location than the rest.
 * https://docs.snowplow.io/docs/fundamentals/canonical-event/
 */
import { type Day, formatTime } from './calendar.ts';
import { type DemoTable, dayNumber, type SchemaField, STREAM } from './demo-table.ts';
import { innerText } from './json-text.ts';
import type { Device, Person, Population } from './people.ts';
import { Random } from './random.ts';
import eventsSchema from './schemas/snowplow-events.json' with { type: 'json' };
import { CAMPAIGNS, CITIES, HOST, MODELS, PAGES } from './world.ts';

const DAY_MILLISECONDS = 86_400_000;
const VISITORS_PERCENT = 25;
const BEFORE_LOGIN_PERCENT = 20;
/** Percent of the rows whose tracker was told to set no cookie: no id at all. */
const NO_COOKIE_PERCENT = 3;
const EVENT_NAMES = ['page_view', 'page_view', 'page_ping', 'page_ping', 'page_ping', 'link_click'];

export function snowplowTable(
  population: Population,
  days: readonly Day[],
  rowsPerDay: readonly number[],
): DemoTable {
  return {
    dataset: 'snowplow',
    location: 'US',
    table: 'events',
    schema: eventsSchema as SchemaField[],
    timePartitioning: { type: 'DAY', field: 'collector_tstamp' },
    clustering: { fields: ['event_name'] },
    parts: [
      {
        rows: rowsPerDay.reduce((sum, rows) => sum + rows, 0),
        *lines() {
          for (const [index, day] of days.entries())
            yield* eventLines(population, day, rowsPerDay[index] ?? 0);
        },
      },
    ],
  };
}

function* eventLines(population: Population, day: Day, rows: number): Generator<string> {
  const random = new Random(population.seed, STREAM.snowplow, dayNumber(day));
  for (let row = 0; row < rows; row++) {
    const at = Math.floor(((row + random.fraction()) / rows) * DAY_MILLISECONDS);
    yield eventLine(population, random, formatTime(day, at));
  }
}

function eventLine(population: Population, random: Random, time: string): string {
  const dice = random.fraction() * 100;
  const person = dice < VISITORS_PERCENT ? undefined : population.drawPerson(random);
  const number =
    person === undefined ? population.drawVisitorDevice(random) : population.drawDeviceOf(person, random);
  const device = population.device(number);
  const account = population.person(person ?? number);
  const isLoggedIn = person !== undefined && dice >= VISITORS_PERCENT + BEFORE_LOGIN_PERCENT;
  const name = random.pick(EVENT_NAMES);
  const kind = name === 'link_click' ? 'unstruct' : name;
  const vendor =
    '"event_vendor":"com.snowplowanalytics.snowplow","event_format":"jsonschema","event_version":"1-0-0"';
  let line = `{"app_id":"shop","platform":"${device.isApp ? 'mob' : 'web'}","etl_tstamp":"${time}","collector_tstamp":"${time}","dvce_created_tstamp":"${time}","derived_tstamp":"${time}","load_tstamp":"${time}","event":"${kind}","event_name":"${name}",${vendor},"event_id":"${random.uuid()}","v_tracker":"js-3.24.0","v_collector":"ssc-3.2.0-googlepubsub","v_etl":"enrich-pubsub-4.2.0-common-4.2.0"`;
  if (isLoggedIn) line += `,"user_id":${JSON.stringify(account.userId)}`;
  if (dice >= NO_COOKIE_PERCENT) line += idsText(device, random);
  line += `,"user_ipaddress":"203.0.113.${number % 256}",${GEO[CITIES.indexOf(account.city)]},${BROWSER[MODELS.indexOf(device.model)]}${pageText(random)}`;
  return `${line}${nestedText(random, { name, device, account, hasIds: dice >= NO_COOKIE_PERCENT })}}\n`;
}

function idsText({ domainUserId, networkUserId }: Device, random: Random): string {
  return `,"domain_userid":${JSON.stringify(domainUserId)},"network_userid":${JSON.stringify(networkUserId)},"domain_sessionidx":${1 + random.below(60)},"domain_sessionid":"${random.uuid()}"`;
}

function pageText(random: Random): string {
  const page = random.pick(PAGES);
  const [source, medium, campaign] = random.pick(CAMPAIGNS);
  let text = `,"page_url":"https://${HOST}${page.path}","page_title":"${page.title}","page_urlscheme":"https","page_urlhost":"${HOST}","page_urlport":443,"page_urlpath":"${page.path}"`;
  if (medium === 'email')
    text += `,"mkt_source":"${source}","mkt_medium":"${medium}","mkt_campaign":"${campaign}"`;
  return text;
}

/** The columns that are arrays of STRUCT and STRUCT. */
function nestedText(
  random: Random,
  { name, device, account, hasIds }: { name: string; device: Device; account: Person; hasIds: boolean },
): string {
  let text = `,"contexts_com_snowplowanalytics_snowplow_web_page_1_0_0":[{"id":"${random.uuid()}"}],${UA_CONTEXT[MODELS.indexOf(device.model)]}`;
  if (device.isApp && hasIds)
    text += `,"contexts_com_snowplowanalytics_snowplow_client_session_1_0_1":[{"user_id":${JSON.stringify(device.domainUserId)},"session_id":"${random.uuid()}","session_index":${1 + random.below(60)},"storage_mechanism":"LOCAL_STORAGE"}]`;
  if (name === 'link_click')
    text += `,"unstruct_event_com_snowplowanalytics_snowplow_link_click_1_0_1":{"target_url":"https://${HOST}/help/returns","element_id":"returns","element_classes":["link","${account.plan}"]}`;
  return text;
}

const GEO = CITIES.map((city) =>
  innerText({
    geo_country: city.countryCode,
    geo_region: city.regionCode,
    geo_city: city.city,
    geo_zipcode: city.zip,
    geo_latitude: city.latitude,
    geo_longitude: city.longitude,
    geo_region_name: city.region,
    geo_timezone: city.timezone,
  }),
);
const BROWSER = MODELS.map((model) =>
  innerText({
    useragent: model.userAgent,
    br_name: model.browser,
    br_family: model.browser,
    br_version: model.browserVersion,
    br_type: 'Browser',
    br_lang: 'en-US',
    br_cookies: true,
    br_viewwidth: model.width,
    br_viewheight: model.height - 120,
    os_name: model.os,
    os_family: model.os,
    dvce_type: model.category,
    dvce_ismobile: model.category !== 'desktop',
    dvce_screenwidth: model.width,
    dvce_screenheight: model.height,
    doc_charset: 'UTF-8',
  }),
);
const UA_CONTEXT = MODELS.map((model) =>
  innerText({
    contexts_com_snowplowanalytics_snowplow_ua_parser_context_1_0_0: [
      {
        useragent_family: model.browser,
        os_family: model.os,
        os_version: model.osVersion,
        device_family: model.name,
      },
    ],
  }),
);
