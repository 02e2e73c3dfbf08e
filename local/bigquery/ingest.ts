/** From checked JSON rows to DuckDB rows, in one statement for any number of rows. */
import { type Field, PARTITION_TIME, ROW_BYTES, STREAMED_UNTIL } from './catalog.ts';
import type { TableRecord } from './catalog-store.ts';
import { quoteIdentifier, quoteText, type Session } from './database.ts';
import { isByIngestion } from './partitions.ts';
import { duckType } from './schema.ts';
import { rowBytes } from './sizes.ts';

export interface Arrival {
  /** When the rows leave the streaming buffer; absent for rows that never were in it. */
  streamedUntil?: number;
  /** Of ingestion-time tables; absent while in the buffer. */
  partitionTime?: Date;
}

/** Inserts rows that `compileRowCheck` has passed. */
export async function insertRows(
  session: Session,
  table: TableRecord,
  rows: Record<string, unknown>[],
  arrival: Arrival,
): Promise<void> {
  const source = `(SELECT unnest(from_json($rows, '["JSON"]')) AS json)`;
  await session.run(insertFrom(table, source, arrival), { rows: JSON.stringify(rows) });
}

/** Inserts the rows of a file with one JSON object a line. @returns how many */
export async function insertFile(
  session: Session,
  table: TableRecord,
  path: string,
  arrival: Arrival,
): Promise<number> {
  const source = `read_ndjson_objects(${quoteText(path)}, maximum_object_size = ${OBJECT_BYTES_MAX})`;
  return (await session.run(insertFrom(table, source, arrival))).rowsChanged;
}

/** https://cloud.google.com/bigquery/quotas#load_jobs: the size of a JSON row. */
const OBJECT_BYTES_MAX = 100 * 1024 * 1024;

function insertFrom(table: TableRecord, source: string, arrival: Arrival): string {
  const names = table.fields.map(({ name }) => quoteIdentifier(name));
  const values = table.fields.map((field) => stored(field, `s.${quoteIdentifier(field.name)}`, 0));
  names.push(STREAMED_UNTIL);
  values.push(arrival.streamedUntil === undefined ? 'NULL' : timestamp(new Date(arrival.streamedUntil)));
  if (isByIngestion(table.partitioning)) {
    names.push(PARTITION_TIME);
    values.push(arrival.partitionTime === undefined ? 'NULL' : timestamp(arrival.partitionTime));
  }
  const structure = quoteText(JSON.stringify(structureOf(table.fields)));
  const row = values.map((value, index) => `${value} AS ${names[index]}`).join(', ');
  const rows = `SELECT ${row} FROM (SELECT from_json(json, ${structure}) AS s FROM ${source})`;
  return `INSERT INTO ${table.duckName} (${[...names, ROW_BYTES].join(', ')}) SELECT ${names.join(', ')}, ${rowBytes(table.fields)} FROM (${rows})`;
}

export function timestamp(date: Date): string {
  return `TIMESTAMPTZ '${date.toISOString()}'`;
}

/** DuckDB's description of JSON: every scalar as text, JSON values too, to be cast by `stored`. */
function structureOf(fields: Field[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => {
      const single = field.type === 'STRUCT' ? structureOf(field.fields ?? []) : 'VARCHAR';
      return [field.name, field.mode === 'REPEATED' ? [single] : single];
    }),
  );
}

function stored(field: Field, value: string, depth: number): string {
  const single: Field = { ...field, mode: 'NULLABLE' };
  if (field.mode === 'REPEATED') {
    const item = `x${depth}`;
    const list = isCastEnough(single)
      ? value
      : `list_transform(${value}, lambda ${item}: ${stored(single, item, depth + 1)})`;
    // An absent array is an empty one: https://cloud.google.com/bigquery/docs/reference/standard-sql/arrays
    return `coalesce(CAST(${list} AS ${duckType(field)}), [])`;
  }
  if (field.type === 'BYTES') return `from_base64(${value})`;
  if (isCastEnough(field)) return `CAST(${value} AS ${duckType(field)})`;
  const inner = (field.fields ?? []).map(
    (one) => `${quoteIdentifier(one.name)} := ${stored(one, `${value}.${quoteIdentifier(one.name)}`, depth)}`,
  );
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${inner.join(', ')}) END`;
}

function isCastEnough({ type, mode, fields = [] }: Field): boolean {
  if (type === 'BYTES' || mode === 'REPEATED') return false;
  return type !== 'STRUCT' || fields.every(isCastEnough);
}
