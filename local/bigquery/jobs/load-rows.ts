/** The rows of an uploaded file, checked against the schema and written as NDJSON that DuckDB casts without surprise. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Field } from '../catalog.ts';
import type { Context } from '../context.ts';
import { parseRow } from '../json-values.ts';
import { compileRowCheck, type RowCheck } from '../row-check.ts';
import { BadValue } from '../scalar-checks.ts';
import { badFile, badRow } from './bad-row.ts';
import { csvToJson } from './load-csv.ts';
import type { LoadConfiguration } from './job.ts';
import { isZipped } from './zipped.ts';

export interface CheckedRows {
  path: string;
  bytes: number;
}

interface Checks {
  check: RowCheck;
  hasJson: boolean;
  format: 'CSV' | 'JSON';
}

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
  const ignoreUnknown = load.ignoreUnknownValues === true;
  const checks: Checks = {
    check: compileRowCheck(fields, { ignoreUnknown, isJsonText: isCsv }),
    hasJson: !isCsv && fields.some(containsJson),
    format: isCsv ? 'CSV' : 'JSON',
  };
  try {
    return { path, bytes: await writeChecked(source, path, checks) };
  } catch (error) {
    await rm(path, { force: true });
    throw (error as NodeJS.ErrnoException).code?.startsWith('Z_') ? badFile(error as Error) : error;
  } finally {
    if (isCsv) await rm(source, { force: true });
  }
}

async function writeChecked(source: string, path: string, checks: Checks): Promise<number> {
  const file = createReadStream(source);
  const output = createWriteStream(path);
  const check = (input: AsyncIterable<Buffer>) => checkedText(input, checks);
  if (await isZipped(source)) await pipeline(file, createGunzip(), check, output);
  else await pipeline(file, check, output);
  return output.bytesWritten;
}

/** A piece of text for each piece of the file: rows one by one would be many small writes. */
async function* checkedText(input: AsyncIterable<Buffer>, checks: Checks): AsyncGenerator<string> {
  let row = 0;
  for await (const lines of linesOf(input)) {
    let text = '';
    for (const line of lines) {
      if (line === '' || line.trim() === '') continue;
      row += 1;
      text += `${checkedLine(line, checks, row)}\n`;
    }
    yield text;
  }
}

/** The lines that end in each piece of the file. */
async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of input) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  yield [rest + decoder.decode()];
}

/** A line that needs no change stays as it is. */
function checkedLine(line: string, { check, hasJson, format }: Checks, row: number): string {
  try {
    const parsed = parseRow(line, hasJson);
    const checked = check(parsed);
    return checked === parsed ? line : JSON.stringify(checked);
  } catch (error) {
    if (error instanceof BadValue) throw badRow({ row, format }, error.message, error.location);
    if (error instanceof SyntaxError)
      throw badRow({ row, format }, `Parser terminated before end of string: ${error.message}`);
    throw error;
  }
}

function containsJson({ type, fields = [] }: Field): boolean {
  return type === 'JSON' || fields.some(containsJson);
}
