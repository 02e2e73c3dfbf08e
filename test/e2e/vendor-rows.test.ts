/** maps/ on the real rows of ../shared/data: real ids, real JSON text, real contexts. */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadStream } from '../../local/load-stream.ts';
import { System, type Tenant } from '../support/system.ts';
import type { Row } from './vendors/vendor-case.ts';
import { allRows, changed, filledMap, order } from './vendors/vendor-tenant.ts';

const REAL_ROWS = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const isHere = existsSync(REAL_ROWS);
if (!isHere)
  process.stderr.write(
    'SKIPPED: the tests of maps/ on real rows, because there is no ../shared/data beside the repository.\n',
  );

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

interface Field {
  name: string;
  mode?: string;
  fields?: Field[];
}

/**
 * 56 rows, row 46 the first, have a web_page context without the id that its schema says is REQUIRED: BigQuery would refuse
 * the file. So a field within a record may be NULL here.
 */
function relaxed(fields: Field[], isNested = false): Field[] {
  return fields.map(({ mode, fields: inner, ...field }) => ({
    ...field,
    ...(mode !== undefined && { mode: isNested && mode === 'REQUIRED' ? 'NULLABLE' : mode }),
    ...(inner && { fields: relaxed(inner, true) }),
  }));
}

async function realTenant(
  name: string,
  {
    table,
    file,
    map,
    format,
    resource,
  }: { [key in 'table' | 'file' | 'map' | 'format']: string } & { resource?: object },
): Promise<Tenant> {
  const dataset = name.replaceAll('-', '_');
  const schemaFile = `${REAL_ROWS}${file.replace(/\.\w+$/, '')}.schema.json`;
  const schema = relaxed(JSON.parse(readFileSync(schemaFile, 'utf8')));
  await system.createTable(dataset, { table, schema, rows: [], ...(resource && { resource }) });
  const handle = system.bigquery.dataset(dataset, { location: 'EU' }).table(table, { location: 'EU' });
  await loadStream(handle, createReadStream(`${REAL_ROWS}${file}`), {
    sourceFormat: format,
    ...(format === 'CSV' && { skipLeadingRows: 1 }),
  });
  return system.createTenant(name, [], (own) => filledMap(map, { DATASET: own }));
}

const snowplow = (name: string) =>
  realTenant(name, {
    table: 'events',
    file: 'snowplow_events.ndjson',
    map: 'snowplow',
    format: 'NEWLINE_DELIMITED_JSON',
    resource: { timePartitioning: { type: 'DAY', field: 'collector_tstamp' } },
  });

const mixpanel = (name: string) =>
  realTenant(name, { table: 'event', file: 'mixpanel_event.csv', map: 'mixpanel-fivetran', format: 'CSV' });

(isHere ? describe : describe.skip)('real rows', () => {
  const EVENTS = [{ table: 'events' }];
  const EVENT = [{ table: 'event' }];
  const WEB_PAGE = 'contexts_com_snowplowanalytics_snowplow_web_page_1_0_0';
  const UA_PARSER = 'contexts_com_snowplowanalytics_snowplow_ua_parser_context_1_0_0';
  const VISITOR = '5d27ff97148de9e5f1c23e8fd0a4382c06852969f6495def03c66599e676f449';
  const isVisitors = (row: Row) => row['domain_userid'] === VISITOR;
  const subjects = [{ type: 'domain_userid', value: VISITOR }];

  test('of Snowplow: one visitor’s events go, the other 143 stay as they are', async () => {
    const tenant = await snowplow('snowplow-everything');
    const before = await allRows(tenant, EVENTS);
    expect(before['events']?.length).toBe(150);

    await order(tenant, { type: 'deletion', subjects, scope: 'everything' });

    const expected = changed(before, (row) => (isVisitors(row) ? undefined : row));
    expect(expected['events']?.length).toBe(143);
    expect(await allRows(tenant, EVENTS)).toEqual(expected);
  });

  test('of Snowplow: a user id that is a sentence finds its 14 events in two sessions', async () => {
    const tenant = await snowplow('snowplow-sentence');
    const before = await allRows(tenant, EVENTS);
    const user = 'dupe: event_id same collector_tstamp';

    await order(tenant, {
      type: 'deletion',
      subjects: [{ type: 'user_id', value: user }],
      scope: 'everything',
    });

    const expected = changed(before, (row) => (row['user_id'] === user ? undefined : row));
    expect(expected['events']?.length).toBe(136);
    expect(await allRows(tenant, EVENTS)).toEqual(expected);
  });

  test('of Snowplow: address, place and contexts of one visitor are erased, and nothing else', async () => {
    const tenant = await snowplow('snowplow-properties');
    const before = await allRows(tenant, EVENTS);
    const properties = ['user_ipaddress', 'geo_latitude', 'web_page.id', 'ua_parser_context.device_family'];

    await order(tenant, { type: 'deletion', subjects, scope: { properties } });

    const expected = changed(before, (row) =>
      isVisitors(row)
        ? {
            ...row,
            user_ipaddress: null,
            geo_latitude: null,
            [WEB_PAGE]: [{ id: '00000000-0000-0000-0000-000000000000' }],
            [UA_PARSER]: row[UA_PARSER].map((item: Row) => ({ ...item, device_family: null })),
          }
        : row,
    );
    expect(expected).not.toEqual(before);
    expect(await allRows(tenant, EVENTS)).toEqual(expected);
  });

  const PLAYER = '622b169c-2187-5121-85e6-e5960b2512e3';
  const isPlayers = (row: Row) => row['distinct_id'] === PLAYER;
  const player = [{ type: 'distinct_id', value: PLAYER }];

  test('of Mixpanel: two events go, and those of an id that ends otherwise stay', async () => {
    const tenant = await mixpanel('mixpanel-everything');
    const before = await allRows(tenant, EVENT);

    await order(tenant, { type: 'deletion', subjects: player, scope: 'everything' });

    const expected = changed(before, (row) => (isPlayers(row) ? undefined : row));
    expect([before['event']?.length, expected['event']?.length]).toEqual([5, 3]);
    expect(await allRows(tenant, EVENT)).toEqual(expected);
  });

  test('of Mixpanel: properties go out of the JSON text, which says everything else that it said', async () => {
    const tenant = await mixpanel('mixpanel-properties');
    const before = await allRows(tenant, EVENT);

    await order(tenant, {
      type: 'deletion',
      subjects: player,
      scope: { properties: ['title', 'Operating System'] },
    });

    const expected = changed(before, (row) =>
      isPlayers(row) ? { ...row, properties: '{"user_id":"129997","video_id":6369}' } : row,
    );
    expect(await allRows(tenant, EVENT)).toEqual(expected);
  });

  test('of Mixpanel: a correction changes the title in the JSON text', async () => {
    const tenant = await mixpanel('mixpanel-correction');
    const before = await allRows(tenant, EVENT);

    await order(tenant, { type: 'correction', subjects: player, properties: { title: 'Ru"Paul' } });

    const corrected = '{"Operating System":"Roku","title":"Ru\\"Paul","user_id":"129997","video_id":6369}';
    const expected = changed(before, (row) => (isPlayers(row) ? { ...row, properties: corrected } : row));
    expect(await allRows(tenant, EVENT)).toEqual(expected);
  });
});
