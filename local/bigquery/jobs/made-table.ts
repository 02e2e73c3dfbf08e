/** Tables that statements make, as the resource that tables.insert would have been given. */
import type { CatalogTable, Field } from '../catalog.ts';
import { notImplemented } from '../errors.ts';
import { toResource } from '../schema.ts';
import type { TableResource } from '../table-resource.ts';

export function toTableResource(
  fields: Field[],
  partitioning: CatalogTable['partitioning'],
  clustering: string[] | undefined,
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
  return resource;
}

/** What CREATE TABLE and CREATE VIEW say in OPTIONS: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#table_option_list */
export function applyOptions(resource: TableResource, options: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(options)) if (value !== null) applyOption(resource, name, value);
}

function applyOption(resource: TableResource, name: string, value: unknown): void {
  if (name === 'description') resource.description = String(value);
  else if (name === 'friendly_name') resource.friendlyName = String(value);
  else if (name === 'require_partition_filter') resource.requirePartitionFilter = value === true;
  else if (name === 'expiration_timestamp') resource.expirationTime = String(value);
  else if (name === 'labels') resource.labels = value as Record<string, string>;
  else throw notImplemented(`the table option ${name}`);
}

export function describeColumns(resource: TableResource, descriptions: Record<string, string>): void {
  for (const field of resource.schema?.fields ?? []) {
    const description = descriptions[field.name];
    if (description !== undefined) field['description'] = description;
  }
}
