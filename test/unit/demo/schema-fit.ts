/** Whether a row of newline-delimited JSON is what BigQuery would take for the schema. Stricter: nothing is coerced. */
import type { SchemaField } from '../../../local/demo/demo-table.ts';

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** @returns what does not fit, with the field's path */
export function misfits(row: Record<string, unknown>, schema: readonly SchemaField[], path = ''): string[] {
  const known = new Set(schema.map(({ name }) => name));
  const unknown = Object.keys(row).filter((name) => !known.has(name));
  return [
    ...unknown.map((name) => `${path}${name} is not in the schema`),
    ...schema.flatMap((field) => fieldMisfits(row[field.name], field, path + field.name)),
  ];
}

function fieldMisfits(value: unknown, field: SchemaField, path: string): string[] {
  if (value === undefined || value === null) return field.mode === 'REQUIRED' ? [`${path} is required`] : [];
  if (field.mode === 'REPEATED') {
    if (!Array.isArray(value)) return [`${path} is not a list`];
    return value.flatMap((item, index) => valueMisfits(item, field, `${path}[${index}]`));
  }
  return valueMisfits(value, field, path);
}

function valueMisfits(value: unknown, field: SchemaField, path: string): string[] {
  if (field.type === 'RECORD') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${path} is not a record`];
    return misfits(value as Record<string, unknown>, field.fields ?? [], `${path}.`);
  }
  return fits(value, field.type) ? [] : [`${path}: ${JSON.stringify(value)} is not a ${field.type}`];
}

function fits(value: unknown, type: string): boolean {
  switch (type) {
    case 'STRING':
      return typeof value === 'string' && value.isWellFormed();
    case 'INTEGER':
      return Number.isSafeInteger(value);
    case 'FLOAT':
      return typeof value === 'number';
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'TIMESTAMP':
      return typeof value === 'string' && TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value));
    case 'JSON':
      return typeof value === 'object';
    default:
      return false;
  }
}
