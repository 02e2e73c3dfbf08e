/** One file into one table, by a load job; the dataset and the table are made when they are missing. */
import type { BigQuery, JobLoadMetadata, Table } from '@google-cloud/bigquery';
import { loadStream } from '../load-stream.ts';
import type { LoadOrder } from './order.ts';
import { readSchema, type SchemaField } from './schema-file.ts';
import { isHeader, openFile, readHeader } from './source-file.ts';

const DEFAULT_LOCATION = 'EU';

/**
 * @returns rows loaded
 * @throws an Error whose message says what to do about it
 */
export async function loadFile(bigquery: BigQuery, order: LoadOrder): Promise<number> {
  const source = await openFile(order.file);
  const asked = order.schemaFile === undefined ? undefined : await readSchema(order.schemaFile);
  const location = await ensureDataset(bigquery, order);
  const dataset = bigquery.dataset(order.dataset, { location });
  const existing = await ensureTable(dataset.table(order.table, { location }), order, asked);
  const id = order.partition === undefined ? order.table : `${order.table}$${order.partition}`;
  const metadata: JobLoadMetadata = {
    sourceFormat: order.format,
    writeDisposition: order.isReplacing ? 'WRITE_TRUNCATE' : 'WRITE_APPEND',
    ...(asked && { schema: { fields: asked as object[] } }),
    ...(order.format === 'CSV' && {
      allowQuotedNewlines: true,
      skipLeadingRows: (await hasHeader(order.file, asked ?? existing)) ? 1 : 0,
    }),
  };
  return loadStream(dataset.table(id, { location }), source, metadata);
}

async function hasHeader(file: string, schema: readonly SchemaField[]): Promise<boolean> {
  return isHeader(
    await readHeader(file),
    schema.map(({ name }) => name),
  );
}

/** @returns where it is */
async function ensureDataset(bigquery: BigQuery, { dataset: id, location }: LoadOrder): Promise<string> {
  const dataset = bigquery.dataset(id);
  const [exists] = await dataset.exists();
  if (!exists) {
    const asked = location ?? DEFAULT_LOCATION;
    await bigquery.createDataset(id, { location: asked });
    return asked;
  }
  const [metadata] = (await dataset.getMetadata()) as [{ location: string }, unknown];
  if (location !== undefined && location.toLowerCase() !== metadata.location.toLowerCase())
    throw new Error(`The dataset ${id} is in ${metadata.location}, not in ${location}.`);
  return metadata.location;
}

async function ensureTable(
  table: Table,
  { timePartitioning, schemaFile }: LoadOrder,
  schema: SchemaField[] | undefined,
): Promise<SchemaField[]> {
  const [exists] = await table.exists();
  if (exists) {
    const [metadata] = (await table.getMetadata()) as [{ schema: { fields: SchemaField[] } }, unknown];
    return metadata.schema.fields;
  }
  if (schema === undefined || schemaFile === undefined)
    throw new Error(`There is no table ${table.dataset.id}.${table.id} yet: --schema is needed to make it.`);
  await table.create({
    schema: { fields: schema as object[] },
    ...(timePartitioning && { timePartitioning }),
  });
  return schema;
}
