/** The table resource: checked when it comes, rendered when it goes. https://cloud.google.com/bigquery/docs/reference/rest/v2/tables */
import type { CatalogTable, Field, Partitioning, TableReference } from './catalog.ts';
import { duckTableName, type TableRecord, tableName } from './catalog-store.ts';
import { invalid, notImplemented } from './errors.ts';
import { etag } from './etag.ts';
import { type FieldResource, parseFields, toResource } from './schema.ts';

export interface TableResource {
  tableReference?: { projectId?: string; datasetId?: string; tableId?: string };
  schema?: { fields?: FieldResource[] };
  timePartitioning?: {
    type?: string;
    field?: string;
    expirationMs?: string;
    requirePartitionFilter?: boolean;
  } | null;
  rangePartitioning?: {
    field?: string;
    range?: { start?: string | number; end?: string | number; interval?: string | number };
  } | null;
  requirePartitionFilter?: boolean | null;
  clustering?: { fields?: string[] } | null;
  view?: { query?: string; useLegacySql?: boolean };
  expirationTime?: string | number | null;
  description?: string | null;
  friendlyName?: string | null;
  labels?: Record<string, string | null> | null;
  [other: string]: unknown;
}

/** https://cloud.google.com/bigquery/quotas#standard_tables */
const CLUSTERING_COLUMNS_MAX = 4;
const UNSUPPORTED = [
  'materializedView',
  'externalDataConfiguration',
  'snapshotDefinition',
  'cloneDefinition',
  'tableConstraints',
  'biglakeConfiguration',
  'encryptionConfiguration',
  'defaultCollation',
];

/** Everything about a table but its rows and times. @throws invalid, notImplemented */
export function parseTable(
  reference: TableReference,
  resource: TableResource,
  { location, viewFields }: { location: string; viewFields?: Field[] },
): Omit<TableRecord, 'created' | 'modified'> {
  for (const setting of UNSUPPORTED)
    if (resource[setting] !== undefined && resource[setting] !== null)
      throw notImplemented(`${setting} of a table`);
  if (resource.view?.useLegacySql === true) throw notImplemented('legacy SQL in views');
  const fields = viewFields ?? parseFields(resource.schema?.fields ?? []);
  const partitioning = parsePartitioning(resource, fields);
  checkClustering(resource, fields);
  const expires = resource.expirationTime == null ? undefined : Number(resource.expirationTime);
  const kept = { ...resource };
  for (const made of ['tableReference', 'kind', 'id', 'etag', 'selfLink', 'type', 'numRows', 'numBytes'])
    delete kept[made];
  return {
    ...reference,
    kind: resource.view ? 'VIEW' : 'TABLE',
    location,
    fields,
    ...(partitioning && { partitioning }),
    requirePartitionFilter:
      resource.requirePartitionFilter ?? resource.timePartitioning?.requirePartitionFilter ?? false,
    ...(resource.view?.query !== undefined && { viewQuery: resource.view.query }),
    duckName: duckTableName(reference),
    resource: kept,
    ...(expires !== undefined && { expires }),
  };
}

/** https://cloud.google.com/bigquery/docs/partitioned-tables */
function parsePartitioning(
  { timePartitioning: time, rangePartitioning: range }: TableResource,
  fields: Field[],
): Partitioning | undefined {
  if (time && range) throw invalid('Only one of timePartitioning and rangePartitioning should be specified.');
  if (time) {
    const unit = (time.type ?? 'DAY').toUpperCase();
    if (unit !== 'HOUR' && unit !== 'DAY' && unit !== 'MONTH' && unit !== 'YEAR')
      throw invalid(`Invalid value for type: ${time.type} is not a valid value`);
    if (time.expirationMs != null && time.expirationMs !== '0')
      throw notImplemented('partition expiration (timePartitioning.expirationMs)');
    if (time.field == null) return { kind: 'time', unit };
    const field = partitionField(fields, time.field);
    if (!['DATE', 'TIMESTAMP', 'DATETIME'].includes(field.type))
      throw invalid(
        'The field specified for time partitioning can only be of type TIMESTAMP, DATE or DATETIME. ' +
          `The type found is: ${toResource(field).type}.`,
      );
    if (unit === 'HOUR' && field.type === 'DATE')
      throw invalid('HOUR partitioning is not supported for a column of type DATE.');
    return { kind: 'time', unit, field: field.name };
  }
  if (!range) return undefined;
  const field = partitionField(fields, range.field ?? '');
  if (field.type !== 'INT64')
    throw invalid(
      `The field specified for range partitioning can only be of type INTEGER. The type found is: ${toResource(field).type}.`,
    );
  const [start, end, interval] = [range.range?.start, range.range?.end, range.range?.interval].map(Number);
  if (
    !Number.isSafeInteger(start) ||
    !Number.isSafeInteger(end) ||
    !Number.isSafeInteger(interval) ||
    (interval as number) <= 0
  )
    throw invalid('Range partitioning needs integers start, end and interval (more than 0).');
  return {
    kind: 'range',
    field: field.name,
    start: start as number,
    end: end as number,
    interval: interval as number,
  };
}

function partitionField(fields: Field[], name: string): Field {
  const field = fields.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (field === undefined)
    throw invalid(`The field specified for partitioning cannot be found in the schema: '${name}'.`);
  if (field.mode === 'REPEATED')
    throw invalid(`The field specified for partitioning cannot be repeated: '${name}'.`);
  return field;
}

function checkClustering({ clustering }: TableResource, fields: Field[]): void {
  const names = clustering?.fields ?? [];
  if (names.length > CLUSTERING_COLUMNS_MAX)
    throw invalid(`Too many fields specified for clustering. At most ${CLUSTERING_COLUMNS_MAX} are allowed.`);
  for (const name of names)
    if (!fields.some((field) => field.name.toLowerCase() === name.toLowerCase()))
      throw invalid(`The field specified for clustering cannot be found in the schema: '${name}'.`);
}

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

/** What CREATE TABLE says becomes the resource that tables.get would have been given. */
export function toTableResource(
  fields: Field[],
  partitioning: CatalogTable['partitioning'],
  clustering: string[] | undefined,
  options: Record<string, unknown>,
): TableResource {
  const resource: TableResource = { schema: { fields: fields.map(toResource) } };
  if (partitioning?.kind === 'time') {
    const { unit, field } = partitioning;
    resource.timePartitioning = { type: unit, ...(field !== undefined && { field }) };
  } else if (partitioning?.kind === 'range') {
    const { field, start, end, interval } = partitioning;
    resource.rangePartitioning = {
      field,
      range: { start: String(start), end: String(end), interval: String(interval) },
    };
  }
  if (clustering?.length) resource.clustering = { fields: clustering };
  for (const [name, value] of Object.entries(options)) applyOption(resource, name.toLowerCase(), value);
  return resource;
}

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#table_option_list */
function applyOption(resource: TableResource, name: string, value: unknown): void {
  if (name === 'description') resource.description = String(value);
  else if (name === 'friendly_name') resource.friendlyName = String(value);
  else if (name === 'require_partition_filter') resource.requirePartitionFilter = value === true;
  else if (name === 'labels' && Array.isArray(value))
    resource.labels = Object.fromEntries(value as [string, string][]);
  else throw notImplemented(`the table option ${name}`);
}
