/** INSERT, UPDATE, DELETE, TRUNCATE: one writer a table at a time, so that DuckDB never sees two. */
import { arrivalOf } from '../arrival.ts';
import { PARTITION_TIME, ROW_BYTES, STREAMED_UNTIL } from '../catalog.ts';
import { type TableRecord, tableName } from '../catalog-store.ts';
import { type Bill, bill, refuseOverLimit, refuseTooManyPartitions } from '../billing.ts';
import type { Context } from '../context.ts';
import type { Session } from '../database.ts';
import { invalidQuery } from '../errors.ts';
import { timestamp } from '../ingest.ts';
import { refuseMissing } from '../required.ts';
import { TARGET_ALIAS, type TranslatedStatement } from '../sql/contract.ts';
import type { Outcome } from './job-engine.ts';
import { billStatistics, dmlStatistics } from './query-statistics.ts';
import type { PlannedQuery } from './query-work.ts';

export async function runDml(
  context: Context,
  { statement, query }: PlannedQuery,
  finish: (session: Session, outcome: Outcome) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { database, catalog, locks, stats } = context;
  const { statementType, target, sql, binds } = statement;
  if (target === undefined) throw new Error(`${statementType} without a target`);
  await locks.run(tableName(target), async () => {
    const table = catalog.table(target);
    if (table.kind === 'VIEW')
      throw invalidQuery(`Table ${tableName(table)} is a view and cannot be modified.`);
    let cost: Bill | undefined;
    const touch = await database.transaction(async (session) => {
      if (query.maximumBytesBilled !== undefined)
        refuseOverLimit(await bill(context, session, statement, true), query.maximumBytesBilled);
      await refuseBuffered(context, session, table, statement);
      cost = await bill(context, session, statement, false);
      refuseTooManyPartitions(cost);
      if (statementType === 'UPDATE') await forgetBytes(session, table, statement);
      const { rowsChanged } = await session.run(sql, binds);
      if (statementType === 'INSERT' || statementType === 'UPDATE') await refuseMissing(session, table);
      if (statementType === 'INSERT') await setPartitionTime(context, session, table);
      const touched = rowsChanged > 0 ? await catalog.touchTable(session, table) : () => {};
      await finish(session, {
        statistics: { query: { ...billStatistics(cost), ...dmlStatistics(statementType, rowsChanged) } },
      });
      return touched;
    }, signal);
    touch();
    // An UPDATE may move rows to partitions that it did not find them in.
    if (statementType === 'DELETE' && cost?.touched) stats.invalidate(table, cost.touched);
    else stats.invalidate(table);
  });
}

async function forgetBytes(
  session: Session,
  { duckName }: TableRecord,
  { targetCondition = 'TRUE', binds }: TranslatedStatement,
): Promise<void> {
  await session.run(
    `UPDATE ${duckName} AS ${TARGET_ALIAS} SET ${ROW_BYTES} = NULL WHERE ${targetCondition}`,
    binds,
  );
}

/** https://cloud.google.com/bigquery/docs/data-manipulation-language#limitations */
async function refuseBuffered(
  { buffer }: Context,
  session: Session,
  table: TableRecord,
  { statementType, targetCondition = 'TRUE', binds }: TranslatedStatement,
): Promise<void> {
  if (statementType === 'INSERT' || !(await buffer.isInUse(table))) return;
  const hit = await session.rows(
    `SELECT 1 FROM ${table.duckName} AS ${TARGET_ALIAS} WHERE ${STREAMED_UNTIL} IS NOT NULL AND (${targetCondition}) LIMIT 1`,
    binds,
  );
  if (hit.length === 0) return;
  const name = `${table.project}.${table.dataset}.${table.table}`;
  const what = statementType === 'TRUNCATE_TABLE' ? 'TRUNCATE DML' : 'UPDATE or DELETE';
  throw invalidQuery(
    `${what} statement over table ${name} would affect rows in the streaming buffer, which is not supported`,
  );
}

/** Rows of an INSERT that does not name `_PARTITIONTIME` come into the partition of now. */
async function setPartitionTime(context: Context, session: Session, table: TableRecord): Promise<void> {
  const { partitionTime } = arrivalOf(context.now, table);
  if (partitionTime === undefined) return;
  await session.run(
    `UPDATE ${table.duckName} SET ${PARTITION_TIME} = ${timestamp(partitionTime)} WHERE ${PARTITION_TIME} IS NULL AND ${STREAMED_UNTIL} IS NULL`,
  );
}
