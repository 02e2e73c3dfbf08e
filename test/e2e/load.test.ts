/** `npm run load`: one's own files into the local BigQuery, looked at through Google's client. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { BigQuery } from '@google-cloud/bigquery';
import { type BigQueryService, startBigQuery } from '../../local/bigquery/service.ts';
import { Faults } from '../../local/faults.ts';
import { bigqueryClient } from '../../local/provision.ts';

const PROJECT = 'lethe-local';
const REAL_ROWS = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const LOADER = fileURLToPath(new URL('../../local/load.ts', import.meta.url));

let folder: string;
let service: BigQueryService;
let bigquery: BigQuery;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-load-'));
  service = await startBigQuery({ folder: join(folder, 'bigquery'), port: 0, faults: new Faults() });
  bigquery = bigqueryClient({ project: PROJECT, bigquery: service.address });
  await writeFile(
    join(folder, 'env'),
    `export GOOGLE_CLOUD_PROJECT='${PROJECT}'\nexport BIGQUERY_EMULATOR_HOST='${service.address}'\n`,
  );
});

afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true, force: true });
});

async function query(sql: string, location = 'EU'): Promise<Record<string, unknown>[]> {
  const [rows] = await bigquery.query({ query: sql, location });
  return rows as Record<string, unknown>[];
}

async function countOf(name: string, location = 'EU'): Promise<number> {
  const [row] = await query(`SELECT COUNT(*) AS count FROM \`${name}\``, location);
  return Number(row?.['count']);
}

interface Outcome {
  code: number;
  out: string;
  error: string;
}

/** `npm run load -- …`, by the same Node as this test. */
function load(...args: string[]): Promise<Outcome> {
  const { BIGQUERY_EMULATOR_HOST: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [LOADER, ...args],
      { env: { ...env, LETHE_HOME: folder } },
      (failure, out, error) => resolve({ code: failure === null ? 0 : Number(failure.code), out, error }),
    );
  });
}

async function write(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const SCHEMA = JSON.stringify([
  { name: 'id', type: 'STRING', mode: 'REQUIRED' },
  { name: 'n', type: 'INTEGER' },
  { name: 'at', type: 'TIMESTAMP' },
]);

describe('npm run load', () => {
  test('makes dataset and table where they are missing, adds to them, or replaces the rows', async () => {
    const schema = await write('schema.json', SCHEMA);
    const rows = await write('rows.ndjson', '{"id":"007","n":7,"at":"2026-01-02T03:04:05Z"}\n{"id":"7"}\n');
    const options = ['--schema', schema, '--location', 'US', '--partition-by', 'at:MONTH'];
    expect(await load('own.events', rows, ...options)).toEqual({
      code: 0,
      out: '2 rows loaded into own.events.\n',
      error: '',
    });
    const [metadata] = await bigquery.dataset('own').table('events').getMetadata();
    expect(metadata).toMatchObject({ location: 'US', timePartitioning: { type: 'MONTH', field: 'at' } });
    expect((await load('own.events', rows)).code).toBe(0);
    expect(await countOf('own.events', 'US')).toBe(4);
    expect((await load('own.events', rows, '--replace')).code).toBe(0);
    const found = await query('SELECT id, n FROM `own.events` ORDER BY id', 'US');
    expect(found).toEqual([
      { id: '007', n: 7 },
      { id: '7', n: null },
    ]);
  });

  test('takes CSV, zipped, with a header or without', async () => {
    const schema = await write('schema.json', SCHEMA);
    const body = '"a, ""b""\nc",1,2026-01-02 03:04:05\n007,,\n';
    const bare = await write('bare.csv', body);
    const headed = await write('headed.csv.gz', gzipSync(`id,n,at\n${body}`));
    for (const [index, file] of [bare, headed].entries()) {
      const outcome = await load(`own.csv_${index}`, file, '--schema', schema, '--location', 'US');
      expect(outcome).toMatchObject({ code: 0, error: '' });
      const rows = await query(`SELECT id, n FROM \`own.csv_${index}\` ORDER BY id`, 'US');
      expect(rows).toEqual([
        { id: '007', n: null },
        { id: 'a, "b"\nc', n: 1 },
      ]);
    }
  });

  test('loads into a partition by ingestion time', async () => {
    const schema = await write('schema.json', SCHEMA);
    const rows = await write('rows.ndjson', '{"id":"a"}\n');
    const options = ['--schema', schema, '--partition-by', '_PARTITIONTIME'];
    expect(await load('own_eu.by_time$20260102', rows, ...options)).toMatchObject({ code: 0, error: '' });
    const [row] = await query("SELECT FORMAT_TIMESTAMP('%F', _PARTITIONTIME) AS day FROM `own_eu.by_time`");
    expect(row).toEqual({ day: '2026-01-02' });
  });

  test('names row and field of a bad value, and loads nothing', async () => {
    const schema = await write('schema.json', SCHEMA);
    const rows = await write('bad.ndjson', '{"id":"a","n":1}\n{"id":"b","n":"many"}\n');
    const outcome = await load('own_eu.bad', rows, '--schema', schema);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.error).toMatch(/^Nothing was loaded\. /);
    expect(outcome.error).toMatch(/\bn\b/);
    expect(outcome.error).toMatch(/row|line|position/i);
    expect(await countOf('own_eu.bad')).toBe(0);
  });

  test('names a required field that is missing, an unknown one, and what is no JSON', async () => {
    const schema = await write('schema.json', SCHEMA);
    for (const [text, named] of [
      ['{"n":1}\n', 'id'],
      ['{"id":"a","nn":1}\n', 'nn'],
      ['{"id":"a"\n', 'row|JSON'],
    ] as const) {
      const outcome = await load('own_eu.bad', await write('bad.ndjson', text), '--schema', schema);
      expect(outcome.code).toBe(1);
      expect(outcome.error).toMatch(new RegExp(named));
    }
    expect(await countOf('own_eu.bad')).toBe(0);
  });

  test('says what is missing', async () => {
    const rows = await write('rows.ndjson', '{"id":"a"}\n');
    expect(await load('own_eu.none', rows)).toMatchObject({
      code: 1,
      error: 'Nothing was loaded. There is no table own_eu.none yet: --schema is needed to make it.\n',
    });
    expect((await load('own_eu.none', join(folder, 'no.csv'))).error).toContain('There is no file');
    expect((await load('own_eu.none', rows, '--schema', rows)).error).toContain('is not');
    expect((await load('own.events', rows, '--location', 'EU')).error).toContain(
      'The dataset own is in US, not in EU.',
    );
    expect(await load('events', rows)).toMatchObject({ code: 2, out: '' });
    expect((await load('--help')).out).toContain('npm run load -- DATASET.TABLE FILE');
  });
});

const isHere = existsSync(REAL_ROWS);
if (!isHere)
  process.stderr.write(
    'SKIPPED: the tests on real rows, because there is no ../shared/data beside the repository.\n',
  );

(isHere ? describe : describe.skip)('real rows of ../shared/data', () => {
  const snowplow = (schema: string) =>
    load(
      'real.snowplow_events',
      join(REAL_ROWS, 'snowplow_events.ndjson'),
      '--schema',
      schema,
      '--partition-by',
      'collector_tstamp',
    );

  test('Snowplow’s are refused as they are: from row 46 on a page has no id, which is REQUIRED', async () => {
    const outcome = await snowplow(join(REAL_ROWS, 'snowplow_events.schema.json'));
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.error).toContain('contexts_com_snowplowanalytics_snowplow_web_page_1_0_0');
  });

  test('Snowplow’s with that field relaxed: all 150, every column as in the file', async () => {
    await bigquery.dataset('real').table('snowplow_events').delete({ ignoreNotFound: true });
    const schema = readFileSync(join(REAL_ROWS, 'snowplow_events.schema.json'), 'utf8');
    const outcome = await snowplow(await write('relaxed.json', withNullablePageIds(schema)));
    expect(outcome).toEqual({ code: 0, out: '150 rows loaded into real.snowplow_events.\n', error: '' });
    const [loaded] = await bigquery.dataset('real').table('snowplow_events').getRows();
    // The file has this one FLOAT as text, which a load takes.
    const written = readFileSync(join(REAL_ROWS, 'snowplow_events.ndjson'), 'utf8')
      .replaceAll(/"elapsed_time":"([\d.]+)"/g, '"elapsed_time":$1')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(loaded.map(plain).sort()).toEqual(written.map(plain).sort());
  });

  test('Mixpanel’s: CSV with a header and JSON in strings', async () => {
    const outcome = await load(
      'real.mixpanel_event',
      join(REAL_ROWS, 'mixpanel_event.csv'),
      '--schema',
      join(REAL_ROWS, 'mixpanel_event.schema.json'),
    );
    expect(outcome).toMatchObject({ code: 0, error: '' });
    const rows = await query('SELECT name, properties FROM `real.mixpanel_event` ORDER BY event_id, name');
    const lines = readFileSync(join(REAL_ROWS, 'mixpanel_event.csv'), 'utf8').trim().split('\n');
    expect(rows).toHaveLength(lines.length - 1);
    for (const row of rows) expect(JSON.parse(String(row['properties']))).toHaveProperty('title');
  });
});

function withNullablePageIds(schema: string): string {
  const fields: { name: string; fields?: { mode?: string }[] }[] = JSON.parse(schema);
  const page = fields.find(({ name }) => name.includes('_web_page_'))?.fields?.[0];
  if (page?.mode !== 'REQUIRED') throw new Error('the field is no longer REQUIRED: load the file as it is');
  page.mode = 'NULLABLE';
  return JSON.stringify(fields);
}

/** A row as sorted text without what is empty; times as milliseconds. */
function plain(row: object): string {
  return JSON.stringify(plainValue(row));
}

function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(plainValue);
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return Date.parse(value);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if ('value' in value && Object.keys(value).length === 1) return plainValue(value.value);
  const entries = Object.entries(value)
    .map(([name, inner]) => [name, plainValue(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
