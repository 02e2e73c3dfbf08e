/** The demo, loaded into the local BigQuery by Google's client and looked at through it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { type BigQueryService, startBigQuery } from '../../local/bigquery/service.ts';
import { demoData } from '../../local/demo/demo-data.ts';
import { demoDeletion } from '../../local/demo/demo-deletion.ts';
import { demoDataMap, demoPeople } from '../../local/demo/demo-people.ts';
import { loadDemo } from '../../local/demo/load-demo.ts';
import { JANE } from '../../local/demo/look-alikes.ts';
import { trickle } from '../../local/demo/trickle.ts';
import { Faults } from '../../local/faults.ts';
import { bigqueryClient } from '../../local/provision.ts';

const PROJECT = 'lethe-local';
const DEMO = { rows: 4_000, seed: 1, today: '2026-11-24' };

let folder: string;
let service: BigQueryService;
let bigquery: BigQuery;
const faults = new Faults();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-load-'));
  service = await startBigQuery({ folder: join(folder, 'bigquery'), port: 0, faults });
  bigquery = bigqueryClient({ project: PROJECT, bigquery: service.address });
});

afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true, force: true });
});

async function query(sql: string, location = 'EU', params: object = {}): Promise<Record<string, unknown>[]> {
  const [rows] = await bigquery.query({ query: sql, location, params: params as Record<string, unknown> });
  return rows as Record<string, unknown>[];
}

async function countOf(name: string, location = 'EU'): Promise<number> {
  const [row] = await query(`SELECT COUNT(*) AS count FROM \`${name}\``, location);
  return Number(row?.['count']);
}

/** Rows of every table of the demo, by name. */
async function demoCounts(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { dataset, table, location } of demoData(DEMO))
    counts[`${dataset}.${table}`] = await countOf(`${dataset}.${table}`, location);
  return counts;
}

function promisedCounts(): Record<string, number> {
  return Object.fromEntries(
    demoData(DEMO).map(({ dataset, table, parts }) => [
      `${dataset}.${table}`,
      parts.reduce((sum, { rows }) => sum + rows, 0),
    ]),
  );
}

describe('the demo', () => {
  test('whose loading is cut short is there once and whole after the next start', async () => {
    for (const skip of [12, 60]) {
      faults.add({
        operation: '*',
        skip,
        action: { kind: 'fail', status: 400, reason: 'invalid', message: 'the power is gone' },
      });
      await expect(loadDemo(bigquery, DEMO)).rejects.toThrow('the power is gone');
      faults.clear();
    }
    expect(await loadDemo(bigquery, DEMO)).toEqual({
      tables: 35,
      rows: DEMO.rows,
      today: DEMO.today,
      isNew: true,
    });
    expect(await demoCounts()).toEqual(promisedCounts());
  });

  test('is not loaded twice, and what was deleted stays deleted', async () => {
    await query('DELETE FROM `mixpanel.mp_people_data_2237` WHERE distinct_id = @id', 'EU', {
      id: 'joe-0815',
    });
    const before = await demoCounts();
    const again = await loadDemo(bigquery, { rows: 9_999, today: '2026-12-24' });
    expect(again).toEqual({ tables: 35, rows: DEMO.rows, today: DEMO.today, isNew: false });
    expect(await demoCounts()).toEqual(before);
  });

  test('has every event in the partition of its day', async () => {
    const partitions = await query(
      "SELECT FORMAT_TIMESTAMP('%Y%m%d', _PARTITIONTIME) AS day, COUNT(*) AS count, COUNTIF(FORMAT_TIMESTAMP('%Y%m%d', time) = FORMAT_TIMESTAMP('%Y%m%d', _PARTITIONTIME)) AS same FROM `mixpanel.mp_master_event` GROUP BY 1 ORDER BY 1",
    );
    const events = demoData(DEMO).find(({ table }) => table === 'mp_master_event');
    const promised = events?.parts.map(({ partition, rows }) => ({
      day: partition,
      count: rows,
      same: rows,
    }));
    expect(partitions).toEqual(promised?.filter(({ count }) => count > 0));
  });

  test('holds exactly the rows of Jane’s that reading the generated rows finds', async () => {
    const [jane] = demoPeople(DEMO);
    for (const { subject, rows } of jane?.identifiers ?? []) {
      for (const table of demoDataMap().tables) {
        const columns = table.identifiers.filter(({ type }) => type === subject.type);
        if (columns.length === 0) continue;
        const isHers = columns.map(({ column }) => `${column} = @id`).join(' OR ');
        const [found] = await query(
          `SELECT COUNT(*) AS count FROM \`${table.table}\` WHERE ${isHers}`,
          table.location,
          { id: subject.value },
        );
        const prefix = table.table.replace('*', '');
        const promised = Object.entries(rows)
          .filter(([name]) => name.startsWith(prefix))
          .reduce((sum, [, count]) => sum + count, 0);
        expect({ subject, prefix, count: found?.['count'] }).toEqual({ subject, prefix, count: promised });
      }
    }
  });

  test('offers Jane for deletion until she is gone, then somebody else', async () => {
    expect(await demoDeletion(bigquery)).toBe(JANE);
    await query('DELETE FROM `mixpanel.mp_people_data_2237` WHERE distinct_id = @id', 'EU', { id: JANE });
    const next = await demoDeletion(bigquery);
    expect(next).toMatch(/^u-/);
  });

  test('gets live rows when asked for', async () => {
    const live = 'analytics_315480001.events_intraday_20261124';
    const before = await countOf(live);
    const written = await trickle(bigquery, DEMO, 1);
    expect(written).toBeGreaterThan(0);
    expect(await countOf(live)).toBe(before + written);
  });

  test('is not loaded over a dataset that is not its own', async () => {
    await bigquery.dataset('snowplow').setMetadata({ labels: { demo: null } });
    await expect(loadDemo(bigquery, DEMO)).rejects.toThrow(
      "The dataset snowplow is there, but is not the demo's",
    );
    await bigquery.dataset('snowplow').setMetadata({ labels: { demo: 'loaded' } });
  });
});
