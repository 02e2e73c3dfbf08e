/** A tenant with a vendor's tables and the map of maps/ over them. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { System, TableSpec, Tenant } from '../../support/system.ts';
import type { Row, VendorTable } from './vendor-case.ts';

const MAPS = fileURLToPath(new URL('../../../maps/', import.meta.url));
const SCHEMAS = fileURLToPath(new URL('../../../../shared/facts/schemas/', import.meta.url));

export const hasSchemas = existsSync(SCHEMAS);
if (!hasSchemas)
  process.stderr.write(
    'SKIPPED: the tests of maps/, because there is no ../shared/facts/schemas beside the repository.\n',
  );

/** The map as its user would fill it in: names in place of the placeholders, lines that are examples made good. */
export function filledMap(map: string, names: Record<string, string>): string {
  const text = readFileSync(`${MAPS}${map}.yaml`, 'utf8').replaceAll('# - {', '- {');
  return Object.entries(names).reduce((filled, [word, name]) => filled.replaceAll(word, name), text);
}

function schemaOf(name: string): object[] {
  return JSON.parse(readFileSync(`${SCHEMAS}${name}.schema.json`, 'utf8'));
}

export async function vendorTenant(
  system: System,
  name: string,
  { map, names = {}, tables }: { map: string; names?: Record<string, string>; tables: VendorTable[] },
): Promise<Tenant> {
  const specs = tables.map(({ table, schema, moreColumns = [], resource, rows }): TableSpec => {
    const byDay = isByIngestionTime(resource);
    const columns = [...schemaOf(schema), ...moreColumns];
    return { table, schema: columns, rows: byDay ? [] : rows, ...(resource && { resource }) };
  });
  const dataset = name.replaceAll('-', '_');
  for (const spec of specs) await system.createTable(dataset, spec);
  for (const { table, rows } of tables.filter((one) => isByIngestionTime(one.resource)))
    for (const [day, some] of Object.entries(Object.groupBy(rows, (row) => dayOf(rows.indexOf(row)))))
      await system.load(dataset, `${table}$${day}`, some ?? []);
  return system.createTenant(name, [], (own) => filledMap(map, { DATASET: own, ...names }));
}

function isByIngestionTime(resource: { timePartitioning?: { field?: string } } = {}): boolean {
  return resource.timePartitioning !== undefined && resource.timePartitioning.field === undefined;
}

function dayOf(index: number): string {
  return `2026010${1 + (index % 3)}`;
}

/** All rows of all tables as plain JSON, in an order that depends on nothing but what they hold. */
export async function allRows(tenant: Tenant, tables: { table: string }[]): Promise<Record<string, Row[]>> {
  const all: Record<string, Row[]> = {};
  for (const { table } of tables) {
    const handle = tenant.system.bigquery.dataset(tenant.dataset).table(table);
    const [metadata] = await handle.getMetadata();
    const json = metadata.schema.fields.filter((field: { type: string }) => field.type === 'JSON');
    const [rows] = await handle.getRows();
    all[table] = sorted((rows as Row[]).map((row) => plain(row, json)));
  }
  return all;
}

function plain(row: Row, json: { name: string }[]): Row {
  const copy: Row = JSON.parse(JSON.stringify(row));
  for (const { name } of json) if (typeof copy[name] === 'string') copy[name] = JSON.parse(copy[name]);
  return copy;
}

/** What the tables should hold; `undefined`: the row is gone. */
export function changed(
  all: Record<string, Row[]>,
  change: (row: Row, table: string) => Row | undefined,
): Record<string, Row[]> {
  return Object.fromEntries(
    Object.entries(all).map(([table, rows]) => [
      table,
      sorted(rows.map((row) => change(row, table)).filter((row) => row !== undefined)),
    ]),
  );
}

function sorted(rows: Row[]): Row[] {
  return rows.toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
}

/** The same text for the same content, whatever the order of keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Gives the order and waits until it is completed. */
export async function order(tenant: Tenant, body: object) {
  const { status, json } = await tenant.post('/requests', body);
  expect([status, json.errors]).toEqual([202, undefined]);
  await tenant.system.settled();
  const shown = (await tenant.get(`/requests/${json.id}`)).json;
  expect([shown.state, shown.condition_reason]).toEqual(['completed', null]);
  return shown;
}
