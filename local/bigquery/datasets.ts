/** datasets.*: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets */
import type { Call, Route } from '../http.ts';
import { type DatasetRecord, datasetName } from './catalog-store.ts';
import type { Context } from './context.ts';
import { ApiError, invalid } from './errors.ts';
import { etag, requireMatch } from './etag.ts';
import { pageOf } from './list-page.ts';
import { normalLocation } from './locations.ts';
import { path } from './paths.ts';
import { dropNulls } from './table-rendering.ts';
import { dropTable } from './table-store.ts';
import { mergePatch } from './tables.ts';

/** https://cloud.google.com/bigquery/docs/datasets#dataset-naming */
const DATASET_ID = /^\w{1,1024}$/;
/** https://cloud.google.com/bigquery/docs/time-travel#configure_the_time_travel_window */
const TIME_TRAVEL_HOURS_DEFAULT = '168';

type Resource = Record<string, unknown> & {
  datasetReference?: { datasetId?: string };
  location?: string;
};

export function datasetRoutes(context: Context): Route[] {
  const { catalog } = context;
  const collection = '/projects/:project/datasets';
  const single = `${collection}/:dataset`;
  const found = ({ params }: Call) => catalog.dataset(params['project'] ?? '', params['dataset'] ?? '');
  return [
    {
      method: 'POST',
      pattern: path(collection),
      operation: 'bigquery.datasets.insert',
      handle: async (call) => ({ json: render(await insert(context, call)) }),
    },
    {
      method: 'GET',
      pattern: path(collection),
      operation: 'bigquery.datasets.list',
      handle: async ({ params, query }) => {
        const { items, next } = pageOf(catalog.datasets(params['project'] ?? ''), query);
        return {
          json: {
            kind: 'bigquery#datasetList',
            etag: etag(JSON.stringify(items)),
            ...(items.length > 0 && { datasets: items.map(renderListed) }),
            ...next,
          },
        };
      },
    },
    {
      method: 'GET',
      pattern: path(single),
      operation: 'bigquery.datasets.get',
      handle: async (call) => ({ json: render(found(call)) }),
    },
    ...(['PATCH', 'PUT'] as const).map(
      (method): Route => ({
        method,
        pattern: path(single),
        operation: method === 'PATCH' ? 'bigquery.datasets.patch' : 'bigquery.datasets.update',
        handle: async (call) => {
          const sent = settable(await call.json<Resource>());
          return context.locks.run('catalog', async () => {
            const before = found(call);
            requireMatch(call, datasetEtag(before));
            const resource = dropNulls(method === 'PATCH' ? mergePatch(before.resource, sent) : sent);
            const after = { ...before, resource, modified: context.now() };
            await save(context, after);
            return { json: render(after) };
          });
        },
      }),
    ),
    {
      method: 'DELETE',
      pattern: path(single),
      operation: 'bigquery.datasets.delete',
      handle: async (call) => {
        await remove(context, found(call), call.query.get('deleteContents') === 'true');
        return { status: 204 };
      },
    },
  ];
}

async function insert(context: Context, call: Call): Promise<DatasetRecord> {
  const { project = '' } = call.params;
  const sent = await call.json<Resource>();
  const dataset = sent.datasetReference?.datasetId ?? '';
  if (!DATASET_ID.test(dataset))
    throw invalid(
      `Invalid dataset ID "${dataset}". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long.`,
    );
  const record: DatasetRecord = {
    project,
    dataset,
    location: normalLocation(sent.location ?? 'US'),
    resource: dropNulls(settable(sent)),
    created: context.now(),
    modified: context.now(),
  };
  return context.locks.run('catalog', async () => {
    context.catalog.refuseNewDataset(project, dataset);
    await save(context, record);
    return record;
  });
}

async function save({ database, catalog }: Context, record: DatasetRecord): Promise<void> {
  (await database.transaction((session) => catalog.saveDataset(session, record)))();
}

async function remove(context: Context, record: DatasetRecord, isForced: boolean): Promise<void> {
  const { catalog, database, locks } = context;
  const { project, dataset } = record;
  const tables = catalog.tables(project, dataset);
  if (tables.length > 0 && !isForced)
    throw new ApiError(400, 'resourceInUse', `Dataset ${datasetName(project, dataset)} is still in use`);
  for (const table of tables) await dropTable(context, table);
  await locks.run('catalog', async () => {
    (await database.transaction((session) => catalog.removeDataset(session, record)))();
  });
}

function settable(sent: Resource): Record<string, unknown> {
  const { datasetReference: _, location: __, ...rest } = sent;
  for (const made of ['kind', 'id', 'etag', 'selfLink', 'creationTime', 'lastModifiedTime', 'type'])
    delete rest[made];
  return rest;
}

function datasetEtag({ resource, modified }: DatasetRecord): string {
  return etag(JSON.stringify(resource), modified);
}

function render(record: DatasetRecord) {
  const { project, dataset, location, resource, created, modified } = record;
  return {
    kind: 'bigquery#dataset',
    etag: datasetEtag(record),
    id: datasetName(project, dataset),
    selfLink: `https://bigquery.googleapis.com/bigquery/v2/projects/${project}/datasets/${dataset}`,
    maxTimeTravelHours: TIME_TRAVEL_HOURS_DEFAULT,
    type: 'DEFAULT',
    ...resource,
    datasetReference: { projectId: project, datasetId: dataset },
    location,
    creationTime: String(created),
    lastModifiedTime: String(modified),
  };
}

function renderListed({ project, dataset, location, resource }: DatasetRecord) {
  return dropNulls({
    kind: 'bigquery#dataset',
    id: datasetName(project, dataset),
    datasetReference: { projectId: project, datasetId: dataset },
    friendlyName: resource['friendlyName'],
    labels: resource['labels'],
    location,
  });
}
