/**
 * Rows and logical bytes of each partition, kept until the partition changes: what billing and tables.get ask for. Bytes of a
 * column are counted when somebody asks for that column; those of whole rows stand in a hidden column already.
 */
import { ROW_BYTES } from './catalog.ts';
import { type TableRecord, tableName } from './catalog-store.ts';
import { quoteText, type Session } from './database.ts';
import { partitionId } from './partitions.ts';
import { columnBytes, rowBytes } from './sizes.ts';

/** By partition id. */
export type PartitionStats = ReadonlyMap<string, { rows: number; bytes: number }>;

/** One figure of each partition. */
interface Measure {
  values: Map<string, number>;
  /** Partitions to compute anew. */
  stale: Set<string> | 'all';
}

interface Entry {
  /** Changes with every change of the table: what was computed across one is not kept. */
  version: number;
  measures: Map<string, Measure>;
}

const ROWS = 'rows';
const BYTES = 'bytes';
/** What no column can be called. */
const COLUMN_PREFIX = 'column ';

export class TableStats {
  readonly #entries = new Map<string, Entry>();

  /** @param partitions which have changed; absent: all may have */
  invalidate(table: TableRecord, partitions?: Iterable<string>): void {
    const entry = this.#entries.get(tableName(table));
    if (entry === undefined) return;
    entry.version += 1;
    const changed = partitions && [...partitions];
    for (const measure of entry.measures.values()) {
      if (changed === undefined) measure.stale = 'all';
      else if (measure.stale !== 'all') for (const id of changed) measure.stale.add(id);
    }
  }

  /** Rows and bytes of all columns together. */
  async of(session: Session, table: TableRecord): Promise<PartitionStats> {
    const [rows, bytes] = await this.#measure(session, table, [ROWS, BYTES]);
    return new Map([...(rows ?? [])].map(([id, count]) => [id, { rows: count, bytes: bytes?.get(id) ?? 0 }]));
  }

  /** Bytes of these columns, by partition id. @param columns in any case; others than the table's are left out */
  async ofColumns(
    session: Session,
    table: TableRecord,
    columns: readonly string[],
  ): Promise<ReadonlyMap<string, number>> {
    const wanted = new Set(columns.map((column) => column.toLowerCase()));
    const known = table.fields.filter(({ name }) => wanted.has(name.toLowerCase()));
    const measures = known.map(({ name }) => COLUMN_PREFIX + name);
    const [rows, ...counted] = await this.#measure(session, table, [ROWS, ...measures]);
    return new Map(
      [...(rows?.keys() ?? [])].map((id) => [
        id,
        counted.reduce((sum, values) => sum + (values.get(id) ?? 0), 0),
      ]),
    );
  }

  async #measure(
    session: Session,
    table: TableRecord,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, number>[]> {
    const name = tableName(table);
    const entry = this.#entries.get(name) ?? { version: 0, measures: new Map<string, Measure>() };
    this.#entries.set(name, entry);
    const { version } = entry;
    const before = names.map((one) => entry.measures.get(one) ?? EMPTY);
    const after = await brought(session, table, names, before);
    if (entry.version === version)
      names.forEach((one, index) => {
        entry.measures.set(one, { values: after[index] ?? new Map(), stale: new Set() });
      });
    return after;
  }
}

const EMPTY: Measure = { values: new Map(), stale: 'all' };

/** The measures with their stale partitions computed anew, by one query. */
async function brought(
  session: Session,
  table: TableRecord,
  names: readonly string[],
  before: readonly Measure[],
): Promise<Map<string, number>[]> {
  const isStale = before.map(({ stale }) => stale === 'all' || stale.size > 0);
  const asked = names.filter((_, index) => isStale[index]);
  if (asked.length === 0) return before.map(({ values }) => values);
  const stale = before.some((measure) => measure.stale === 'all')
    ? 'all'
    : new Set(before.flatMap((measure) => [...(measure.stale as Set<string>)]));
  const computed = await compute(session, table, asked, stale);
  return before.map(({ values }, index) => {
    if (!isStale[index]) return values;
    const kept = stale === 'all' ? new Map<string, number>() : new Map(values);
    if (stale !== 'all') for (const id of stale) kept.delete(id);
    const at = asked.indexOf(names[index] ?? '');
    for (const [id, figures] of computed) kept.set(id, figures[at] ?? 0);
    return kept;
  });
}

async function compute(
  session: Session,
  table: TableRecord,
  names: readonly string[],
  only: Set<string> | 'all',
): Promise<[string, number[]][]> {
  const id = partitionId(table);
  const figures = names.map((name) => `CAST(${figure(table, name)} AS DOUBLE)`);
  const where = only === 'all' ? '' : ` WHERE ${id} IN (${[...only].map(quoteText).join(', ')})`;
  const result = await session.run(
    `SELECT ${[id, ...figures].join(', ')} FROM ${table.duckName}${where} GROUP BY 1`,
  );
  const rows = (await result.getRows()) as [string, ...number[]][];
  const uncounted = names.includes(BYTES)
    ? await uncountedBytes(session, table, id)
    : new Map<string, number>();
  return rows.map(([partition, ...values]) => [
    partition,
    values.map((value, index) => (names[index] === BYTES ? value + (uncounted.get(partition) ?? 0) : value)),
  ]);
}

/** Bytes of the rows whose bytes are not known. DuckDB needs longer to plan that sum than to run it: most tables have none. */
async function uncountedBytes(
  session: Session,
  { duckName, fields }: TableRecord,
  id: string,
): Promise<Map<string, number>> {
  const some = await session.rows(`SELECT 1 FROM ${duckName} WHERE ${ROW_BYTES} IS NULL LIMIT 1`);
  if (some.length === 0) return new Map();
  const result = await session.run(
    `SELECT ${id}, CAST(sum(${rowBytes(fields)}) AS DOUBLE) FROM ${duckName} WHERE ${ROW_BYTES} IS NULL GROUP BY 1`,
  );
  return new Map((await result.getRows()) as [string, number][]);
}

function figure(table: TableRecord, name: string): string {
  if (name === ROWS) return 'count(*)';
  if (name === BYTES) return `coalesce(sum(${ROW_BYTES}), 0)`;
  const field = table.fields.find((one) => COLUMN_PREFIX + one.name === name);
  if (field === undefined) throw new Error(`${tableName(table)} has no ${name}`);
  return `coalesce(sum(${columnBytes(field)}), 0)`;
}

export function totalOf(partitions: PartitionStats): { rows: number; bytes: number } {
  const total = { rows: 0, bytes: 0 };
  for (const { rows, bytes } of partitions.values()) {
    total.rows += rows;
    total.bytes += bytes;
  }
  return total;
}
