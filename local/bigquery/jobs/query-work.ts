/** Query jobs: which statement, where, and how it runs. */
import type { CatalogTable, TableReference } from '../catalog.ts';
import { datasetName, type TableRecord, tableName } from '../catalog-store.ts';
import type { Context } from '../context.ts';
import { invalid, invalidQuery, notFound, notImplemented } from '../errors.ts';
import { isInformationSchema } from '../information-schema.ts';
import { DEFAULT_LOCATION, normalLocation } from '../locations.ts';
import type { ReferencedTable, TranslatedStatement } from '../sql/contract.ts';
import { translateStatement } from '../statements.ts';
import { runDdl } from './ddl.ts';
import { checkDispositions } from './destination.ts';
import { runDml } from './dml.ts';
import type { JobConfiguration, QueryConfiguration } from './job.ts';
import type { Outcome, Work } from './job-engine.ts';
import { parseParameters } from './query-parameters.ts';
import { runSelect } from './select.ts';

/** Members of `configuration.query` whose effect would be missed. */
const UNSUPPORTED = [
  'tableDefinitions',
  'userDefinedFunctionResources',
  'schemaUpdateOptions',
  'createSession',
  'connectionProperties',
  'destinationEncryptionConfiguration',
  'scriptOptions',
  'continuous',
];

export interface PlannedQuery {
  query: QueryConfiguration & { query: string };
  statement: TranslatedStatement;
  location: string;
}

/** Checks what needs no SQL. @throws invalid, notImplemented: there will be no job */
export function checkQueryConfiguration(query: QueryConfiguration): void {
  if (typeof query.query !== 'string' || query.query.trim() === '')
    throw invalid('Required parameter is missing: query');
  // The API's default is legacy SQL; clients of today always say false.
  if (query.useLegacySql !== false && !/^\s*#standardSQL/i.test(query.query))
    throw notImplemented('legacy SQL (set useLegacySql to false)');
  checkDispositions(query);
  for (const name of UNSUPPORTED) {
    const value = query[name];
    if (value == null || value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw notImplemented(`${name} of a query`);
  }
}

/** @throws SqlError and the like: a job fails with it. UnsupportedSql: there will be no job. */
export async function planQuery(
  context: Context,
  project: string,
  configuration: JobConfiguration,
  askedLocation: string | undefined,
): Promise<PlannedQuery> {
  const query = configuration.query as PlannedQuery['query'];
  const statement = await translateStatement(context, {
    text: query.query,
    parameters: parseParameters(query.queryParameters),
    project,
    defaultDataset: query.defaultDataset,
    location: askedLocation,
  });
  const location = locationOf(context, project, query, statement, askedLocation);
  for (const reference of statement.referenced) requirePartitionFilter(reference);
  return { query, statement, location };
}

function locationOf(
  { catalog }: Context,
  project: string,
  { destinationTable: destination }: QueryConfiguration,
  { referenced, target }: TranslatedStatement,
  asked: string | undefined,
): string {
  const places: { project: string; dataset: string; location: string }[] = referenced.map(
    ({ table }) => table,
  );
  for (const name of [
    target,
    destination && { project: destination.projectId ?? project, dataset: destination.datasetId ?? '' },
  ])
    if (name !== undefined)
      places.push({ ...name, location: catalog.dataset(name.project, name.dataset).location });
  const location = asked === undefined ? (places[0]?.location ?? DEFAULT_LOCATION) : normalLocation(asked);
  const elsewhere = places.find((place) => place.location !== location);
  if (elsewhere !== undefined)
    throw notFound(
      `Not found: Dataset ${datasetName(elsewhere.project, elsewhere.dataset)} was not found in location ${location}`,
    );
  return location;
}

/** https://cloud.google.com/bigquery/docs/querying-partitioned-tables#require_a_partition_filter_in_queries */
function requirePartitionFilter({ table, pruning }: ReferencedTable): void {
  const { partitioning } = table;
  if (!table.requirePartitionFilter || partitioning === undefined || pruning !== undefined) return;
  const columns =
    partitioning.field === undefined
      ? ['_PARTITION_LOAD_TIME', '_PARTITIONDATE', '_PARTITIONTIME']
      : [partitioning.field];
  throw invalidQuery(
    `Cannot query over table '${table.project}.${table.dataset}.${table.table}' without a filter over column(s) ` +
      `${columns.map((column) => `'${column}'`).join(', ')} that can be used for partition elimination`,
  );
}

export function queryWork(context: Context, planned: PlannedQuery, project: string): Work {
  const { statement } = planned;
  const { statementType, target } = statement;
  const isQueued = statementType === 'UPDATE' || statementType === 'DELETE';
  return {
    ...(isQueued && target && { dmlTarget: tableName(target) }),
    async run(finish, signal) {
      await drainAll(context, statement);
      const end = (session: Parameters<typeof finish>[0], outcome: Outcome) =>
        finish(session, withCommon(outcome, statementType));
      switch (statementType) {
        case 'SELECT':
          return runSelect(context, planned, project, end, signal);
        case 'INSERT':
        case 'UPDATE':
        case 'DELETE':
        case 'TRUNCATE_TABLE':
          return runDml(context, planned, end, signal);
        default:
          return runDdl(context, planned, end, signal);
      }
    },
  };
}

export async function drainAll(context: Context, { referenced, target }: TranslatedStatement): Promise<void> {
  const tables: (CatalogTable | TableReference)[] = referenced.map(({ table }) => table);
  if (target !== undefined) tables.push(target);
  for (const name of tables) {
    if ('kind' in name && isInformationSchema(name)) continue;
    const table: TableRecord | undefined = context.catalog.findTable(name);
    if (table !== undefined) await context.buffer.drain(table);
  }
}

function withCommon({ statistics, ...rest }: Outcome, statementType: string): Outcome {
  const processed = statistics.query?.totalBytesProcessed ?? '0';
  return {
    ...rest,
    statistics: {
      ...statistics,
      totalBytesProcessed: processed,
      query: { statementType, cacheHit: false, totalBytesProcessed: processed, ...statistics.query },
    },
  };
}
