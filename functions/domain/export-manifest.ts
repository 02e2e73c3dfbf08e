/** `manifest.json` of an export: what it holds, for programs. */
import { type Manifest, type Step, stepLabel } from './batch.ts';
import type { ExportedFile } from './exported.ts';
import type { MetadataField, PlannedTable } from './planned-table.ts';
import { isSearched } from './progress.ts';
import { propertiesOf, type RequestDocument } from './request.ts';

export interface AboutExport {
  request: RequestDocument;
  manifest: Manifest;
  /** Of the request's tenant. */
  steps: readonly Step[];
  /** Those with rows. */
  files: readonly ExportedFile[];
  expiresAt: string;
}

export function exportManifest({ request, manifest, steps, files, expiresAt }: AboutExport): string {
  const tables = steps.map((step) => {
    const label = stepLabel(step);
    return {
      table: label,
      searched: isSearched(step.mapped, request),
      rows: files.find(({ table }) => table === label)?.rows ?? 0,
      schema: step.table === undefined ? [] : schemaOf(step.table, request, step.mapped.event_time?.column),
    };
  });
  const content = {
    version: 1,
    tenant: request.tenant,
    request: request.id,
    scope: request.scope,
    subjects: request.subjects,
    accepted_at: request.accepted_at,
    location: manifest.location,
    batch: manifest.batch,
    expires_at: expiresAt,
    tables,
    files: files.map(({ object: _object, ...file }) => file),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

interface Column {
  name: string;
  type: string;
  mode?: string;
  fields?: Column[];
}

function schemaOf(table: PlannedTable, request: RequestDocument, eventTime: string | undefined): Column[] {
  if (request.scope === 'everything') return (table.fields ?? []).map(toColumn);
  const names = propertiesOf(request);
  const places = table.places.filter(({ property }) => names.includes(property));
  const paths = [...table.identifiers.map(({ column }) => column), ...(eventTime ? [eventTime] : [])];
  return [
    ...[...new Set(paths)].map((name) => ({ name, type: typeOf(table, name) })),
    ...places.map(({ property, column }) => ({ name: property, type: typeOf(table, column), column })),
  ];
}

function typeOf({ fields = [] }: PlannedTable, path: string): string {
  let found: MetadataField | undefined;
  let level: readonly MetadataField[] = fields;
  for (const part of path.split('.')) {
    found = level.find(({ name }) => name.toLowerCase() === part.toLowerCase());
    level = found?.fields ?? [];
  }
  return found?.type ?? 'unknown';
}

function toColumn({ name, type, mode, fields }: MetadataField): Column {
  return { name, type, ...(mode && { mode }), ...(fields && { fields: fields.map(toColumn) }) };
}
