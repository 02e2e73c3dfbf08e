/** Which fields a row of an export has. The statement that stages it, the schema and the CSV header all go by it. */
import type { MetadataField, PlannedTable } from './planned-table.ts';
import type { PropertyPlace } from './property-place.ts';
import type { Scope } from './request.ts';

export interface ExportedField {
  name: string;
  /** A column, or a field of a STRUCT column. */
  column: string;
  /** Of a named property. */
  place?: PropertyPlace;
}

/**
 * Everything: the table's columns. Named properties: the identifiers, the event's time, and each place of the properties.
 * @param eventTime its column, where the data map names one
 */
export function exportedFields(
  table: PlannedTable,
  scope: Scope,
  eventTime: string | undefined,
): ExportedField[] {
  if (scope === 'everything') return (table.fields ?? []).map(({ name }) => ({ name, column: name }));
  const columns = [...table.identifiers.map(({ column }) => column), ...(eventTime ? [eventTime] : [])];
  const fields = new Map<string, ExportedField>();
  for (const column of columns) fields.set(column, { name: column, column });
  for (const name of scope.properties) {
    for (const place of table.places.filter(({ property }) => property === name)) {
      // A property that has several places in one table: the further ones say where they are.
      const shown = fields.has(name) ? `${name} (${place.column})` : name;
      if (!fields.has(shown)) fields.set(shown, { name: shown, column: place.column, place });
    }
  }
  return [...fields.values()];
}

/** The column's or field's own description. */
export function fieldAt({ fields = [] }: PlannedTable, path: string): MetadataField | undefined {
  let found: MetadataField | undefined;
  let level: readonly MetadataField[] = fields;
  for (const part of path.split('.')) {
    found = level.find(({ name }) => name.toLowerCase() === part.toLowerCase());
    level = found?.fields ?? [];
  }
  return found;
}
