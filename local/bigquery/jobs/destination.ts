/** createDisposition and writeDisposition, for query and load jobs. */
import type { TableReference } from '../catalog.ts';
import { type TableRecord, tableName } from '../catalog-store.ts';
import type { Context } from '../context.ts';
import type { Session } from '../database.ts';
import { duplicate, invalid, notFound, notImplemented } from '../errors.ts';
import { inPartition } from '../partitions.ts';
import { parseTable, type TableResource } from '../table-resource.ts';
import { createIn } from '../table-store.ts';
import { refuseOtherPartitioning } from './fit.ts';

export interface Destination {
  target: { projectId?: string; datasetId?: string; tableId?: string };
  createDisposition: string | undefined;
  writeDisposition: string;
  /** The table to make, or to bring an existing one to with WRITE_TRUNCATE. */
  resource: TableResource;
  /** Whether the schema of `resource` was said by the caller; else that of an existing table is kept. */
  hasSchema?: boolean;
}

const CREATE = ['CREATE_IF_NEEDED', 'CREATE_NEVER'];
const WRITE = ['WRITE_TRUNCATE', 'WRITE_APPEND', 'WRITE_EMPTY'];

/** @throws invalid; notImplemented */
export function checkDispositions(job: { createDisposition?: string; writeDisposition?: string }): void {
  const { createDisposition = 'CREATE_IF_NEEDED', writeDisposition = 'WRITE_APPEND' } = job;
  if (writeDisposition === 'WRITE_TRUNCATE_DATA') throw notImplemented(writeDisposition);
  if (!CREATE.includes(createDisposition))
    throw invalid(`Invalid value for createDisposition: ${createDisposition} is not a valid value`);
  if (!WRITE.includes(writeDisposition))
    throw invalid(`Invalid value for writeDisposition: ${writeDisposition} is not a valid value`);
}

export interface ResolvedTarget {
  reference: TableReference;
  /** Of `t$20260101`. */
  partition?: string;
}

export function resolveTarget({ projectId, datasetId, tableId }: Destination['target']): ResolvedTarget {
  if (!projectId || !datasetId || !tableId) throw invalid('Required parameter is missing: destinationTable');
  const [table = '', partition] = tableId.split('$');
  const reference = { project: projectId, dataset: datasetId, table };
  return partition === undefined ? { reference } : { reference, partition };
}

/** Runs `write` on the destination in one transaction with its creation or its truncation. */
export async function writeTo(
  context: Context,
  destination: Destination,
  write: (session: Session, table: TableRecord, partition: string | undefined) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { catalog, database, locks, stats, buffer } = context;
  const { reference, partition } = resolveTarget(destination.target);
  const { location } = catalog.dataset(reference.project, reference.dataset);
  const old = catalog.findTable(reference);
  if (old !== undefined) await buffer.drain(old);
  await locks.run(tableName(reference), async () => {
    const existing = catalog.findTable(reference);
    if (existing?.kind === 'VIEW') throw invalid(`Cannot write to ${tableName(existing)}: it is a view.`);
    if (existing === undefined && destination.createDisposition === 'CREATE_NEVER')
      throw notFound(`Not found: Table ${tableName(reference)}`);
    const after: (() => void)[] = [];
    await database.transaction(async (session) => {
      let table = existing;
      const isNew = existing === undefined || (replacesSchema(destination) && partition === undefined);
      if (existing !== undefined) {
        if (!isNew) refuseOtherPartitioning(existing, destination.resource);
        await prepare(session, existing, destination, partition);
      }
      if (isNew) {
        const resource = existing === undefined ? destination.resource : replaced(existing, destination);
        if (existing === undefined) catalog.refuseNewTable(reference);
        const made = await createIn(session, context, parseTable(reference, resource, { location }));
        after.push(made.committed);
        table = made.record;
      }
      if (table === undefined) throw new Error('no destination');
      await write(session, table, partition);
      after.push(await catalog.touchTable(session, table));
    }, signal);
    for (const step of after) step();
    const table = catalog.findTable(reference);
    if (table !== undefined) stats.invalidate(table);
  });
}

function replacesSchema({ writeDisposition, hasSchema = true }: Destination): boolean {
  return writeDisposition === 'WRITE_TRUNCATE' && hasSchema;
}

/** "The schema is overwritten"; what the job does not say of partitioning and description stays. */
function replaced(existing: TableRecord, { resource }: Destination): TableResource {
  return { ...existing.resource, ...resource };
}

async function prepare(
  session: Session,
  table: TableRecord,
  { writeDisposition }: Destination,
  partition: string | undefined,
): Promise<void> {
  const where = partition === undefined ? '' : ` WHERE ${inPartition(table, partition)}`;
  if (writeDisposition === 'WRITE_TRUNCATE') await session.run(`DELETE FROM ${table.duckName}${where}`);
  if (writeDisposition !== 'WRITE_EMPTY') return;
  const rows = await session.rows(`SELECT 1 FROM ${table.duckName}${where} LIMIT 1`);
  if (rows.length > 0) throw duplicate(`Already Exists: Table ${tableName(table)}`);
}
