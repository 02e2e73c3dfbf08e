/**
 * What BigQuery would process and bill: logical bytes of the referenced columns over the partitions that the filter keeps and,
 * for UPDATE and DELETE, all bytes of the partitions that change.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#on-demand-query-size-calculation
 */
import type { TableRecord } from './catalog-store.ts';
import type { Context } from './context.ts';
import type { Session } from './database.ts';
import { ApiError } from './errors.ts';
import { isInformationSchema } from './information-schema.ts';
import { partitionColumnName, partitionId, UNPARTITIONED } from './partitions.ts';
import { type ReferencedTable, TARGET_ALIAS, type TranslatedStatement } from './sql/contract.ts';

/** https://cloud.google.com/bigquery/pricing#on_demand_pricing: "rounded up to the nearest MB, with a minimum 10 MB … per table". */
const MEGABYTE = 1024 * 1024;
const TABLE_MEGABYTES_MIN = 10;
/** https://cloud.google.com/bigquery/quotas#partitioned_tables */
const MODIFIED_PARTITIONS_MAX = 4_000;

export interface Bill {
  bytesProcessed: number;
  bytesBilled: number;
  /** Partitions of partitioned tables that are read. */
  partitions: number;
  /** Ids of the target's partitions that change; absent for statements that read only. */
  touched?: string[];
}

interface Scan {
  bytes: number;
  kept: string[];
}

/** @param isEstimate before the run nobody knows what changes: every partition that the filter keeps may */
export async function bill(
  context: Context,
  session: Session,
  statement: TranslatedStatement,
  isEstimate: boolean,
): Promise<Bill> {
  let bytesProcessed = 0;
  let partitions = 0;
  let keptOfTarget: string[] | undefined;
  const bytesOfTables = new Map<string, number>();
  for (const reference of statement.referenced) {
    if (isInformationSchema(reference.table)) continue;
    const { bytes, kept } = await scan(context, session, reference);
    bytesProcessed += bytes;
    if (reference.table.partitioning !== undefined) partitions += kept.length;
    const name = reference.table.duckName;
    bytesOfTables.set(name, (bytesOfTables.get(name) ?? 0) + bytes);
    if (isTarget(statement, reference)) keptOfTarget = kept;
  }
  const change = await changeOf(context, session, statement, isEstimate ? keptOfTarget : undefined);
  if (change !== undefined) {
    if (change.isWhole) return { bytesProcessed: 0, bytesBilled: 0, partitions, touched: change.touched };
    bytesProcessed += change.bytes;
    bytesOfTables.set(change.name, (bytesOfTables.get(change.name) ?? 0) + change.bytes);
  }
  const megabytes = [...bytesOfTables.values()].map((bytes) =>
    Math.max(Math.ceil(bytes / MEGABYTE), TABLE_MEGABYTES_MIN),
  );
  const isFree = bytesProcessed === 0 && statement.statementType === 'TRUNCATE_TABLE';
  return {
    bytesProcessed,
    bytesBilled: isFree ? 0 : megabytes.reduce((sum, one) => sum + one, 0) * MEGABYTE,
    partitions,
    ...(change && { touched: change.touched }),
  };
}

/** @throws bytesBilledLimitExceeded */
export function refuseOverLimit(estimate: Bill, maximumBytesBilled: string | undefined): void {
  if (maximumBytesBilled === undefined || estimate.bytesBilled <= Number(maximumBytesBilled)) return;
  throw new ApiError(
    500,
    'bytesBilledLimitExceeded',
    `Query exceeded limit for bytes billed: ${maximumBytesBilled}. ${estimate.bytesBilled} or higher required.`,
  );
}

/** @throws quotaExceeded; the wording is assumed */
export function refuseTooManyPartitions({ touched = [] }: Bill): void {
  if (touched.length > MODIFIED_PARTITIONS_MAX)
    throw new ApiError(
      403,
      'quotaExceeded',
      `Too many partitions produced by query, allowed ${MODIFIED_PARTITIONS_MAX}, query produces at least ${touched.length} partitions`,
    );
}

async function scan(
  context: Context,
  session: Session,
  { table, columns, pruning }: ReferencedTable,
): Promise<Scan> {
  const record = table as TableRecord;
  const stats = await context.stats.ofColumns(session, record, columns);
  const kept = pruning === undefined ? [...stats.keys()] : await keptPartitions(session, record, pruning);
  const bytes = kept.reduce((sum, id) => sum + (stats.get(id) ?? 0), 0);
  return { bytes, kept };
}

async function keptPartitions(session: Session, table: TableRecord, pruning: string): Promise<string[]> {
  const result = await session.run(
    `SELECT DISTINCT ${partitionId(table)} FROM ${table.duckName} WHERE ${pruning}`,
  );
  return (await result.getRows()).map(([id]) => id as string);
}

interface Change {
  name: string;
  bytes: number;
  touched: string[];
  /** Every touched partition goes as a whole, and the filter looks at nothing but the partition column: free. */
  isWhole: boolean;
}

async function changeOf(
  context: Context,
  session: Session,
  statement: TranslatedStatement,
  estimate: string[] | undefined,
): Promise<Change | undefined> {
  const { statementType, target, targetCondition, binds } = statement;
  if (target === undefined || (statementType !== 'DELETE' && statementType !== 'UPDATE')) return undefined;
  const table = context.catalog.table(target);
  const stats = await context.stats.of(session, table);
  const condition = targetCondition ?? 'TRUE';
  const result = await session.run(
    `SELECT ${partitionId(table)}, CAST(count(*) AS DOUBLE) FROM ${table.duckName} AS ${TARGET_ALIAS} WHERE ${condition} GROUP BY 1`,
    binds,
  );
  const hits = (await result.getRows()) as [string, number][];
  const touched = hits.map(([id]) => id);
  const isWhole =
    statementType === 'DELETE' &&
    isPartitionFilter(statement, table) &&
    hits.every(([id, rows]) => id !== UNPARTITIONED && stats.get(id)?.rows === rows);
  const charged = estimate ?? touched;
  const bytes = charged.reduce((sum, id) => sum + (stats.get(id)?.bytes ?? 0), 0);
  return { name: table.duckName, bytes, touched, isWhole };
}

/** https://cloud.google.com/bigquery/docs/using-dml-with-partitioned-tables#using_dml_delete_to_delete_partitions */
function isPartitionFilter({ referenced }: TranslatedStatement, table: TableRecord): boolean {
  const [only, ...others] = referenced;
  if (table.partitioning === undefined || others.length > 0) return false;
  if (only === undefined || only.pruning === undefined) return false;
  const column = partitionColumnName(table)?.toLowerCase();
  return only.columns.every((name) => name.toLowerCase() === column);
}

function isTarget({ target }: TranslatedStatement, { table }: ReferencedTable): boolean {
  return (
    target !== undefined &&
    target.project === table.project &&
    target.dataset === table.dataset &&
    target.table === table.table
  );
}
