/** Streaming: rows can be read at once and stay in the streaming buffer for a while. */
import { type TableRecord, tableName } from './catalog-store.ts';
import type { Context } from './context.ts';
import { type ErrorProto, invalid, notImplemented } from './errors.ts';
import { insertRows } from './ingest.ts';
import { compileRowCheck } from './row-check.ts';
import { BadValue } from './scalar-checks.ts';

/** https://cloud.google.com/bigquery/quotas#streaming_inserts */
const ROWS_MAX = 50_000;
/** "BigQuery remembers this ID for at least one minute": https://cloud.google.com/bigquery/docs/streaming-data-into-bigquery#dataconsistency */
const INSERT_ID_MILLISECONDS = 60_000;

export interface InsertAllRequest {
  rows?: { insertId?: string; json?: unknown }[];
  skipInvalidRows?: boolean;
  ignoreUnknownValues?: boolean;
  templateSuffix?: string;
}

interface InsertError {
  index: number;
  errors: (ErrorProto & { debugInfo: string })[];
}

type Row = Record<string, unknown>;

export async function insertAll(context: Context, table: TableRecord, request: InsertAllRequest) {
  const kind = 'bigquery#tableDataInsertAllResponse';
  if (request.templateSuffix) throw notImplemented('templateSuffix');
  if (table.kind === 'VIEW') throw invalid(`Cannot add rows to a table of type VIEW.`);
  const rows = request.rows ?? [];
  if (rows.length === 0) throw invalid('No rows present in the request.');
  if (rows.length > ROWS_MAX)
    throw invalid(`too many rows present in the request, limit: ${ROWS_MAX} row count: ${rows.length}`);
  const { good, errors } = checkRows(table, request);
  const stopped = !request.skipInvalidRows && errors.length > 0;
  if (stopped) {
    // Without skipInvalidRows nothing is written, and the good rows say why.
    const bad = new Set(errors.map(({ index }) => index));
    const all = rows.map((_, index) =>
      bad.has(index)
        ? (errors.find((error) => error.index === index) as InsertError)
        : rowError(index, { reason: 'stopped', message: '', location: '' }),
    );
    return { kind, insertErrors: all };
  }
  await write(context, table, good);
  return { kind, ...(errors.length > 0 && { insertErrors: errors }) };
}

function checkRows(
  { fields }: TableRecord,
  { rows = [], ignoreUnknownValues = false }: InsertAllRequest,
): { good: { insertId?: string; row: Row }[]; errors: InsertError[] } {
  const check = compileRowCheck(fields, { ignoreUnknown: ignoreUnknownValues, isJsonText: true });
  const good: { insertId?: string; row: Row }[] = [];
  const errors: InsertError[] = [];
  rows.forEach(({ insertId, json }, index) => {
    try {
      good.push({ row: check(json), ...(insertId !== undefined && { insertId }) });
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      errors.push(rowError(index, { reason: 'invalid', location: error.location, message: error.message }));
    }
  });
  return { good, errors };
}

function rowError(index: number, error: ErrorProto): InsertError {
  return { index, errors: [{ ...error, debugInfo: '' }] };
}

async function write(
  { database, locks, catalog, buffer, stats, now }: Context,
  table: TableRecord,
  rows: { insertId?: string; row: Row }[],
): Promise<void> {
  await locks.run(tableName(table), async () => {
    const seen = seenIds(table, now());
    const fresh = rows.filter(({ insertId }) => {
      if (insertId === undefined || insertId === '') return true;
      if (seen.has(insertId)) return false;
      seen.set(insertId, now());
      return true;
    });
    if (fresh.length === 0) return;
    const streamedUntil = buffer.until();
    try {
      const touch = await database.transaction(async (session) => {
        await insertRows(
          session,
          table,
          fresh.map(({ row }) => row),
          { streamedUntil },
        );
        return catalog.touchTable(session, table);
      });
      touch();
    } catch (error) {
      for (const { insertId } of fresh) if (insertId !== undefined) seen.delete(insertId);
      throw error;
    }
    buffer.added(table, streamedUntil);
    stats.invalidate(table);
  });
}

/** Best effort, as the service has it: ids are not kept over a restart. */
const insertIds = new WeakMap<object, Map<string, number>>();

function seenIds(table: TableRecord, now: number): Map<string, number> {
  // `fields` is one object for as long as the table has this schema.
  const seen = insertIds.get(table.fields) ?? new Map<string, number>();
  insertIds.set(table.fields, seen);
  for (const [id, at] of seen) {
    if (at > now - INSERT_ID_MILLISECONDS) break;
    seen.delete(id);
  }
  return seen;
}
