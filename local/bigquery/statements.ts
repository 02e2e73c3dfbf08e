/** The way to the translator: what a statement may be, and what it may see of the catalog. */
import type { Catalog, TableReference } from './catalog.ts';
import { tableName } from './catalog-store.ts';
import type { Context } from './context.ts';
import { ApiError, invalid } from './errors.ts';
import { normalLocation } from './locations.ts';
import type { PartitionFacts } from './information-schema.ts';
import type { QueryParameter, TranslatedStatement } from './sql/contract.ts';
import { translate } from './sql/translate.ts';

/** https://cloud.google.com/bigquery/quotas#query_jobs. The wording of both refusals is assumed. */
const PARAMETERS_MAX = 10_000;
const SQL_CHARACTERS_MAX = 1024 * 1000;

export interface StatementSource {
  text: string;
  parameters: QueryParameter[];
  project: string;
  defaultDataset?: { projectId?: string; datasetId?: string } | undefined;
  /** Where the job is to run, if the caller said so. */
  location?: string | undefined;
}

/** @throws SqlError, UnsupportedSql, invalid */
export async function translateStatement(
  context: Context,
  { text, parameters, project, defaultDataset, location }: StatementSource,
): Promise<TranslatedStatement> {
  if (text.trim() === '') throw invalid('Required parameter is missing: query');
  if (text.length > SQL_CHARACTERS_MAX)
    throw new ApiError(
      400,
      'invalidQuery',
      `The query is too large. The maximum standard SQL query length is ${SQL_CHARACTERS_MAX} characters, including comments and white space characters.`,
    );
  if (parameters.length > PARAMETERS_MAX)
    throw invalid(`Too many query parameters: ${parameters.length}, limit is ${PARAMETERS_MAX}.`);
  return translate(text, {
    parameters,
    catalog: await catalogFor(context, text, project),
    defaultProject: defaultDataset?.projectId ?? project,
    ...(defaultDataset?.datasetId !== undefined && { defaultDataset: defaultDataset.datasetId }),
    ...(location !== undefined && { location: normalLocation(location) }),
    now: context.now(),
  });
}

/** INFORMATION_SCHEMA.PARTITIONS needs the tables counted before the statement can be translated. */
async function catalogFor(context: Context, text: string, project: string): Promise<Catalog> {
  const { catalog, database, stats, buffer } = context;
  if (!/INFORMATION_SCHEMA\s*`?\s*\.\s*`?\s*PARTITIONS/i.test(text)) return catalog;
  const projects = new Set([project, ...catalog.projects().filter((one) => text.includes(one))]);
  const facts = new Map<string, PartitionFacts[]>();
  for (const owner of projects) {
    for (const { dataset } of catalog.datasets(owner).filter((one) => text.includes(one.dataset))) {
      for (const table of catalog.tables(owner, dataset)) {
        if (table.kind === 'VIEW') continue;
        await buffer.drain(table);
        const partitions = await database.read((session) => stats.of(session, table));
        const rows = [...partitions].map(([id, { rows, bytes }]) => ({
          ...(table.partitioning && { id }),
          rows,
          bytes,
          modified: table.modified,
        }));
        // A table without partitions has one row, also when it is empty.
        if (table.partitioning === undefined && rows.length === 0)
          rows.push({ rows: 0, bytes: 0, modified: table.modified });
        facts.set(tableName(table), rows);
      }
    }
  }
  return catalog.withPartitionFacts((table: TableReference) => facts.get(tableName(table)) ?? []);
}
