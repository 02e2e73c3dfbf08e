/** The table resource, checked when it comes. https://cloud.google.com/bigquery/docs/reference/rest/v2/tables */
import type { Field, Partitioning, TableReference } from './catalog.ts';
import { duckTableName, type TableRecord } from './catalog-store.ts';
import { invalid, notImplemented } from './errors.ts';
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
