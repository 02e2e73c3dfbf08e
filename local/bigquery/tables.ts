/** tables.*: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables */
import type { Call, Route } from '../http.ts';
import type { Field, TableReference } from './catalog.ts';
import { type TableRecord, tableName } from './catalog-store.ts';
import type { Context } from './context.ts';
import { invalid } from './errors.ts';
import { requireMatch } from './etag.ts';
import { pageOf } from './list-page.ts';
import { inPartition } from './partitions.ts';
import { path } from './paths.ts';
import { changeTable, createTable, dropExpired, dropTable, tableFacts } from './table-store.ts';
import { renderListed, renderTable, tableEtag } from './table-rendering.ts';
import { parseTable, type TableResource } from './table-resource.ts';
import { viewFields } from './views.ts';

/** https://cloud.google.com/bigquery/docs/tables#table_naming */
const TABLE_ID = /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024}$/u;

export function tableRoutes(context: Context): Route[] {
  const { catalog } = context;
  const collection = '/projects/:project/datasets/:dataset/tables';
  const single = `${collection}/:table`;
  const resource = ({ params }: Call) => `${params['dataset']}.${params['table']}`;
  return [
    {
      method: 'POST',
      pattern: path(collection),
      operation: 'bigquery.tables.insert',
      handle: async (call) => ({ json: await insertTable(context, call) }),
    },
    {
      method: 'GET',
      pattern: path(collection),
      operation: 'bigquery.tables.list',
      handle: async ({ params, query }) => {
        const { project, dataset } = params as { project: string; dataset: string };
        catalog.dataset(project, dataset);
        const all = catalog.tables(project, dataset);
        const { items, next } = pageOf(all, query);
        return {
          json: {
            kind: 'bigquery#tableList',
            ...(items.length > 0 && { tables: items.map(renderListed) }),
            totalItems: all.length,
            ...next,
          },
        };
      },
    },
    {
      method: 'GET',
      pattern: path(single),
      operation: 'bigquery.tables.get',
      resource,
      handle: async ({ params }) => {
        const { reference } = parseReference(params);
        return { json: await render(context, catalog.table(reference)) };
      },
    },
    ...(['PATCH', 'PUT'] as const).map(
      (method): Route => ({
        method,
        pattern: path(single),
        operation: method === 'PATCH' ? 'bigquery.tables.patch' : 'bigquery.tables.update',
        resource,
        handle: async (call) => ({ json: await updateTable(context, call, method) }),
      }),
    ),
    {
      method: 'DELETE',
      pattern: path(single),
      operation: 'bigquery.tables.delete',
      resource,
      handle: async ({ params }) => {
        const { reference, decorator } = parseReference(params);
        if (decorator === undefined) await dropTable(context, reference);
        else await deletePartition(context, catalog.table(reference), decorator);
        return { status: 204 };
      },
    },
  ];
}

/** `t$20260101` means a partition of `t`. */
export function parseReference(params: Record<string, string>): {
  reference: TableReference;
  decorator?: string;
} {
  const { project = '', dataset = '', table = '' } = params;
  const [id = '', decorator] = table.split('$');
  const reference = { project, dataset, table: id };
  return decorator === undefined ? { reference } : { reference, decorator };
}

async function insertTable(context: Context, call: Call): Promise<Record<string, unknown>> {
  const { project = '', dataset = '' } = call.params;
  const resource = await call.json<TableResource>();
  const id = resource.tableReference?.tableId ?? '';
  if (!TABLE_ID.test(id)) throw invalid(`Invalid table ID "${id}".`);
  const owner = context.catalog.dataset(project, dataset);
  await dropExpired(context);
  const reference = { project, dataset, table: id };
  const fields = await fieldsOfView(context, reference, resource);
  const expiration = owner.resource['defaultTableExpirationMs'];
  if (expiration !== undefined && resource.expirationTime == null)
    resource.expirationTime = String(context.now() + Number(expiration));
  const parsed = parseTable(reference, resource, {
    location: owner.location,
    ...(fields && { viewFields: fields }),
  });
  return render(context, await createTable(context, parsed));
}

async function updateTable(context: Context, call: Call, method: 'PATCH' | 'PUT'): Promise<unknown> {
  const { reference } = parseReference(call.params);
  const sent = await call.json<TableResource>();
  const record = await context.locks.run(tableName(reference), () =>
    changeLocked(context, call, { reference, sent, method }),
  );
  return render(context, record);
}

interface Update {
  reference: TableReference;
  sent: TableResource;
  method: 'PATCH' | 'PUT';
}

async function changeLocked(
  context: Context,
  call: Call,
  { reference, sent, method }: Update,
): Promise<TableRecord> {
  const before = context.catalog.table(reference);
  requireMatch(call, tableEtag(before));
  const merged: TableResource = method === 'PUT' ? sent : mergePatch(before.resource, sent);
  if (method === 'PATCH' && !('expirationTime' in sent) && before.expires !== undefined)
    merged.expirationTime = String(before.expires);
  const fields = await fieldsOfView(context, reference, merged);
  const after = parseTable(reference, merged, {
    location: before.location,
    ...(fields && { viewFields: fields }),
  });
  return changeTable(context, before, after);
}

/** Sent members replace, null removes, labels are merged one by one. */
export function mergePatch<T extends Record<string, unknown>>(before: T, sent: T): T {
  const merged: Record<string, unknown> = { ...before, ...sent };
  if (before['labels'] && sent['labels'])
    merged['labels'] = { ...(before['labels'] as object), ...(sent['labels'] as object) };
  if (merged['labels'])
    merged['labels'] = Object.fromEntries(
      Object.entries(merged['labels'] as object).filter(([, value]) => value !== null),
    );
  return merged as T;
}

async function fieldsOfView(
  context: Context,
  reference: TableReference,
  { view }: TableResource,
): Promise<Field[] | undefined> {
  return view?.query === undefined ? undefined : viewFields(context, reference, view.query);
}

async function render(context: Context, record: TableRecord): Promise<Record<string, unknown>> {
  if (record.kind === 'VIEW') return renderTable(record, undefined);
  const facts = await tableFacts(context, record);
  return renderTable(context.catalog.findTable(record) ?? record, facts);
}

async function deletePartition(context: Context, table: TableRecord, decorator: string): Promise<void> {
  const { locks, database, catalog, stats, buffer } = context;
  await buffer.drain(table);
  await locks.run(tableName(table), async () => {
    const condition = inPartition(table, decorator);
    const touch = await database.transaction(async (session) => {
      await session.run(`DELETE FROM ${table.duckName} WHERE ${condition}`);
      return catalog.touchTable(session, table);
    });
    touch();
    stats.invalidate(table);
  });
}
