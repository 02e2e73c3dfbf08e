/** How a message becomes a row: https://cloud.google.com/pubsub/docs/bigquery#properties_subscription */
import { invalidArgument } from './rpc-error.ts';
import type { BigQueryConfig, StoredMessage } from './wire.ts';

export interface TableName {
  project: string;
  dataset: string;
  table: string;
}

export type Row = Record<string, unknown>;

/**
 * Inserts all rows or throws. It may be called again with rows that it has inserted: delivery is at least once.
 * @param options dropUnknownFields: leave out fields that the table lacks, instead of refusing the row
 */
export type WriteRows = (
  table: TableName,
  rows: Row[],
  options: { dropUnknownFields: boolean },
) => Promise<void>;

/** Thrown for a message that can never become a row of its table. */
export class NotARow extends Error {}

/** @param text `project.dataset.table` or `project:dataset.table` */
export function parseTableName(text: string): TableName {
  const [, project, dataset, table] = /^([^.:]+)[.:]([^.:]+)\.([^.:]+)$/.exec(text) ?? [];
  if (project === undefined || dataset === undefined || table === undefined)
    throw invalidArgument(`Invalid BigQuery table name given (table=${text}).`);
  return { project, dataset, table };
}

/** @throws NotARow when the table's schema is to be used and the data is no JSON object. */
export function toRow(config: BigQueryConfig, subscription: string, message: StoredMessage): Row {
  const row: Row = config.useTableSchema
    ? parseObject(message.data)
    : { data: message.data.toString('utf8') };
  if (!config.writeMetadata) return row;
  const attributes = {
    ...message.attributes,
    ...(message.orderingKey === '' ? {} : { ordering_key: message.orderingKey }),
  };
  return {
    ...row,
    subscription_name: subscription,
    message_id: message.messageId,
    publish_time: new Date(message.publishMilliseconds).toISOString(),
    attributes: JSON.stringify(attributes),
  };
}

function parseObject(data: Buffer): Row {
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch (cause) {
    throw new NotARow('The data of the message is not JSON.', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NotARow('The data of the message is not a JSON object.');
  return value as Row;
}
