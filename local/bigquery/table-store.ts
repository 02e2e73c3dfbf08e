/** Makes, changes and drops the DuckDB tables behind the catalog's, each in one transaction with its record. */
import { type Field, PARTITION_TIME, ROW_BYTES, STREAMED_UNTIL, type TableReference } from './catalog.ts';
import { type TableRecord, tableName } from './catalog-store.ts';
import type { Context } from './context.ts';
import { quoteIdentifier, type Session } from './database.ts';
import { invalid, notImplemented } from './errors.ts';
import { isByIngestion } from './partitions.ts';
import { duckColumn, duckType } from './schema.ts';
import type { TableFacts } from './table-rendering.ts';
import { totalOf } from './table-stats.ts';

type NewTable = Omit<TableRecord, 'created' | 'modified'>;

/** In the caller's transaction; returns what to call after the commit. */
export async function createIn(
  session: Session,
  { catalog, now, buffer, stats }: Context,
  table: NewTable,
): Promise<{ record: TableRecord; committed: () => void }> {
  const record: TableRecord = { ...table, created: now(), modified: now() };
  if (table.kind === 'TABLE') {
    const columns = [...table.fields.map(duckColumn), `${STREAMED_UNTIL} TIMESTAMPTZ`, `${ROW_BYTES} BIGINT`];
    if (isByIngestion(table.partitioning)) columns.push(`${PARTITION_TIME} TIMESTAMPTZ`);
    // A predecessor whose time has passed may still be there.
    await session.run(`DROP TABLE IF EXISTS ${table.duckName}`);
    await session.run(`CREATE TABLE ${table.duckName} (${columns.join(', ')})`);
  }
  const save = await catalog.saveTable(session, record);
  return {
    record,
    committed: () => {
      save();
      buffer.forget(record);
      stats.invalidate(record);
    },
  };
}

/** @throws duplicate */
export async function createTable(context: Context, table: NewTable): Promise<TableRecord> {
  return context.locks.run('catalog', async () => {
    context.catalog.refuseNewTable(table);
    const { record, committed } = await context.database.transaction((session) =>
      createIn(session, context, table),
    );
    committed();
    return record;
  });
}

/** @throws notFound */
export async function dropTable(context: Context, reference: TableReference): Promise<void> {
  const { locks, catalog, database, buffer, stats } = context;
  await locks.run(tableName(reference), () =>
    locks.run('catalog', async () => {
      const record = catalog.table(reference);
      (await database.transaction((session) => catalog.removeTable(session, record)))();
      buffer.forget(record);
      stats.invalidate(record);
    }),
  );
}

/** Drops the data of tables whose expiration time has passed. */
export async function dropExpired({ locks, catalog, database, buffer, stats }: Context): Promise<void> {
  for (const record of catalog.expired()) {
    await locks.run('catalog', async () => {
      if (!catalog.expired().includes(record)) return;
      (await database.transaction((session) => catalog.removeTable(session, record)))();
      buffer.forget(record);
      stats.invalidate(record);
    });
  }
}

/**
 * Brings an existing table to a new resource: columns may be added and REQUIRED relaxed, nothing else. The caller holds the
 * table's lock.
 */
export async function changeTable(
  context: Context,
  before: TableRecord,
  after: NewTable,
): Promise<TableRecord> {
  const { catalog, database, now, stats } = context;
  const statements = before.kind === 'TABLE' ? alterations(before, after) : [];
  if (JSON.stringify(before.partitioning) !== JSON.stringify(after.partitioning))
    throw invalid(`Cannot change partitioning/clustering spec for a partitioned/clustered table.`);
  const record = { ...after, created: before.created, modified: now() };
  const save = await database.transaction(async (session) => {
    for (const statement of statements) await session.run(statement);
    return catalog.saveTable(session, record);
  });
  save();
  stats.invalidate(record);
  return record;
}

function alterations(before: TableRecord, after: NewTable): string[] {
  const statements: string[] = [];
  const mismatch = `Provided Schema does not match Table ${tableName(before)}.`;
  for (const [index, old] of before.fields.entries()) {
    const field = after.fields[index];
    if (field === undefined || field.name !== old.name)
      throw invalid(`${mismatch} Field ${old.name} is missing in new schema`);
    if (field.mode !== old.mode) {
      if (old.mode !== 'REQUIRED' || field.mode !== 'NULLABLE')
        throw invalid(`${mismatch} Field ${field.name} has changed mode from ${old.mode} to ${field.mode}`);
      statements.push(
        `ALTER TABLE ${before.duckName} ALTER COLUMN ${quoteIdentifier(old.name)} DROP NOT NULL`,
      );
    }
    if (field.type !== old.type)
      throw invalid(`${mismatch} Field ${field.name} has changed type from ${old.type} to ${field.type}`);
    if (duckType(field) !== duckType(old) || nestedModes(field) !== nestedModes(old))
      throw notImplemented(`a change of nested fields (${field.name})`);
  }
  for (const field of after.fields.slice(before.fields.length)) {
    if (field.mode === 'REQUIRED')
      throw invalid(`${mismatch} Cannot add required fields to an existing schema. (field: ${field.name})`);
    const empty = field.mode === 'REPEATED' ? ' DEFAULT []' : '';
    statements.push(
      `ALTER TABLE ${before.duckName} ADD COLUMN ${quoteIdentifier(field.name)} ${duckType(field)}${empty}`,
    );
  }
  return statements;
}

function nestedModes({ fields = [] }: Field): string {
  return fields.map((field) => `${field.mode}(${nestedModes(field)})`).join();
}

/** numRows and numBytes are without the streaming buffer, which has its own estimates. */
export async function tableFacts(context: Context, table: TableRecord): Promise<TableFacts> {
  await context.buffer.drain(table);
  return context.database.read(async (session) => {
    const { rows, bytes } = totalOf(await context.stats.of(session, table));
    const buffer = await context.buffer.facts(session, table);
    if (buffer === undefined) return { rows, bytes };
    return { rows: rows - buffer.rows, bytes: bytes - buffer.bytes, buffer };
  });
}
