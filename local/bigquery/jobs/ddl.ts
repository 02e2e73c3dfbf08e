/** CREATE TABLE [AS SELECT], CREATE VIEW, DROP. */
import type { Field } from '../catalog.ts';
import { tableName } from '../catalog-store.ts';
import { type Bill, bill, refuseOverLimit } from '../billing.ts';
import type { Context } from '../context.ts';
import { quoteIdentifier, type Session } from '../database.ts';
import { invalidQuery, notFound } from '../errors.ts';
import { parseTable } from '../table-resource.ts';
import { createIn } from '../table-store.ts';
import { viewFields } from '../views.ts';
import type { Outcome } from './job-engine.ts';
import { applyOptions, describeColumns, toTableResource } from './made-table.ts';
import { billStatistics } from './query-statistics.ts';
import type { PlannedQuery } from './query-work.ts';

type Finish = (session: Session, outcome: Outcome) => Promise<void>;
const FREE: Bill = { bytesProcessed: 0, bytesBilled: 0, partitions: 0 };

export async function runDdl(
  context: Context,
  planned: PlannedQuery,
  finish: Finish,
  signal: AbortSignal,
): Promise<void> {
  const { target, statementType } = planned.statement;
  if (target === undefined) throw new Error(`${statementType} without a target`);
  await context.locks.run(tableName(target), () =>
    context.locks.run('catalog', () =>
      statementType.startsWith('DROP')
        ? drop(context, planned, finish, signal)
        : create(context, planned, finish, signal),
    ),
  );
}

async function create(
  context: Context,
  { statement, query }: PlannedQuery,
  finish: Finish,
  signal: AbortSignal,
): Promise<void> {
  const { catalog, database } = context;
  const { statementType, target, create: made, sql, binds } = statement;
  if (target === undefined || made === undefined) throw new Error(`${statementType} without a table`);
  const existing = catalog.findTable(target);
  if (existing !== undefined && made.ifNotExists) {
    await database.transaction((session) => finish(session, outcome('SKIP', target, FREE)), signal);
    return;
  }
  if (existing === undefined || !made.orReplace) catalog.refuseNewTable(target);
  const fields: Field[] = made.fields ?? statement.fields;
  const resource = toTableResource(fields, made.partitioning, made.clustering);
  describeColumns(resource, made.columnDescriptions ?? {});
  applyOptions(resource, made.options);
  const ofView = made.viewQuery === undefined ? undefined : await viewFields(context, target, made.viewQuery);
  if (ofView !== undefined) {
    delete resource.schema;
    resource.view = { query: made.viewQuery as string, useLegacySql: false };
  }
  const { location } = catalog.dataset(target.project, target.dataset);
  const table = parseTable(target, resource, { location, ...(ofView && { viewFields: ofView }) });
  const after = await database.transaction(async (session) => {
    let cost = FREE;
    if (sql !== '') {
      if (query.maximumBytesBilled !== undefined)
        refuseOverLimit(await bill(context, session, statement, true), query.maximumBytesBilled);
      cost = await bill(context, session, statement, false);
      // CREATE OR REPLACE may read the very table that it replaces.
      await session.run(`CREATE TEMP TABLE selected AS SELECT * FROM (${sql}) LIMIT 0`, binds);
      await session.run(`INSERT INTO selected ${sql}`, binds);
    }
    if (existing !== undefined) await catalog.removeTable(session, existing);
    const { committed } = await createIn(session, context, table);
    if (sql !== '') {
      const names = fields.map(({ name }) => quoteIdentifier(name)).join(', ');
      await session.run(`INSERT INTO ${table.duckName} (${names}) SELECT * FROM selected`);
      await session.run('DROP TABLE selected');
    }
    await finish(session, outcome(existing === undefined ? 'CREATE' : 'REPLACE', target, cost));
    return committed;
  }, signal);
  after();
}

async function drop(
  context: Context,
  { statement }: PlannedQuery,
  finish: Finish,
  signal: AbortSignal,
): Promise<void> {
  const { catalog, database, buffer, stats } = context;
  const { statementType, target, ifExists } = statement;
  if (target === undefined) throw new Error(`${statementType} without a target`);
  const record = catalog.findTable(target);
  if (record === undefined) {
    if (!ifExists) throw notFound(`Not found: Table ${tableName(target)}`);
    await database.transaction((session) => finish(session, outcome('SKIP', target, FREE)), signal);
    return;
  }
  if ((record.kind === 'VIEW') !== (statementType === 'DROP_VIEW'))
    throw invalidQuery(
      `${tableName(target)} is not allowed for this operation because it is currently a ${record.kind}.`,
    );
  const after = await database.transaction(async (session) => {
    const removed = await catalog.removeTable(session, record);
    await finish(session, outcome('DROP', target, FREE));
    return removed;
  }, signal);
  after();
  buffer.forget(record);
  stats.invalidate(record);
}

function outcome(
  operation: string,
  { project, dataset, table }: { project: string; dataset: string; table: string },
  cost: Bill,
): Outcome {
  const ddlTargetTable = { projectId: project, datasetId: dataset, tableId: table };
  return {
    statistics: { query: { ...billStatistics(cost), ddlOperationPerformed: operation, ddlTargetTable } },
  };
}
