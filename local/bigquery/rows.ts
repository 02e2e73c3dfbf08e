/**
 * Rows as the REST API answers them: `{"f":[{"v":…},…]}`, all scalars as text. DuckDB writes that text itself, because objects
 * of a few hundred thousand rows in JavaScript take seconds.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list
 */
import type { Field } from './catalog.ts';
import { quoteIdentifier, type Session } from './database.ts';
import { invalid } from './errors.ts';

export interface PageRequest {
  start: number;
  /** Rows at most. */
  limit: number;
  /** TIMESTAMP as microseconds; else as seconds in floating point. */
  useInt64Timestamp: boolean;
}

export interface Page {
  /** JSON texts, ready to be joined into an array. */
  rows: string[];
  /** Where the next page begins, if there is one. */
  next?: number;
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list: "up to 10 MB" a page. */
const PAGE_BYTES_MAX = 10_000_000;
/** Rows of a page when the caller does not say; the service's own limit is in bytes. */
const PAGE_ROWS_MAX = 100_000;

/**
 * @param source a DuckDB relation whose rows have a stable order
 * @param total rows in it
 */
export async function readPage(
  session: Session,
  source: string,
  fields: Field[],
  total: number,
  { start, limit, useInt64Timestamp }: PageRequest,
): Promise<Page> {
  if (limit === 0 || start >= total)
    return limit === 0 && start < total ? { rows: [], next: start } : { rows: [] };
  const text = rowText(fields, useInt64Timestamp);
  const result = await session.run(
    `SELECT ${text} AS row FROM (SELECT * FROM ${source} LIMIT ${limit} OFFSET ${start})`,
  );
  const rows: string[] = [];
  let bytes = 0;
  for (const [row] of await result.getRows()) {
    const json = row as string;
    bytes += json.length;
    if (bytes > PAGE_BYTES_MAX && rows.length > 0) break;
    rows.push(json);
  }
  const next = start + rows.length;
  return next < total ? { rows, next } : { rows };
}

/** Joins a response with its rows, which are text already. */
export function withRows(response: Record<string, unknown>, rows: string[]): string {
  const text = JSON.stringify(response);
  return rows.length === 0 ? text : `${text.slice(0, -1)},"rows":[${rows.join(',')}]}`;
}

/** Page tokens are positions. @throws invalid */
export function parsePage(query: URLSearchParams): {
  start: number;
  limit: number;
  useInt64Timestamp: boolean;
} {
  const token = query.get('pageToken');
  const start = token
    ? Number(/^at-(\d+)$/.exec(token)?.[1] ?? Number.NaN)
    : Number(query.get('startIndex') ?? 0);
  const limit = Number(query.get('maxResults') ?? PAGE_ROWS_MAX);
  if (!Number.isInteger(start) || start < 0)
    throw invalid(`Invalid page token or start index: ${token ?? query.get('startIndex')}`);
  if (!Number.isInteger(limit) || limit < 0)
    throw invalid(`Invalid value for maxResults: ${query.get('maxResults')}`);
  return {
    start,
    limit: Math.min(limit, PAGE_ROWS_MAX),
    useInt64Timestamp: query.get('formatOptions.useInt64Timestamp') === 'true',
  };
}

export function pageToken(next: number): string {
  return `at-${next}`;
}

function rowText(fields: Field[], isInt64: boolean): string {
  return recordText(fields, (name) => name, isInt64, 0);
}

function recordText(
  fields: Field[],
  path: (name: string) => string,
  isInt64: boolean,
  depth: number,
): string {
  const cells = fields.map(
    (field) => `'{"v":' || ${cell(field, path(quoteIdentifier(field.name)), isInt64, depth)} || '}'`,
  );
  return `'{"f":[' || ${cells.join(` || ',' || `)} || ']}'`;
}

/** Never NULL: a NULL in it would make the whole row NULL. */
function cell(field: Field, value: string, isInt64: boolean, depth: number): string {
  if (field.mode !== 'REPEATED') return `coalesce(${single(field, value, isInt64, depth)}, 'null')`;
  const item = `x${depth}`;
  const text = `'{"v":' || coalesce(${single(field, item, isInt64, depth + 1)}, 'null') || '}'`;
  return `'[' || coalesce(array_to_string(list_transform(${value}, lambda ${item}: ${text}), ','), '') || ']'`;
}

function single({ type, fields = [] }: Field, value: string, isInt64: boolean, depth: number): string {
  switch (type) {
    case 'STRUCT': {
      const record = recordText(fields, (name) => `${value}.${name}`, isInt64, depth);
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${record} END`;
    }
    case 'STRING':
    case 'JSON':
      return `CAST(to_json(CAST(${value} AS VARCHAR)) AS VARCHAR)`;
    case 'BYTES':
      return quoted(`base64(${value})`);
    case 'NUMERIC':
      return quoted(`rtrim(rtrim(CAST(${value} AS VARCHAR), '0'), '.')`);
    case 'FLOAT64':
      return quoted(
        `CASE WHEN isnan(${value}) THEN 'NaN' WHEN isinf(${value}) THEN CASE WHEN ${value} > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE CAST(${value} AS VARCHAR) END`,
      );
    case 'TIMESTAMP':
      return quoted(isInt64 ? `CAST(epoch_us(${value}) AS VARCHAR)` : seconds(`epoch_us(${value})`));
    case 'DATETIME':
      return quoted(`strftime(${value}, '%Y-%m-%dT%H:%M:%S') || ${fraction(`epoch_us(${value})`)}`);
    case 'TIME':
      return quoted(`substr(CAST(${value} AS VARCHAR), 1, 8) || ${fraction(`epoch_us(${value})`)}`);
    default:
      return quoted(`CAST(${value} AS VARCHAR)`);
  }
}

function quoted(text: string): string {
  return `'"' || ${text} || '"'`;
}

/** Nothing, milliseconds or microseconds, as GoogleSQL prints them. */
function fraction(microseconds: string): string {
  const rest = `((${microseconds} % 1000000 + 1000000) % 1000000)`;
  return `CASE WHEN ${rest} = 0 THEN '' WHEN ${rest} % 1000 = 0 THEN '.' || lpad(CAST(${rest} // 1000 AS VARCHAR), 3, '0') ELSE '.' || lpad(CAST(${rest} AS VARCHAR), 6, '0') END`;
}

/** `1.767225600123456E9`: Java's notation from ten million seconds on. */
function seconds(microseconds: string): string {
  const digits = `CAST(abs(${microseconds}) AS VARCHAR)`;
  const mantissa = `CASE WHEN rtrim(substr(${digits}, 2), '0') = '' THEN '0' ELSE rtrim(substr(${digits}, 2), '0') END`;
  const scientific = `CASE WHEN ${microseconds} < 0 THEN '-' ELSE '' END || substr(${digits}, 1, 1) || '.' || ${mantissa} || 'E' || CAST(strlen(${digits}) - 7 AS VARCHAR)`;
  return `CASE WHEN abs(${microseconds}) >= 10000000000000 THEN ${scientific} ELSE CAST(${microseconds} / 1000000 AS VARCHAR) END`;
}
