/** REQUIRED fields within records. DuckDB holds those of the table itself (NOT NULL), but has no constraint for these. */
import type { Field } from './catalog.ts';
import type { TableRecord } from './catalog-store.ts';
import { quoteIdentifier, type Session } from './database.ts';
import { invalidQuery } from './errors.ts';

/** After a statement, in its transaction; reads the table only where a record has such fields. @throws invalidQuery */
export async function refuseMissing(session: Session, { fields, duckName }: TableRecord): Promise<void> {
  for (const field of fields) {
    const missing = missingIn(field, quoteIdentifier(field.name), 0);
    if (missing === undefined) continue;
    const found = await session.rows(`SELECT 1 FROM ${duckName} WHERE ${missing} LIMIT 1`);
    if (found.length > 0) throw invalidQuery(`Required field in ${field.name} cannot be null`);
  }
}

/** DuckDB condition that one is missing within this value; `undefined` when there are no such fields. */
function missingIn({ type, mode, fields = [] }: Field, value: string, depth: number): string | undefined {
  if (type !== 'STRUCT') return undefined;
  const isRepeated = mode === 'REPEATED';
  const item = isRepeated ? `x${depth}` : value;
  const conditions = fields.flatMap((field) => {
    const inner = `${item}.${quoteIdentifier(field.name)}`;
    const nested = missingIn(field, inner, depth + 1);
    return [...(field.mode === 'REQUIRED' ? [`${inner} IS NULL`] : []), ...(nested ? [nested] : [])];
  });
  if (conditions.length === 0) return undefined;
  const any = conditions.join(' OR ');
  return isRepeated
    ? `len(list_filter(${value}, lambda ${item}: ${any})) > 0`
    : `(${value} IS NOT NULL AND (${any}))`;
}
