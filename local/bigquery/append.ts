/**
 * What the Storage Write API does for a Pub/Sub subscription: rows are committed at once and can be changed at once.
 * https://cloud.google.com/bigquery/docs/write-api
 */
import { arrivalOf } from './arrival.ts';
import type { TableReference } from './catalog.ts';
import { tableName } from './catalog-store.ts';
import type { Context } from './context.ts';
import { invalid } from './errors.ts';
import { insertRows } from './ingest.ts';
import { compileRowCheck } from './row-check.ts';
import { BadValue } from './scalar-checks.ts';

/** @throws notFound; invalid with the row and the field that is wrong, and then nothing is written */
export async function append(
  { database, catalog, locks, stats, now }: Context,
  reference: TableReference,
  rows: Record<string, unknown>[],
  { dropUnknown = false }: { dropUnknown?: boolean } = {},
): Promise<void> {
  const table = catalog.table(reference);
  if (table.kind === 'VIEW') throw invalid(`Cannot append to ${tableName(table)}: it is a view.`);
  const check = compileRowCheck(table.fields, { ignoreUnknown: dropUnknown, isJsonText: true });
  const checked = rows.map((row, index) => {
    try {
      return check(row);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      throw invalid(`Row ${index}: ${error.message}`, error.location);
    }
  });
  if (checked.length === 0) return;
  await locks.run(tableName(table), async () => {
    const touch = await database.transaction(async (session) => {
      await insertRows(session, table, checked, arrivalOf(now, table));
      return catalog.touchTable(session, table);
    });
    touch();
    stats.invalidate(table);
  });
}
