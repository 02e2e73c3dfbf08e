/** A thousand subjects out of ten large tables, beside DuckDB doing nothing but locate, delete, locate. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import duckdb from '@duckdb/node-api';
import { type BenchSystem, DAYS, deletionOf, subjectOf } from './bench-system.ts';
import type { Figure } from './report.ts';

const TABLES = 10;
const SUBJECTS_OF_REQUEST = 1_000;
const ROWS_PER_SUBJECT = 50;

/** @param rows of each table */
export async function wall({ createTenant }: BenchSystem, rows: number): Promise<Figure[]> {
  const subjects = Math.ceil(rows / ROWS_PER_SUBJECT);
  const tenant = await createTenant('wall', { tables: TABLES, subjects, rowsPerSubject: ROWS_PER_SUBJECT });
  const values = Array.from({ length: SUBJECTS_OF_REQUEST }, (_, index) => subjectOf(index * 3));
  const { json } = await tenant.call('POST', '/requests', deletionOf(values));
  let shown = json;
  while (shown.completed_at === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    shown = (await tenant.call('GET', `/requests/${json.id}`)).json;
  }
  const lethe = Date.parse(shown.completed_at) - Date.parse(shown.accepted_at);
  const raw = await rawDuckDb(subjects, values);
  return [
    {
      name: `wall ${SUBJECTS_OF_REQUEST} subjects, ${TABLES} × ${rows} rows`,
      value: lethe / raw,
      unit: 'ratio',
      beside: `${Math.round(raw)} ms of DuckDB`,
      goal: 2,
    },
    { name: 'wall of Lethe', value: lethe, unit: 'ms' },
  ];
}

async function rawDuckDb(subjects: number, values: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-bench-duckdb-'));
  const instance = await duckdb.DuckDBInstance.create(join(folder, 'raw.duckdb'));
  const connection = await instance.connect();
  for (let table = 0; table < TABLES; table += 1)
    await connection.run(`CREATE TABLE t${table} AS
      SELECT 'subject-' || (n % ${subjects}) AS distinct_id, DATE '2026-01-01' + CAST(n % ${DAYS} AS INTEGER) AS day,
        'payload of about sixty characters, as an event may have one ' || n AS payload
      FROM range(1, ${subjects * ROWS_PER_SUBJECT + 1}) AS r(n)`);
  const list = values.map((value) => `'${value}'`).join(', ');
  const from = performance.now();
  for (let table = 0; table < TABLES; table += 1) {
    const locate = `SELECT distinct_id, day, count(*) FROM t${table} WHERE distinct_id IN (${list}) GROUP BY 1, 2`;
    await connection.runAndReadAll(locate);
    await connection.run(`DELETE FROM t${table} WHERE distinct_id IN (${list})`);
    await connection.runAndReadAll(locate);
  }
  const milliseconds = performance.now() - from;
  connection.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true });
  return milliseconds;
}
