/**
 * Brings the demo into BigQuery, once. A dataset that is being filled says so in its labels: when a start was cut short, the
 * next one removes what is there of that dataset and loads it anew; what is complete is left as it is, with all
 * that has been deleted from it since.
 */
import { Readable } from 'node:stream';
import type { BigQuery } from '@google-cloud/bigquery';
import { mapConcurrently } from '../../functions/workers/concurrently.ts';
import { loadStream } from '../load-stream.ts';
import { DEFAULT_ROWS, type DemoOptions, demoData } from './demo-data.ts';
import type { DemoPart, DemoTable } from './demo-table.ts';

export interface LoadedDemo {
  tables: number;
  rows: number;
  /** Whether anything was loaded now; false when all of it was there already. */
  /** Of the demo that is there: an earlier start may have loaded it. */
  today: string;
  isNew: boolean;
}

/** As the labels of a dataset say it. */
type DatasetState = 'absent' | 'loading' | 'loaded';

/** Jobs under way at once: one makes the next one's rows while another is being written. */
const CONCURRENT_LOADS = 6;
/** Few large writes to the socket instead of many of one row. */
const CHUNK_CHARACTERS = 256 * 1024;

/**
 * Creates datasets and tables and loads their rows by load jobs, so that none of them is in the streaming buffer.
 * What an earlier call has begun is finished with that call's size, seed and day.
 * @throws when a dataset of the same name is there that is not the demo's, or a job fails.
 */
export async function loadDemo(bigquery: BigQuery, options: Partial<DemoOptions> = {}): Promise<LoadedDemo> {
  const asked = { rows: DEFAULT_ROWS, seed: 1, today: new Date().toISOString().slice(0, 10), ...options };
  const names = [...new Set(demoData(asked).map(({ dataset }) => dataset))];
  const found = await Promise.all(names.map((name) => readState(bigquery, name)));
  const begun = found.find(({ options: earlier }) => earlier !== undefined)?.options ?? asked;
  const tables = demoData(begun);
  for (const [index, name] of names.entries()) {
    const state = found[index]?.state;
    if (state === 'loaded') continue;
    if (state === 'loading') await bigquery.dataset(name).delete({ force: true });
    await fillDataset(
      bigquery,
      tables.filter(({ dataset }) => dataset === name),
      begun,
    );
  }
  return {
    tables: tables.length,
    rows: begun.rows,
    today: begun.today,
    isNew: found.some(({ state }) => state !== 'loaded'),
  };
}

async function readState(
  bigquery: BigQuery,
  name: string,
): Promise<{ state: DatasetState; options?: Required<DemoOptions> }> {
  const dataset = bigquery.dataset(name);
  const [exists] = await dataset.exists();
  if (!exists) return { state: 'absent' };
  const [{ labels = {} }] = (await dataset.getMetadata()) as [{ labels?: Record<string, string> }, unknown];
  const { demo: state, demo_rows: rows, demo_seed: seed, demo_today: today } = labels;
  if ((state !== 'loading' && state !== 'loaded') || today === undefined)
    throw new Error(`The dataset ${name} is there, but is not the demo's: the demo is not loaded over it.`);
  return { state, options: { rows: Number(rows), seed: Number(seed), today } };
}

async function fillDataset(
  bigquery: BigQuery,
  tables: readonly DemoTable[],
  options: Required<DemoOptions>,
): Promise<void> {
  const [{ dataset: name, location } = { dataset: '', location: '' }] = tables;
  const labels = {
    demo_rows: String(options.rows),
    demo_seed: String(options.seed),
    demo_today: options.today,
  };
  await bigquery.createDataset(name, { location, labels: { ...labels, demo: 'loading' } });
  await mapConcurrently(tables, CONCURRENT_LOADS, async (table) => {
    await createTable(bigquery, table);
    await mapConcurrently(table.parts, CONCURRENT_LOADS, (part) => loadPart(bigquery, table, part));
  });
  await bigquery.dataset(name).setMetadata({ labels: { ...labels, demo: 'loaded' } });
}

async function createTable(
  bigquery: BigQuery,
  { dataset, table, schema, timePartitioning, clustering }: DemoTable,
): Promise<void> {
  await bigquery.dataset(dataset).createTable(table, {
    schema: { fields: schema },
    ...(timePartitioning && { timePartitioning }),
    ...(clustering && { clustering }),
  });
}

async function loadPart(bigquery: BigQuery, table: DemoTable, part: DemoPart): Promise<void> {
  if (part.rows === 0) return;
  const { location } = table;
  const id = part.partition === undefined ? table.table : `${table.table}$${part.partition}`;
  const target = bigquery.dataset(table.dataset, { location }).table(id, { location });
  const loaded = await loadStream(target, Readable.from(chunks(part.lines())), {
    sourceFormat: 'NEWLINE_DELIMITED_JSON',
    writeDisposition: 'WRITE_TRUNCATE',
  });
  if (loaded !== part.rows) throw new Error(`${id}: ${loaded} rows loaded instead of ${part.rows}`);
}

function* chunks(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
