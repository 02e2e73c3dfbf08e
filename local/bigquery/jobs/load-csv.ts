import type { Field } from '../catalog.ts';
import type { Context } from '../context.ts';
import { quoteText } from '../database.ts';
import { notImplemented } from '../errors.ts';
import { badRow } from './bad-row.ts';
import type { LoadConfiguration } from './job.ts';
import { isZipped } from './zipped.ts';

/** https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv: columns by position, an empty cell is NULL. */
export async function csvToJson(
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
