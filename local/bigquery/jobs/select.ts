/** SELECT: the rows go to a table, the caller's or one of our own that lives for a day. */
import { randomUUID } from 'node:crypto';
import { arrivalOf } from '../arrival.ts';
import { type Field, PARTITION_TIME } from '../catalog.ts';
import { bill, refuseOverLimit } from '../billing.ts';
import type { Context } from '../context.ts';
import { quoteIdentifier, type Session } from '../database.ts';
import { timestamp } from '../ingest.ts';
import { refuseMissing } from '../required.ts';
import { duckType } from '../schema.ts';
import type { JobResult } from './job.ts';
import type { Outcome } from './job-engine.ts';
import { writeTo } from './destination.ts';
import { refuseOtherSchema } from './fit.ts';
import { toTableResource } from './made-table.ts';
import { billStatistics } from './query-statistics.ts';
import type { PlannedQuery } from './query-work.ts';

/** https://cloud.google.com/bigquery/docs/cached-results: an anonymous table is kept for "approximately 24 hours". */
const RESULT_MILLISECONDS = 24 * 60 * 60 * 1000;

type Finish = (session: Session, outcome: Outcome) => Promise<void>;

export async function runSelect(
  context: Context,
  { statement, query }: PlannedQuery,
  project: string,
  finish: Finish,
  signal: AbortSignal,
): Promise<void> {
  const { fields, sql, binds } = statement;
  const destination = query.destinationTable;
  const priced = async (session: Session) => {
    if (query.maximumBytesBilled !== undefined)
      refuseOverLimit(await bill(context, session, statement, true), query.maximumBytesBilled);
    return bill(context, session, statement, false);
  };
  if (destination?.tableId === undefined) {
    await context.database.transaction(async (session) => {
      const cost = await priced(session);
      const result = await keepResult(context, session, fields, { sql, binds });
      await finish(session, { result, statistics: { query: billStatistics(cost) } });
    }, signal);
    return;
  }
  const resource = {
    ...toTableResource(fields, undefined, query.clustering?.fields),
    ...(query.timePartitioning && { timePartitioning: query.timePartitioning }),
    ...(query.rangePartitioning && { rangePartitioning: query.rangePartitioning }),
  };
  await writeTo(
    context,
    {
      target: { ...destination, projectId: destination.projectId ?? project },
      createDisposition: query.createDisposition,
      writeDisposition: query.writeDisposition ?? 'WRITE_EMPTY',
      resource,
    },
    async (session, table, partition) => {
      const cost = await priced(session);
      refuseOtherSchema(table, fields);
      const { partitionTime } = arrivalOf(context.now, table, partition);
      const names = fields.map(({ name }) => quoteIdentifier(name));
      if (partitionTime !== undefined) names.push(PARTITION_TIME);
      const more = partitionTime === undefined ? '' : `, ${timestamp(partitionTime)}`;
      const { rowsChanged: rows } = await session.run(
        `INSERT INTO ${table.duckName} (${names.join(', ')}) SELECT *${more} FROM (${sql})`,
        binds,
      );
      await refuseMissing(session, table);
      const result = { duckName: table.duckName, fields, rows };
      await finish(session, { result, statistics: { query: billStatistics(cost) } });
    },
    signal,
  );
}

async function keepResult(
  { now }: Context,
  session: Session,
  fields: Field[],
  { sql, binds }: { sql: string; binds: Record<string, unknown> },
): Promise<JobResult> {
  const duckName = `_results.${quoteIdentifier(`anon${randomUUID().replaceAll('-', '')}`)}`;
  const columns = fields.map((field) => `${quoteIdentifier(field.name)} ${duckType(field)}`);
  await session.run(`CREATE TABLE ${duckName} (${columns.join(', ')})`);
  const { rowsChanged: rows } = await session.run(`INSERT INTO ${duckName} ${sql}`, binds);
  return { duckName, fields, rows, expires: now() + RESULT_MILLISECONDS };
}
