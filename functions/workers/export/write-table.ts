/** Writes one request's rows of one table, in each format that it wants; what has no rows has no file. */
import { type Step, stepLabel } from '../../domain/batch.ts';
import { csvHeader, csvLine } from '../../domain/csv.ts';
import { type ExportedFile, fileStem } from '../../domain/exported.ts';
import { exportedFields } from '../../domain/exported-fields.ts';
import type { RequestDocument } from '../../domain/request.ts';
import type { BatchContext } from '../worker.ts';
import type { Folder } from './folder.ts';
import { type Noted, noting, stagedRows } from './staged-rows.ts';

export async function writeTable(
  context: BatchContext,
  folder: Folder,
  step: Step,
  asked: { request: RequestDocument; position: number; labels: readonly string[] },
): Promise<Noted & { files: ExportedFile[] }> {
  const { request, position, labels } = asked;
  const noted: Noted = { rows: 0, sample: [] };
  const read = () => noting(stagedRows(context, step, position), noted);
  const files: ExportedFile[] = [];
  if (request.content === 'categories') {
    for await (const _row of read());
    return { rows: noted.rows, sample: [], files };
  }
  for (const format of request.formats ?? (['ndjson'] as const)) {
    Object.assign(noted, { rows: 0, sample: [] });
    const rows = read();
    const first = await rows.next();
    if (first.done) break;
    const all = withFirst(first.value, rows);
    const lines = format === 'csv' ? toCsv(all, namesOf(step, request)) : all;
    const name = `${fileStem(stepLabel(step), labels)}.${format}`;
    const written = await folder.writeLines(name, lines);
    files.push({ ...written, format, table: stepLabel(step), rows: noted.rows });
  }
  return { ...noted, files };
}

function namesOf(step: Step, { scope }: RequestDocument): string[] {
  if (step.table === undefined) throw new Error(`step ${step.id} was not planned`);
  return exportedFields(step.table, scope, step.mapped.event_time?.column).map(({ name }) => name);
}

async function* withFirst(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

async function* toCsv(rows: AsyncIterable<string>, names: readonly string[]): AsyncGenerator<string> {
  yield csvHeader(names);
  for await (const row of rows) yield csvLine(row, names);
}
