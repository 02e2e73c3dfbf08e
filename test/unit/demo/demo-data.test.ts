import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { type DemoOptions, demoData } from '../../../local/demo/demo-data.ts';
import type { DemoTable } from '../../../local/demo/demo-table.ts';
import { JANE, LOOK_ALIKES } from '../../../local/demo/look-alikes.ts';
import { misfits } from './schema-fit.ts';

const TODAY = '2026-11-24';
const SMALL = { rows: 5_000, today: TODAY };

function tableNamed(tables: readonly DemoTable[], name: string): DemoTable {
  const table = tables.find((candidate) => candidate.table === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

function* linesOf(tables: readonly DemoTable[]): Generator<string> {
  for (const table of tables) for (const part of table.parts) yield* part.lines();
}

function digest(options: DemoOptions): string {
  const sum = createHash('sha256');
  for (const line of linesOf(demoData(options))) sum.update(line);
  return sum.digest('hex');
}

function valuesOf(table: DemoTable, column: string): unknown[] {
  return [...linesOf([table])].map((line) => (JSON.parse(line) as Record<string, unknown>)[column]);
}

describe('the demo data', () => {
  test('are the same bytes for the same size, seed and day', () => {
    expect(digest(SMALL)).toBe(digest(SMALL));
    const others = [
      { ...SMALL, seed: 2 },
      { ...SMALL, rows: 5_001 },
      { ...SMALL, today: '2026-11-25' },
    ];
    expect(new Set([SMALL, ...others].map(digest)).size).toBe(4);
  });

  test('are the same bytes on every machine', () => {
    expect(digest(SMALL)).toMatchInlineSnapshot(
      `"d79913dc0b2bfd09b1c6455f3be4d40ccfdcf7be12c338f8fc676d17575462de"`,
    );
  });

  test.each([1_000, 5_000, 23_456])('of %i rows are exactly so many', (rows) => {
    const tables = demoData({ rows, today: TODAY });
    const promised = tables.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.rows, 0);
    expect(promised).toBe(rows);
    for (const { parts } of tables)
      for (const part of parts) expect([...part.lines()]).toHaveLength(part.rows);
  });

  test('fit their schemas, row by row', () => {
    for (const table of demoData(SMALL)) {
      for (const line of linesOf([table])) {
        expect(line.endsWith('}\n')).toBe(true);
        const found = misfits(JSON.parse(line) as Record<string, unknown>, table.schema);
        if (found.length > 0) throw new Error(`${table.table}: ${found.join('; ')}`);
      }
    }
  });

  test('are made in constant memory', async () => {
    const module = new URL('../../../local/demo/demo-data.ts', import.meta.url).href;
    const program = `
      const { demoData } = await import('${module}');
      let bytes = 0;
      for (const { parts } of demoData({ rows: 400_000, today: '${TODAY}' }))
        for (const part of parts) for (const line of part.lines()) bytes += line.length;
      console.log(bytes);`;
    const heapMegabytes = 32;
    const { stdout } = await promisify(execFile)(process.execPath, [
      `--max-old-space-size=${heapMegabytes}`,
      '--input-type=module',
      '--eval',
      program,
    ]);
    expect(Number(stdout)).toBeGreaterThan(10 * heapMegabytes * 1_000_000);
  });

  test('lie in two locations, in date shards, in partitions by column and by ingestion time', () => {
    const tables = demoData(SMALL);
    const names = tables.map(({ table }) => table);
    expect(names.filter((name) => /^events_\d{8}$/.test(name))).toHaveLength(30);
    expect(names).toContain('events_20261123');
    expect(names).toContain('events_intraday_20261124');
    expect(tableNamed(tables, 'events')).toMatchObject({
      dataset: 'snowplow',
      location: 'US',
      timePartitioning: { type: 'DAY', field: 'collector_tstamp' },
    });
    const events = tableNamed(tables, 'mp_master_event');
    expect(events).toMatchObject({ location: 'EU', timePartitioning: { type: 'DAY' } });
    expect(events.parts.map(({ partition }) => partition)).toEqual([
      ...new Set(events.parts.map(({ partition }) => partition)),
    ]);
    expect(events.parts.at(-1)?.partition).toBe('20261123');
  });

  test('put an event into the shard and the partition of its day', () => {
    const tables = demoData(SMALL);
    expect(new Set(valuesOf(tableNamed(tables, 'events_20261110'), 'event_date'))).toEqual(
      new Set(['20261110']),
    );
    const part = tableNamed(tables, 'mp_master_event').parts.find(
      ({ partition }) => partition === '20261110',
    );
    for (const line of part?.lines() ?? [])
      expect((JSON.parse(line) as { time: string }).time).toMatch(/^2026-11-10T/);
  });

  test('have heavy and light users, and rows without an account', () => {
    const tables = demoData({ rows: 20_000, today: TODAY });
    const counts = new Map<unknown, number>();
    for (const user of valuesOf(tableNamed(tables, 'mp_master_event'), 'user_id'))
      counts.set(user, (counts.get(user) ?? 0) + 1);
    const anonymous = counts.get(null) ?? 0;
    const total = counts.values().reduce((sum, count) => sum + count, 0);
    const sorted = [...counts.values()].sort((a, b) => a - b);
    expect(anonymous / total).toBeGreaterThan(0.15);
    expect(anonymous / total).toBeLessThan(0.3);
    expect(counts.get(JANE)).toBeGreaterThan(5 * (sorted[Math.floor(sorted.length / 2)] ?? 0));
  });

  test('hold people whose ids look like hers', () => {
    const ids = valuesOf(tableNamed(demoData(SMALL), 'mp_people_data_2237'), 'distinct_id');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining([JANE, ...LOOK_ALIKES.map(({ userId }) => userId)]));
  });

  test('are refused when too few to hold everyone, or without a day', () => {
    expect(() => demoData({ rows: 999, today: TODAY })).toThrow('at least 1000 rows, not 999');
    expect(() => demoData({ rows: 1_000, today: '24.11.2026' })).toThrow(
      'not a date as YYYY-MM-DD: 24.11.2026',
    );
  });
});
