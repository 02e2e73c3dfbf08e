/** The rows of an uploaded file, checked against the schema and written as NDJSON that DuckDB casts without surprise. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Field } from '../catalog.ts';
import type { Context } from '../context.ts';
import { quoteText } from '../database.ts';
import { ApiError, type ErrorProto, notImplemented } from '../errors.ts';
import { BadValue, compileRowCheck, type RowCheck } from '../values.ts';
import type { LoadConfiguration } from './job.ts';

export interface CheckedRows {
  path: string;
  bytes: number;
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** @throws invalid, with the first bad row and what is wrong in it in `details` */
export async function checkedRows(
  context: Context,
  upload: string,
  fields: Field[],
  load: LoadConfiguration,
): Promise<CheckedRows> {
  const isCsv = load.sourceFormat !== 'NEWLINE_DELIMITED_JSON';
  const source = isCsv ? await csvToJson(context, upload, fields, load) : upload;
  const path = `${upload}.rows`;
  const check = compileRowCheck(fields, {
    ignoreUnknown: load.ignoreUnknownValues === true,
    isJsonText: isCsv,
  });
  try {
    return { path, bytes: await writeChecked(source, path, check, isCsv ? 'CSV' : 'JSON') };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    if (isCsv) await rm(source, { force: true });
  }
}

async function writeChecked(source: string, path: string, check: RowCheck, format: string): Promise<number> {
  const file = createReadStream(source);
  const input = (await isZipped(source)) ? file.pipe(createGunzip()) : file;
  const failed = once(file, 'error').then(([error]) => Promise.reject(error));
  const output = createWriteStream(path);
  let row = 0;
  const copy = async () => {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue;
      row += 1;
      if (!output.write(`${checkedLine(line, check, { row, format })}\n`)) await once(output, 'drain');
    }
  };
  failed.catch(() => {});
  try {
    await Promise.race([copy(), failed]);
  } finally {
    output.end();
    await once(output, 'close');
  }
  return output.bytesWritten;
}

/** A line that needs no change stays as it is, digits and all. */
function checkedLine(line: string, check: RowCheck, at: { row: number; format: string }): string {
  try {
    const parsed: unknown = parseExactly(line);
    const checked = check(parsed);
    return checked === parsed && !HAS_LONG_NUMBER.test(line) ? line : JSON.stringify(checked);
  } catch (error) {
    if (error instanceof BadValue) throw badRow(at, error.message, error.location);
    if (error instanceof SyntaxError)
      throw badRow(at, `Parser terminated before end of string: ${error.message}`);
    throw error;
  }
}

/** Sixteen digits in a row may be more than a double of JavaScript holds. */
const HAS_LONG_NUMBER = /\d{16}/;

function parseExactly(line: string): unknown {
  if (!HAS_LONG_NUMBER.test(line)) return JSON.parse(line);
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? rawNumber(context.source)
      : value;
  return JSON.parse(line, keepDigits as (key: string, value: unknown) => unknown);
}

/** Integers beyond 2^53 go on as text, which every column of numbers takes. */
function rawNumber(source: string): string | number {
  return /^-?\d+$/.test(source) ? source : Number(source);
}

/** The shape of what the service answers: the job's error says that, the details say where and what. */
function badRow(
  { row, format }: { row: number; format: string },
  message: string,
  location?: string,
): ApiError {
  const details: ErrorProto[] = [
    {
      reason: 'invalid',
      message: `Error while reading data, error message: ${format} processing encountered too many errors, giving up. Rows: ${row}; errors: 1; max bad: 0; error percent: 0`,
    },
    {
      reason: 'invalid',
      message: `Error while reading data, error message: ${format} parsing error in row ${row}: ${message}`,
      ...(location !== undefined && { location }),
    },
  ];
  const summary = `Error while reading data, error message: ${format} table encountered too many errors, giving up. Rows: ${row}; errors: 1. Please look into the errors[] collection for more details.`;
  return new ApiError(400, 'invalid', summary, undefined, details);
}

/** https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv: columns by position, an empty cell is NULL. */
async function csvToJson(
  { database }: Context,
  upload: string,
  fields: Field[],
  { skipLeadingRows = 0, fieldDelimiter = ',', quote = '"', nullMarker = '' }: LoadConfiguration,
): Promise<string> {
  const nested = fields.find(({ type, mode }) => type === 'STRUCT' || mode === 'REPEATED');
  if (nested !== undefined) throw notImplemented(`CSV into a nested or repeated column (${nested.name})`);
  const path = `${upload}.csv.rows`;
  const columns = fields.map(({ name }) => `${quoteText(name)}: 'VARCHAR'`).join(', ');
  const options = [
    `columns = {${columns}}`,
    'auto_detect = false',
    'header = false',
    `skip = ${Number(skipLeadingRows)}`,
    `delim = ${quoteText(fieldDelimiter)}`,
    `quote = ${quoteText(quote)}`,
    `escape = ${quoteText(quote)}`,
    `nullstr = ${quoteText(nullMarker)}`,
    'allow_quoted_nulls = false',
    `compression = ${(await isZipped(upload)) ? "'gzip'" : "'none'"}`,
    'max_line_size = 100000000',
  ];
  const select = `SELECT * FROM read_csv(${[quoteText(upload), ...options].join(', ')})`;
  try {
    await database.read((session) => session.run(`COPY (${select}) TO ${quoteText(path)} (FORMAT json)`));
  } catch (error) {
    const text = (error as Error).message;
    const row = Number(/CSV Error on Line: (\d+)/.exec(text)?.[1]);
    if (!Number.isInteger(row)) throw error;
    const [reason = text] = text.split('\n').slice(2);
    throw badRow({ row, format: 'CSV' }, reason.trim());
  }
  return path;
}

async function isZipped(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead).equals(GZIP_MAGIC);
  } finally {
    await file.close();
  }
}
