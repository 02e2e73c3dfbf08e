import type { BigQuery, Job } from '@google-cloud/bigquery';
import { isShardSuffix, type TableName } from '../domain/data-map.ts';
import type { TableMetadata } from '../domain/planned-table.ts';
import { type FinishedJob, type Warehouse, WarehouseError, type WarehouseJob } from '../ports.ts';
import { readLinkRow } from '../sql/links.ts';
import { readLocatedRow } from '../sql/locate.ts';
import type { Statement } from '../sql/statement.ts';
import { fromErrorProto, toFailure } from './bigquery-errors.ts';

/** https://cloud.google.com/bigquery/docs/time-travel: when the dataset says nothing. */
const TIME_TRAVEL_HOURS_DEFAULT = 168;
/** Shorter than a third of a lease, which is kept between two looks at a job. */
const LONG_POLL_MILLISECONDS = 2_000;
const POLL_MILLISECONDS_MIN = 100;
/** Tries of a call that only reads, or that the job id makes safe to repeat. */
const CALL_TRIES = 4;
const CALL_BACK_OFF_MILLISECONDS = 250;
const RESULT_PAGE_ROWS = 10_000;
/** BigQuery itself ends a page before it has more than 10 MB: https://cloud.google.com/bigquery/quotas#tabledata_list_requests */
const STAGED_PAGE_ROWS = 5_000;

/**
 * BigQuery through Google's client, with our own policy for repeating: the client's does not see reasons, gives up on
 * `rateLimitExceeded` and repeats what it must not (facts/bigquery.md §7, §9).
 */
export function createWarehouse(project: string): Warehouse {
  let opened: Promise<BigQuery> | undefined;
  const client = (): Promise<BigQuery> => {
    opened ??= import('./clients/bigquery.ts').then(
      ({ BigQuery }) => new BigQuery({ projectId: project, autoRetry: false, maxRetries: 0 }),
    );
    return opened;
  };

  const shards = async ({ project: owner, dataset, table }: TableName): Promise<string[]> => {
    const [tables] = await call(async () =>
      (await client()).dataset(dataset, { projectId: owner }).getTables(),
    );
    return tables.flatMap(({ id }) => (id?.startsWith(table) ? [id.slice(table.length)] : []));
  };

  return {
    async describe(name) {
      const dataset = (await client()).dataset(name.dataset, { projectId: name.project });
      const id = name.isSharded ? name.table + newestShard(name, await shards(name)) : name.table;
      const [[table], [about]] = await Promise.all([
        call(() => dataset.table(id).getMetadata()),
        call(() => dataset.getMetadata()),
      ]);
      return toTableMetadata(table, about);
    },

    async strayShards(name) {
      return (await shards(name))
        .filter((suffix) => !isShardSuffix(suffix))
        .map((suffix) => name.table + suffix);
    },

    async run(work, whileWaiting) {
      const bigquery = await client();
      return waitForEnd(bigquery, await insertOrAdopt(bigquery, work), whileWaiting);
    },

    async dryRun(statement, location) {
      const options = { ...queryOptions(statement), location, dryRun: true };
      const [{ metadata }] = await call(async () => (await client()).createQueryJob(options));
      const bytes = Number(metadata.statistics?.totalBytesProcessed);
      if (!Number.isSafeInteger(bytes)) throw new Error('a dry run does not say what it would process');
      return { bytesProcessed: bytes };
    },

    async forgetJob(name) {
      const [, location, id] = /^[^:]+:([^.]+)\.(.+)$/.exec(name) ?? [];
      if (location === undefined || id === undefined) throw new Error(`not a job: ${name}`);
      const job = (await client()).job(id, { location });
      try {
        await call(() => job.delete());
      } catch (error) {
        if (!(error instanceof WarehouseError) || error.failure.reason !== 'notFound') throw error;
      }
    },

    async *stagedContents({ dataset, table }, partition) {
      const handle = (await client()).dataset(dataset).table(`${table}$${partition}`);
      // The client would ask for the schema first.
      handle.metadata = { schema: { fields: [{ name: 'content', type: 'STRING' }] } };
      let query: object | null = {
        autoPaginate: false,
        maxResults: STAGED_PAGE_ROWS,
        selectedFields: 'content',
      };
      while (query !== null) {
        const current: object = query;
        const [rows, next]: [{ content: string }[], object | null] = (await call(() =>
          handle.getRows(current),
        )) as never;
        if (rows.length > 0) yield rows.map(({ content }) => content);
        query = next;
      }
    },

    async dropTable({ dataset, table }) {
      const handle = (await client()).dataset(dataset).table(table);
      await call(() => handle.delete({ ignoreNotFound: true }));
    },

    locatedRows: async (job) => readAll(await client(), job, readLocatedRow),
    linkRows: async (job) => readAll(await client(), job, readLinkRow),
  };
}

/** Every row of a finished query. */
async function readAll<R>(
  client: BigQuery,
  { id, location }: WarehouseJob,
  read: (row: Record<string, unknown>) => R,
): Promise<R[]> {
  const job = client.job(id, { location });
  const rows: R[] = [];
  let query: object | null = { autoPaginate: false, maxResults: RESULT_PAGE_ROWS };
  while (query !== null) {
    const [page, next]: [Record<string, unknown>[], object | null] = await readResults(
      job,
      query,
      `${client.projectId}:${location}.${id}`,
    );
    for (const row of page) rows.push(read(row));
    query = next;
  }
  return rows;
}

function queryOptions({ query, params, types }: Statement) {
  const values = Object.entries(params).map(([name, value]) => [name, wrapped(value, types[name])]);
  return { query, params: Object.fromEntries(values), types, useLegacySql: false, useQueryCache: false };
}

/** The client takes values of these types in an object only; of a text it would silently make NULL. */
const WRAPPED_TYPES = ['TIMESTAMP', 'DATETIME', 'DATE', 'TIME'];

function wrapped(value: unknown, type: Statement['types'][string] | undefined): unknown {
  if (Array.isArray(type) && Array.isArray(value)) return value.map((item) => wrapped(item, type[0]));
  return typeof type === 'string' && WRAPPED_TYPES.includes(type) ? { value } : value;
}

/** The job id makes the insert safe to repeat: whoever comes second is told `duplicate`, and the job is his too. */
async function insertOrAdopt(
  client: BigQuery,
  { id, location, statement, labels }: WarehouseJob,
): Promise<Job> {
  const job = client.job(id, { location });
  try {
    await call(() => client.createQueryJob({ jobId: id, location, labels, ...queryOptions(statement) }));
  } catch (error) {
    if (!(error instanceof WarehouseError) || error.failure.reason !== 'duplicate') throw error;
  }
  return job;
}

async function waitForEnd(
  client: BigQuery,
  job: Job,
  whileWaiting: () => Promise<void>,
): Promise<FinishedJob> {
  for (;;) {
    await untilDone(client, job);
    const [metadata] = await call(() => job.getMetadata());
    const { projectId, location, jobId } = metadata.jobReference;
    const name = `${projectId}:${location}.${jobId}`;
    if (metadata.status?.state === 'DONE') {
      if (metadata.status.errorResult) {
        throw new WarehouseError(fromErrorProto(metadata.status.errorResult), { job: name });
      }
      return toFinishedJob(name, metadata.statistics);
    }
    await whileWaiting();
  }
}

/**
 * Resolves when the job is done, or some seconds later: the service itself waits, so that nobody polls.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults
 */
async function untilDone(client: BigQuery, { id, location }: Job): Promise<void> {
  const qs = { location, maxResults: 0, timeoutMs: LONG_POLL_MILLISECONDS };
  const from = Date.now();
  const failure = await new Promise<unknown>((resolve) => {
    client.request({ uri: `/queries/${id}`, qs }, resolve);
  });
  // A job that failed answers with its error here; what is true of it is asked for next, in any case. A call that failed by
  // itself comes back at once, and must not be repeated as fast as that.
  if (failure !== null && Date.now() - from < POLL_MILLISECONDS_MIN)
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS_MIN));
}

interface JobStatistics {
  endTime?: string;
  totalBytesProcessed?: string;
  query?: { totalBytesBilled?: string; numDmlAffectedRows?: string };
}

function toFinishedJob(job: string, { endTime, totalBytesProcessed, query }: JobStatistics): FinishedJob {
  return {
    job,
    bytesProcessed: Number(totalBytesProcessed ?? 0),
    bytesBilled: Number(query?.totalBytesBilled ?? 0),
    rowsAffected: query?.numDmlAffectedRows === undefined ? undefined : Number(query.numDmlAffectedRows),
    finishedAt: new Date(Number(endTime)).toISOString(),
  };
}

/** A finished query's result lives about a day; an adopted job may be older, and is then worth a new attempt. */
async function readResults(
  job: Job,
  query: object,
  name: string,
): Promise<[Record<string, unknown>[], object | null]> {
  try {
    const [rows, next] = await call(() => job.getQueryResults(query));
    return [rows as Record<string, unknown>[], next ?? null];
  } catch (error) {
    if (!(error instanceof WarehouseError) || error.failure.reason !== 'notFound') throw error;
    throw new WarehouseError({ ...error.failure, reason: 'resultsExpired' }, { job: name, cause: error });
  }
}

function newestShard(name: TableName, suffixes: string[]): string {
  const newest = suffixes
    .filter(isShardSuffix)
    .sort((a, b) => a.slice(-8).localeCompare(b.slice(-8)))
    .at(-1);
  if (newest === undefined) {
    const message = `Not found: no table ${name.project}.${name.dataset}.${name.table}YYYYMMDD`;
    throw new WarehouseError({ reason: 'notFound', message });
  }
  return newest;
}

function toTableMetadata(
  table: {
    type?: string;
    location?: string;
    schema?: { fields?: TableMetadata['fields'] };
    timePartitioning?: NonNullable<TableMetadata['timePartitioning']> & { requirePartitionFilter?: boolean };
    rangePartitioning?: TableMetadata['rangePartitioning'];
    requirePartitionFilter?: boolean;
  },
  dataset: { location?: string; maxTimeTravelHours?: string },
): TableMetadata {
  return {
    type: table.type ?? 'unknown',
    location: table.location ?? dataset.location ?? 'unknown',
    fields: table.schema?.fields ?? [],
    ...(table.timePartitioning && { timePartitioning: table.timePartitioning }),
    ...(table.rangePartitioning && { rangePartitioning: table.rangePartitioning }),
    requirePartitionFilter:
      table.requirePartitionFilter ?? table.timePartitioning?.requirePartitionFilter ?? false,
    timeTravelHours: Number(dataset.maxTimeTravelHours ?? TIME_TRAVEL_HOURS_DEFAULT),
  };
}

/** Repeats what failed on the way or inside BigQuery before it became a job; everything else is the step's business. */
async function call<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const failure = toFailure(error);
      if (failure === undefined) throw error;
      const isPassing = ['network', 'backendError', 'internalError', 'rateLimitExceeded'].includes(
        failure.reason,
      );
      if (!isPassing || tries === CALL_TRIES) throw new WarehouseError(failure, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, CALL_BACK_OFF_MILLISECONDS * 2 ** (tries - 1)));
    }
  }
}
