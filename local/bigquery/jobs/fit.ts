/** Whether what a job brings fits the table that it appends to. */
import type { Field } from '../catalog.ts';
import { type TableRecord, tableName } from '../catalog-store.ts';
import { invalid } from '../errors.ts';
import { duckType } from '../schema.ts';
import { parseTable, type TableResource } from '../table-resource.ts';

/** @throws invalid */
export function refuseOtherSchema(existing: TableRecord, fields: Field[]): void {
  const mismatch = `Provided Schema does not match Table ${tableName(existing)}.`;
  for (const field of fields) {
    const old = existing.fields.find(({ name }) => name.toLowerCase() === field.name.toLowerCase());
    if (old === undefined) throw invalid(`${mismatch} Cannot add fields (field: ${field.name})`);
    if (old.type !== field.type)
      throw invalid(`${mismatch} Field ${field.name} has changed type from ${old.type} to ${field.type}`);
    if ((old.mode === 'REPEATED') !== (field.mode === 'REPEATED'))
      throw invalid(`${mismatch} Field ${field.name} has changed mode from ${old.mode} to ${field.mode}`);
    if (duckType(old).toLowerCase() !== duckType(field).toLowerCase())
      throw invalid(`${mismatch} Nested fields of ${field.name} differ`);
  }
}

/** What a job says of partitioning must be what the table has; it need not say anything. @throws invalid */
export function refuseOtherPartitioning(existing: TableRecord, job: TableResource): void {
  const { timePartitioning, rangePartitioning } = job;
  if (!timePartitioning && !rangePartitioning) return;
  const { schema } = existing.resource;
  const said = parseTable(
    existing,
    {
      ...(schema && { schema }),
      ...(timePartitioning && { timePartitioning }),
      ...(rangePartitioning && { rangePartitioning }),
    },
    existing,
  );
  const [expected, input] = [existing.partitioning, said.partitioning].map((one) =>
    JSON.stringify(one ?? 'none'),
  );
  if (expected !== input)
    throw invalid(
      `Incompatible table partitioning specification. Expects partitioning specification ${expected}, but input partitioning specification is ${input}`,
    );
}
