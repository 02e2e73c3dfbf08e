/** Tables as tables.get and tables.list answer them. https://cloud.google.com/bigquery/docs/reference/rest/v2/tables */
import { type TableRecord, tableName } from './catalog-store.ts';
import { etag } from './etag.ts';
import { toResource } from './schema.ts';

export interface StreamingBufferFacts {
  rows: number;
  bytes: number;
  oldest: number;
}

export interface TableFacts {
  rows: number;
  bytes: number;
  buffer?: StreamingBufferFacts;
}

export function tableEtag({ resource, modified }: TableRecord): string {
  return etag(JSON.stringify(resource), modified);
}

/** What tables.get answers. */
export function renderTable(record: TableRecord, facts: TableFacts | undefined): Record<string, unknown> {
  const { project, dataset, table, kind, resource, created, modified, location, expires } = record;
  const { expirationTime: _, ...kept } = resource;
  const path = `/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${table}`;
  const isPartitioned = record.partitioning !== undefined;
  return {
    kind: 'bigquery#table',
    etag: tableEtag(record),
    id: tableName(record),
    selfLink: `https://bigquery.googleapis.com${path}`,
    ...dropNulls(kept),
    ...(kind === 'VIEW' && {
      schema: { fields: record.fields.map(toResource) },
      view: { useLegacySql: false, ...resource.view },
    }),
    ...(isPartitioned && record.requirePartitionFilter && { requirePartitionFilter: true }),
    tableReference: { projectId: project, datasetId: dataset, tableId: table },
    type: kind,
    location,
    creationTime: String(created),
    lastModifiedTime: String(modified),
    ...(expires !== undefined && { expirationTime: String(expires) }),
    ...(facts && {
      numRows: String(facts.rows),
      numBytes: String(facts.bytes),
      numLongTermBytes: '0',
      numTotalLogicalBytes: String(facts.bytes),
      numActiveLogicalBytes: String(facts.bytes),
      ...(facts.buffer && {
        streamingBuffer: {
          estimatedRows: String(facts.buffer.rows),
          estimatedBytes: String(facts.buffer.bytes),
          oldestEntryTime: String(facts.buffer.oldest),
        },
      }),
    }),
  };
}

/** What tables.list answers for each table. */
export function renderListed(record: TableRecord): Record<string, unknown> {
  const { project, dataset, table, kind, resource, created, expires } = record;
  return dropNulls({
    kind: 'bigquery#table',
    id: tableName(record),
    tableReference: { projectId: project, datasetId: dataset, tableId: table },
    type: kind,
    friendlyName: resource.friendlyName,
    labels: resource.labels,
    timePartitioning: resource.timePartitioning,
    rangePartitioning: resource.rangePartitioning,
    clustering: resource.clustering,
    ...(kind === 'VIEW' && { view: { useLegacySql: false } }),
    creationTime: String(created),
    expirationTime: expires === undefined ? undefined : String(expires),
  });
}

export function dropNulls(resource: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(resource).filter(([, value]) => value != null));
}
