/** Tables of a history in BigQuery, by the REST API itself: Google's client costs as much again as the call. */
import type { Addresses } from '../../local/provision.ts';
import type { TableSpec } from './history.ts';
import type { Row } from './model.ts';

/** Where a table is, and how a row of each place is written. */
export interface Place {
  dataset: string;
  name: string;
  spec: TableSpec;
}

/** Rows of the places 0 to 3. The last moment of a day and the first of the next are neighbours. */
const TIMES = [
  'NULL',
  "TIMESTAMP '2026-01-01 00:00:00+00'",
  "TIMESTAMP '2026-01-01 23:59:59.999999+00'",
  "TIMESTAMP '2026-01-02 00:00:00+00'",
];
const BUCKETS = ['NULL', '-5', '15', '100'];
const SHARDS = ['20260101', '20260102'];
const COLUMNS = { id: 'STRING', distinct_id: 'STRING', alias: 'STRING', time: 'TIMESTAMP', bucket: 'INT64' };
/** The older shard is from before there were numbers. */
const ALL_COLUMNS = { ...COLUMNS, user_no: 'INT64' };

export function hasNumbers({ shape }: TableSpec, at: number): boolean {
  return shape !== 'sharded' || at % SHARDS.length > 0;
}

export class Warehouse {
  readonly #url: string;

  constructor({ bigquery, project }: Addresses) {
    this.#url = `${bigquery}/bigquery/v2/projects/${project}`;
  }

  async createDataset(datasetId: string, location: string): Promise<void> {
    await this.#post('/datasets', { datasetReference: { datasetId }, location });
  }

  async createTable(place: Place, rows: readonly Row[]): Promise<void> {
    const { spec } = place;
    const placed = rows.map((row, index) => ({ row, place: spec.rows[index]?.place ?? 0 }));
    if (spec.shape === 'sharded') {
      await Promise.all(
        SHARDS.map((shard, index) =>
          this.#create(
            place,
            `${place.name}_${shard}`,
            placed.filter((one) => one.place % SHARDS.length === index),
            hasNumbers(spec, index) ? ALL_COLUMNS : COLUMNS,
          ),
        ),
      );
    } else if (spec.shape === 'by_ingestion') {
      await this.#query(
        place,
        `CREATE TABLE ${place.dataset}.${place.name} (${typed(ALL_COLUMNS)}) PARTITION BY _PARTITIONDATE${options(spec)}`,
      );
      if (placed.length > 0) await this.#insert(place, placed);
    } else await this.#create(place, place.name, placed, ALL_COLUMNS);
  }

  async #create(place: Place, table: string, placed: Placed[], columns: Columns): Promise<void> {
    const rows = (placed.length > 0 ? placed : [NOTHING])
      .map((one) => `STRUCT<${typed(columns)}>(${valuesOf(one, columns).join(', ')})`)
      .join(', ');
    const none = placed.length > 0 ? '' : ' WHERE FALSE';
    await this.#query(
      place,
      `CREATE TABLE ${place.dataset}.${table}${partitioned(place.spec)}${options(place.spec)} AS SELECT * FROM UNNEST([${rows}])${none}`,
    );
  }

  /** By a statement, so that the row can be changed at once. */
  async insertRow(place: Place, row: Row, at: number): Promise<void> {
    await this.#insert(place, [{ row, place: at }]);
  }

  /** By the streaming API, so that the row cannot be changed for a while. */
  async streamRow(place: Place, { id, values: { user_no, ...names } }: Row, at: number): Promise<void> {
    const json = {
      id,
      ...names,
      ...(hasNumbers(place.spec, at) && { user_no }),
      ...(at > 0 && { time: '2026-01-02T00:00:00Z', bucket: BUCKETS[at] }),
    };
    const answer = await this.#post(`/datasets/${place.dataset}/tables/${target(place, at)}/insertAll`, {
      rows: [{ json }],
    });
    if (answer['insertErrors'] !== undefined) throw new Error(JSON.stringify(answer['insertErrors']));
  }

  /** Every row that is left, as `id distinct_id alias user_no`, sorted. */
  async rows(place: Place): Promise<string[]> {
    const found = await Promise.all(
      (place.spec.shape === 'sharded' ? [0, 1] : [0]).map(async (at) => {
        const isNumbered = hasNumbers(place.spec, at);
        const fields = `id,distinct_id,alias${isNumbered ? ',user_no' : ''}`;
        const url = `${this.#url}/datasets/${place.dataset}/tables/${target(place, at)}/data?selectedFields=${fields}`;
        const answer = await readAnswer(await fetch(url));
        return ((answer['rows'] ?? []) as { f: { v: string | null }[] }[]).map(({ f }) =>
          JSON.stringify([...f.map(({ v }) => v), ...(isNumbered ? [] : [null])]),
        );
      }),
    );
    return found.flat().sort();
  }

  /** @param sql with at most 10,000 rows of strings and numbers */
  async select(sql: string): Promise<Record<string, unknown>[]> {
    const { schema, rows = [] } = (await this.#post('/queries', { query: sql, useLegacySql: false })) as {
      schema: { fields: { name: string }[] };
      rows?: { f: { v: unknown }[] }[];
    };
    return rows.map(({ f }) =>
      Object.fromEntries(f.map(({ v }, index) => [schema.fields[index]?.name ?? '', v])),
    );
  }

  /** When a job ran. */
  async spanOf(job: string): Promise<{ from: number; to: number }> {
    const [, location, id] = /^[^:]+:([^.]+)\.(.+)$/.exec(job) ?? [];
    const answer = await readAnswer(await fetch(`${this.#url}/jobs/${id}?location=${location}`));
    const { startTime, endTime } = answer['statistics'] as { startTime: string; endTime: string };
    return { from: Number(startTime), to: Number(endTime) };
  }

  async #insert(place: Place, placed: Placed[]): Promise<void> {
    const at = placed[0]?.place ?? 0;
    const columns = hasNumbers(place.spec, at) ? ALL_COLUMNS : COLUMNS;
    const names = Object.keys(columns);
    const isIngested = place.spec.shape === 'by_ingestion';
    if (isIngested) names.push('_PARTITIONTIME');
    const rows = placed.map((one) => {
      const values = valuesOf(one, columns);
      if (isIngested) values.push(`TIMESTAMP '2026-01-0${one.place + 1} 00:00:00+00'`);
      return `(${values.join(', ')})`;
    });
    await this.#query(
      place,
      `INSERT INTO ${place.dataset}.${target(place, at)} (${names.join(', ')}) VALUES ${rows.join(', ')}`,
    );
  }

  async #query(place: Place, query: string): Promise<void> {
    await this.#post('/queries', { query, useLegacySql: false, location: place.spec.location });
  }

  async #post(path: string, body: object): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/json' };
    return readAnswer(
      await fetch(`${this.#url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    );
  }
}

interface Placed {
  row: Row;
  place: number;
}

const NOTHING: Placed = {
  row: { id: '', values: { distinct_id: null, alias: null, user_no: null } },
  place: 0,
};

async function readAnswer(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  if (!response.ok) throw new Error(`BigQuery answers ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

function target({ name, spec }: Place, at: number): string {
  return spec.shape === 'sharded' ? `${name}_${SHARDS[at % SHARDS.length]}` : name;
}

function partitioned({ shape }: TableSpec): string {
  if (shape === 'by_day') return ' PARTITION BY DATE(time)';
  return shape === 'by_range' ? ' PARTITION BY RANGE_BUCKET(bucket, GENERATE_ARRAY(0, 100, 10))' : '';
}

function options({ shape, requiresFilter }: TableSpec): string {
  const isPartitioned = shape !== 'plain' && shape !== 'sharded';
  return requiresFilter && isPartitioned ? ' OPTIONS (require_partition_filter = TRUE)' : '';
}

type Columns = Record<string, string>;

function typed(columns: Columns): string {
  return Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');
}

function valuesOf({ row: { id, values }, place }: Placed, columns: Columns): string[] {
  const quoted = (text: string | null) => (text === null ? 'NULL' : JSON.stringify(text));
  const all: Record<string, string> = {
    id: quoted(id),
    distinct_id: quoted(values.distinct_id),
    alias: quoted(values.alias),
    user_no: values.user_no ?? 'NULL',
    time: TIMES[place] ?? 'NULL',
    bucket: BUCKETS[place] ?? 'NULL',
  };
  return Object.keys(columns).map((name) => all[name] ?? 'NULL');
}
