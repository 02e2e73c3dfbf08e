/** tabledata.list and tabledata.insertAll: https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata */
import type { Answer, Call, Route } from '../http.ts';
import type { Field } from './catalog.ts';
import { tableName } from './catalog-store.ts';
import type { Context } from './context.ts';
import { invalid, notImplemented } from './errors.ts';
import { etag } from './etag.ts';
import { insertAll } from './insert-all.ts';
import { inPartition } from './partitions.ts';
import { path } from './paths.ts';
import { pageToken, parsePage, readPage, withRows } from './rows.ts';
import { parseReference } from './tables.ts';

export function tabledataRoutes(context: Context): Route[] {
  const single = '/projects/:project/datasets/:dataset/tables/:table';
  const resource = ({ params }: Call) => `${params['dataset']}.${params['table']}`;
  return [
    {
      method: 'GET',
      pattern: path(`${single}/data`),
      operation: 'bigquery.tabledata.list',
      resource,
      handle: (call) => list(context, call),
    },
    {
      method: 'POST',
      pattern: path(`${single}/insertAll`),
      operation: 'bigquery.tabledata.insertAll',
      resource,
      handle: async (call) => {
        const { reference, decorator } = parseReference(call.params);
        if (decorator !== undefined) throw notImplemented('insertAll into a partition');
        const table = context.catalog.table(reference);
        return { json: await insertAll(context, table, await call.json()) };
      },
    },
  ];
}

async function list(context: Context, { params, query }: Call): Promise<Answer> {
  const { reference, decorator } = parseReference(params);
  const table = context.catalog.table(reference);
  if (table.kind === 'VIEW') throw invalid(`Cannot list a table of type VIEW.`);
  await context.buffer.drain(table);
  const fields = selected(table.fields, query.get('selectedFields'), tableName(table));
  const where = decorator === undefined ? '' : ` WHERE ${inPartition(table, decorator)}`;
  const source = `(SELECT * FROM ${table.duckName}${where})`;
  const { total, page } = await context.database.read(async (session) => {
    const [count] = await session.rows<{ n: bigint }>(`SELECT count(*) AS n FROM ${source}`);
    const rows = Number(count?.n ?? 0);
    return { total: rows, page: await readPage(session, source, fields, rows, parsePage(query)) };
  });
  const body = {
    kind: 'bigquery#tableDataList',
    etag: etag(tableName(table), table.modified),
    totalRows: String(total),
    ...(page.next !== undefined && { pageToken: pageToken(page.next) }),
  };
  return {
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: withRows(body, page.rows),
  };
}

/** "Subset of fields to return … supports select into sub fields": `a,b.c`. */
function selected(fields: Field[], list: string | null, table: string): Field[] {
  if (!list) return fields;
  const wanted = list.split(',').map((one) => one.trim().split('.'));
  return narrow(fields, wanted, table);
}

function narrow(fields: Field[], paths: string[][], table: string): Field[] {
  for (const [name] of paths)
    if (!fields.some((field) => field.name === name))
      throw invalid(`Invalid selectedFields: no such field ${name} in ${table}.`);
  return fields.flatMap((field) => {
    const mine = paths.filter(([name]) => name === field.name);
    if (mine.length === 0) return [];
    const inner = mine.map((path) => path.slice(1));
    if (field.fields === undefined || inner.some((path) => path.length === 0)) return [field];
    return [{ ...field, fields: narrow(field.fields, inner, table) }];
  });
}
