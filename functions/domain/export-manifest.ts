/** `manifest.json` of an export: what it holds, for programs. */
import { type Manifest, type Step, stepLabel } from './batch.ts';
import type { ExportedFile } from './exported.ts';
import { exportedFields, fieldAt } from './exported-fields.ts';
import type { MetadataField, PlannedTable } from './planned-table.ts';
import { isSearched } from './progress.ts';
import type { RequestDocument } from './request.ts';

export interface AboutExport {
  request: RequestDocument;
  manifest: Manifest;
  /** Of the request's tenant. */
  steps: readonly Step[];
  /** Found, by table. */
  rows: ReadonlyMap<string, number>;
  /** Those with rows. */
  files: readonly ExportedFile[];
  expiresAt: string;
}

export function exportManifest({ request, manifest, steps, rows, files, expiresAt }: AboutExport): string {
  const tables = steps.map((step) => {
    const label = stepLabel(step);
    return {
      table: label,
      searched: isSearched(step.mapped, request),
      rows: rows.get(label) ?? 0,
      schema: step.table === undefined ? [] : schemaOf(step.table, request, step.mapped.event_time?.column),
    };
  });
  const content = {
    version: 1,
    tenant: request.tenant,
    request: request.id,
    scope: request.scope,
    content: request.content ?? 'rows',
    since: request.since ?? null,
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
  /** Of a named property: where it is. */
  column?: string;
  fields?: Column[];
}

function schemaOf(table: PlannedTable, request: RequestDocument, eventTime: string | undefined): Column[] {
  if (request.scope === 'everything') return (table.fields ?? []).map(toColumn);
  return exportedFields(table, request.scope, eventTime).map(({ name, column, place }) => ({
    name,
    type: fieldAt(table, column)?.type ?? 'unknown',
    ...(place && { column }),
  }));
}

function toColumn({ name, type, mode, fields }: MetadataField): Column {
  return { name, type, ...(mode && { mode }), ...(fields && { fields: fields.map(toColumn) }) };
}
