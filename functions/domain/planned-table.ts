/**
 * A table as a batch works on it: the data map's entry joined with what BigQuery says of the table. It is frozen in
 * the batch's manifest, so that a batch that is taken up again after a crash asks the very same questions.
 */
import { type DataMap, type MappedTable, splitTableName, type TableName } from './data-map.ts';
import { type MappedProperty, placesFor } from './mapped-property.ts';
import { type PropertyPlace, placeOf } from './property-place.ts';

/** What `tables.get` tells, in BigQuery's own words (https://cloud.google.com/bigquery/docs/reference/rest/v2/tables). */
export interface TableMetadata {
  type: string;
  location: string;
  fields: MetadataField[];
  timePartitioning?: { type: string; field?: string };
  rangePartitioning?: { field: string; range: { start: string; end: string; interval: string } };
  requirePartitionFilter?: boolean;
  /** Of its dataset: how long BigQuery keeps what was deleted, 48 to 168 hours. */
  timeTravelHours: number;
}

export interface MetadataField {
  name: string;
  type: string;
  mode?: string;
  collation?: string;
  fields?: MetadataField[];
}

export type PartitionUnit = 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';

export type Partitioning =
  | { kind: 'ingestion_time'; unit: PartitionUnit }
  | { kind: 'time'; unit: PartitionUnit; column: string; columnType: 'DATE' | 'DATETIME' | 'TIMESTAMP' }
  /** Bounds are INT64 as text: a JavaScript number cannot hold all of them. */
  | { kind: 'range'; column: string; start: string; end: string; interval: string };

export interface PlannedIdentifier {
  type: string;
  column: string;
  valueType: 'STRING' | 'INT64';
}

export interface PlannedTable {
  name: TableName;
  location: string;
  identifiers: PlannedIdentifier[];
  /** Where the properties live that the batch's requests name. */
  places: PropertyPlace[];
  partitioning?: Partitioning;
  requirePartitionFilter: boolean;
  timeTravelHours: number;
  /** Of an export, whose reader is told the schema. */
  fields?: MetadataField[];
}

/** `project.dataset.table`, with the `*` of date shards. */
export function tableLabel({ project, dataset, table, isSharded }: TableName): string {
  return `${project}.${dataset}.${table}${isSharded ? '*' : ''}`;
}

/** The map's entry for the table of an earlier entry: the same table may be written with and without its project. */
export function entryFor(
  map: DataMap | undefined,
  earlier: MappedTable,
  project: string,
): MappedTable | undefined {
  const label = (table: string) => tableLabel(splitTableName(table, project));
  return map?.tables.find(({ table }) => label(table) === label(earlier.table));
}

/** Why a table cannot be worked on, in words for whoever wrote the data map. */
export interface TableFinding {
  /** Relative to the table's entry: `identifiers[0].column`. */
  field: string;
  detail: string;
}

/**
 * Joins map and metadata; every finding makes the table unusable.
 * @param properties that requests name
 */
export function planTable(
  mapped: MappedTable,
  metadata: TableMetadata,
  defaults: { project: string; location: string },
  properties: readonly string[] = [],
): { table: PlannedTable } | { findings: TableFinding[] } {
  const name = splitTableName(mapped.table, defaults.project);
  const label = tableLabel(name);
  if (metadata.type !== 'TABLE') {
    return {
      findings: [
        { field: 'table', detail: `${label} is a ${metadata.type}, not a table: name the tables behind it` },
      ],
    };
  }
  const findings: TableFinding[] = [];
  const location = mapped.location ?? defaults.location;
  if (metadata.location.toLowerCase() !== location.toLowerCase()) {
    findings.push({ field: 'location', detail: `${label} is in ${metadata.location}, not in ${location}` });
  }
  const identifiers: PlannedIdentifier[] = [];
  mapped.identifiers.forEach(({ type, column }, index) => {
    const found = identifierColumn(metadata.fields, column, label);
    if ('detail' in found) findings.push({ field: `identifiers[${index}].column`, detail: found.detail });
    else identifiers.push({ type, column, valueType: found.valueType });
  });
  const eventTime = mapped.event_time && findField(metadata.fields, mapped.event_time.column);
  if (mapped.event_time && eventTime === undefined) {
    findings.push({
      field: 'event_time.column',
      detail: missing(label, mapped.event_time.column, metadata.fields),
    });
  }
  const { places, findings: misplaced } = planPlaces(mapped.properties ?? [], properties, metadata.fields);
  findings.push(...misplaced);
  if (findings.length > 0) return { findings };
  const partitioning = partitioningOf(metadata);
  return {
    table: {
      name,
      location,
      identifiers,
      places,
      ...(partitioning && { partitioning }),
      requirePartitionFilter: metadata.requirePartitionFilter ?? false,
      timeTravelHours: metadata.timeTravelHours,
    },
  };
}

/** Where the properties live in one date shard: an older one may lack columns of the newest, and then cannot hold what they hold. */
export function placesInShard(
  mapped: MappedTable,
  names: readonly string[],
  fields: MetadataField[],
): PropertyPlace[] {
  return planPlaces(mapped.properties ?? [], names, fields).places;
}

function planPlaces(
  mapped: readonly MappedProperty[],
  names: readonly string[],
  fields: MetadataField[],
): { places: PropertyPlace[]; findings: TableFinding[] } {
  const places: PropertyPlace[] = [];
  const findings: TableFinding[] = [];
  for (const property of names.flatMap((name) => placesFor(mapped, name))) {
    const found = placeOf(property, fields);
    if ('place' in found) places.push(found.place);
    else findings.push({ field: `properties(${property.name}).${found.field}`, detail: found.detail });
  }
  return { places, findings };
}

function identifierColumn(
  fields: MetadataField[],
  column: string,
  label: string,
): { valueType: PlannedIdentifier['valueType'] } | { detail: string } {
  const field = findField(fields, column);
  if (field === undefined) return { detail: missing(label, column, fields) };
  if (field.mode === 'REPEATED')
    return { detail: `${label}: ${column} is REPEATED; an identifier is one value a row` };
  // A case-insensitive collation would make = find look-alikes, and delete them.
  if (field.collation)
    return { detail: `${label}: ${column} has collation ${field.collation}, which compares inexactly` };
  if (field.type === 'STRING') return { valueType: 'STRING' };
  if (field.type === 'INT64' || field.type === 'INTEGER') return { valueType: 'INT64' };
  return { detail: `${label}: ${column} is ${field.type}; an identifier is STRING or INT64` };
}

/** BigQuery's column names are case-insensitive. A field inside a repeated STRUCT is not one value a row. */
function findField(fields: MetadataField[], path: string): MetadataField | undefined {
  const [first = '', ...rest] = path.split('.');
  const field = fields.find(({ name }) => name.toLowerCase() === first.toLowerCase());
  if (rest.length === 0 || field === undefined) return field;
  return field.mode === 'REPEATED' ? undefined : findField(field.fields ?? [], rest.join('.'));
}

function missing(label: string, column: string, fields: MetadataField[]): string {
  const known = fields
    .map(({ name }) => name)
    .slice(0, 20)
    .join(', ');
  return `${label} has no column ${column} (it has ${known}${fields.length > 20 ? ', …' : ''})`;
}

function partitioningOf(metadata: TableMetadata): Partitioning | undefined {
  const { timePartitioning: time, rangePartitioning: range, fields } = metadata;
  if (range !== undefined) {
    const { start, end, interval } = range.range;
    return { kind: 'range', column: range.field, start, end, interval };
  }
  if (time === undefined) return undefined;
  const unit = time.type as PartitionUnit;
  if (time.field === undefined) return { kind: 'ingestion_time', unit };
  const columnType = findField(fields, time.field)?.type as 'DATE' | 'DATETIME' | 'TIMESTAMP';
  return { kind: 'time', unit, column: time.field, columnType };
}
