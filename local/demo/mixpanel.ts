/**
 * A Mixpanel project as its BigQuery export writes it: events partitioned by ingestion time, profiles, identity mappings.
 * https://docs.mixpanel.com/docs/data-pipelines/integrations/bigquery
 */
import { type Day, formatTime } from './calendar.ts';
import { type DemoPart, type DemoTable, dayNumber, STREAM } from './demo-table.ts';
import type { Population } from './people.ts';
import { Random } from './random.ts';
import mappingsSchema from './schemas/mp-identity-mappings-data.json' with { type: 'json' };
import eventsSchema from './schemas/mp-master-event.json' with { type: 'json' };
import peopleSchema from './schemas/mp-people-data.json' with { type: 'json' };
import { CAMPAIGNS, HOST, PAGES, PLANS, PRODUCTS } from './world.ts';

const DATASET = { dataset: 'mixpanel', location: 'EU' };
/** Mixpanel puts a random number behind the name; the demo's is always this one. */
const SUFFIX = '2237';
const DAY_MILLISECONDS = 86_400_000;
const EVENTS = [
  'Page viewed',
  'Page viewed',
  'Page viewed',
  'Product viewed',
  'Searched',
  'Added to cart',
  'Purchased',
  'Signed in',
];
/** Percent of the events that come from visitors without an account. */
const VISITORS_PERCENT = 12;
/** Percent of a person's events that come before the login: their distinct_id is the device's. */
const BEFORE_LOGIN_PERCENT = 10;

export function mixpanelTables(
  population: Population,
  days: readonly Day[],
  rowsPerDay: readonly number[],
): DemoTable[] {
  return [
    {
      ...DATASET,
      table: 'mp_master_event',
      schema: eventsSchema,
      timePartitioning: { type: 'DAY' },
      parts: days.map((day, index) => eventsOf(population, day, rowsPerDay[index] ?? 0)),
    },
    {
      ...DATASET,
      table: `mp_people_data_${SUFFIX}`,
      schema: peopleSchema,
      parts: [{ rows: population.size, lines: () => profileLines(population) }],
    },
    {
      ...DATASET,
      table: `mp_identity_mappings_data_${SUFFIX}`,
      schema: mappingsSchema,
      parts: [{ rows: countMappings(population), lines: () => mappingLines(population) }],
    },
  ];
}

function eventsOf(population: Population, day: Day, rows: number): DemoPart {
  return {
    partition: day.compact,
    rows,
    *lines() {
      const random = new Random(population.seed, STREAM.mixpanelEvents, dayNumber(day));
      for (let row = 0; row < rows; row++) {
        const milliseconds = Math.floor(((row + random.fraction()) / rows) * DAY_MILLISECONDS);
        yield eventLine(population, random, formatTime(day, milliseconds));
      }
    },
  };
}

function eventLine(population: Population, random: Random, time: string): string {
  const dice = random.fraction() * 100;
  const isVisitor = dice < VISITORS_PERCENT;
  const person = isVisitor ? undefined : population.drawPerson(random);
  const deviceNumber =
    person === undefined ? population.drawVisitorDevice(random) : population.drawDeviceOf(person, random);
  const device = population.device(deviceNumber);
  const isLoggedIn = person !== undefined && dice >= VISITORS_PERCENT + BEFORE_LOGIN_PERCENT;
  const userId = isLoggedIn ? JSON.stringify(population.userId(person)) : 'null';
  const deviceId = JSON.stringify(device.deviceId);
  const distinctId = isLoggedIn ? userId : JSON.stringify(`$device:${device.deviceId}`);
  const name = random.pick(EVENTS);
  const properties = eventProperties(population, random, { person, isLoggedIn, name, deviceNumber });
  return `{"user_id":${userId},"time":"${time}","properties":{"$device_id":${deviceId},${properties}},"insert_id":"${random.uuid()}","event_name":"${name}","distinct_id":${distinctId},"device_id":${deviceId}}\n`;
}

function eventProperties(
  population: Population,
  random: Random,
  event: { person: number | undefined; isLoggedIn: boolean; name: string; deviceNumber: number },
): string {
  const { model } = population.device(event.deviceNumber);
  const account = population.person(event.person ?? event.deviceNumber);
  const { city } = account;
  const page = random.pick(PAGES);
  const product = random.pick(PRODUCTS);
  const [source] = random.pick(CAMPAIGNS);
  let text = `"$city":"${city.city}","$region":"${city.region}","mp_country_code":"${city.countryCode}","$os":"${model.os}","$browser":"${model.browser}","$screen_width":${model.width},"$screen_height":${model.height},"mp_lib":"web","$lib_version":"2.55.1","$current_url":"https://${HOST}${page.path}","utm_source":"${source}"`;
  if (event.isLoggedIn) text += `,"$user_id":${JSON.stringify(account.userId)},"plan":"${account.plan}"`;
  // Not on every event: tracking code in the wild is not consistent either.
  if (event.isLoggedIn && random.isOneIn(4)) text += `,"$email":"${account.email}"`;
  if (event.name !== 'Page viewed')
    text += `,"sku":"${product.sku}","price":${product.price},"tags":["${product.category}","${PLANS[0]}"]`;
  return text;
}

function* profileLines(population: Population): Generator<string> {
  for (let number = 0; number < population.size; number++) {
    const { userId, name, email, plan, city } = population.person(number);
    const properties = {
      $email: email,
      $name: name,
      $city: city.city,
      $region: city.region,
      $country_code: city.countryCode,
      $timezone: city.timezone,
      plan,
      newsletter: number % 3 === 0,
      address: { street: `Example street ${(number % 90) + 1}`, zip: city.zip },
    };
    yield `${JSON.stringify({ distinct_id: userId, properties })}\n`;
  }
}

export function countMappings(population: Population): number {
  let count = 0;
  for (const _ of mappings(population)) count += 1;
  return count;
}

function* mappingLines(population: Population): Generator<string> {
  for (const { person, device } of mappings(population)) {
    const { deviceId } = population.device(device);
    const resolved = population.userId(person);
    yield `${JSON.stringify({ distinct_id: `$device:${deviceId}`, resolved_distinct_id: resolved })}\n`;
  }
}

/** One for each device: a distinct_id is merged into one other, however many people log in there later. */
function* mappings(population: Population): Generator<{ person: number; device: number }> {
  for (let person = 0; person < population.size; person++) {
    for (let nth = 0; nth < population.deviceCount(person); nth++) {
      if (population.isFirstUser(person, nth)) yield { person, device: population.deviceNumber(person, nth) };
    }
  }
}
