/** jobs.query and jobs.getQueryResults: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query */
import type { Answer, Call, Route } from '../../http.ts';
import type { Context } from '../context.ts';
import { ApiError, notFound, statusOf } from '../errors.ts';
import { path } from '../paths.ts';
import { type PageRequest, pageToken, parsePage, readPage, withRows } from '../rows.ts';
import { toResource } from '../schema.ts';
import type { JobConfiguration, JobRecord, QueryConfiguration } from './job.ts';
import type { JobEngine } from './job-engine.ts';
import { findJob } from './routes.ts';
import { dryRun, type JobRequest, submitJob } from './submit.ts';

/** Both calls answer after this at the latest, done or not. */
const TIMEOUT_MILLISECONDS_DEFAULT = 10_000;
/** https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults: the service may answer earlier. */
const TIMEOUT_MILLISECONDS_MAX = 200_000;

interface QueryRequest extends QueryConfiguration {
  timeoutMs?: number | string;
  maxResults?: number | string;
  location?: string;
  requestId?: string;
  dryRun?: boolean;
  labels?: Record<string, string>;
  formatOptions?: { useInt64Timestamp?: boolean };
}

export function queryRoutes(context: Context, engine: JobEngine): Route[] {
  const collection = '/projects/:project/queries';
  return [
    {
      method: 'POST',
      pattern: path(collection),
      operation: 'bigquery.jobs.query',
      handle: (call) => query(context, engine, call),
    },
    {
      method: 'GET',
      pattern: path(`${collection}/:job`),
      operation: 'bigquery.jobs.getQueryResults',
      handle: async (call) => {
        const job = await findJob(engine, call);
        const kind = 'bigquery#getQueryResultsResponse';
        return answer(
          context,
          engine,
          job,
          kind,
          timeout(call.query.get('timeoutMs')),
          parsePage(call.query),
        );
      },
    },
  ];
}

async function query(context: Context, engine: JobEngine, call: Call): Promise<Answer> {
  const { project = '' } = call.params;
  const sent = await call.json<QueryRequest>();
  const kind = 'bigquery#queryResponse';
  const request = toJobRequest(sent, project);
  if (sent.dryRun === true) {
    const { statistics, location } = await dryRun(context, request, project);
    const { totalBytesProcessed, query } = statistics;
    const { schema } = query ?? {};
    const jobReference = { projectId: project, location };
    return { json: { kind, jobReference, jobComplete: true, totalBytesProcessed, cacheHit: false, schema } };
  }
  const { requestId } = sent;
  // "If requestId is the same, the request is idempotent."
  const earlier = requestId ? await engine.store.findByRequest(project, requestId) : undefined;
  const job =
    earlier ?? (await submitJob(context, engine, request, { project, ...(requestId && { requestId }) }));
  const parameters = new URLSearchParams();
  if (sent.maxResults !== undefined) parameters.set('maxResults', String(sent.maxResults));
  parameters.set('formatOptions.useInt64Timestamp', String(sent.formatOptions?.useInt64Timestamp === true));
  return answer(context, engine, job, kind, timeout(sent.timeoutMs), parsePage(parameters));
}

function toJobRequest(sent: QueryRequest, project: string): JobRequest {
  const {
    timeoutMs: _timeout,
    maxResults: _results,
    requestId: _request,
    formatOptions: _format,
    jobCreationMode: _mode,
    kind: _kind,
    location,
    labels,
    dryRun: isDry,
    ...rest
  } = sent;
  const configuration: JobConfiguration = {
    query: rest,
    ...(labels && { labels }),
    ...(isDry && { dryRun: isDry }),
  };
  return { jobReference: { projectId: project, ...(location !== undefined && { location }) }, configuration };
}

function timeout(sent: number | string | null | undefined): number {
  const asked = sent === null || sent === undefined ? Number.NaN : Number(sent);
  return Number.isFinite(asked) ? Math.min(asked, TIMEOUT_MILLISECONDS_MAX) : TIMEOUT_MILLISECONDS_DEFAULT;
}

async function answer(
  context: Context,
  engine: JobEngine,
  started: JobRecord,
  kind: string,
  milliseconds: number,
  page: PageRequest,
): Promise<Answer> {
  await engine.wait(started, milliseconds);
  const job = (await engine.store.find(started)) ?? started;
  const { project, location, id, error } = job;
  const jobReference = { projectId: project, jobId: id, location };
  if (error !== undefined)
    throw new ApiError(statusOf(error.reason), error.reason, error.message, error.location);
  if (job.state !== 'DONE') return { json: { kind, jobReference, jobComplete: false } };
  const { query = {} } = job.statistics;
  const body = {
    kind,
    jobReference,
    jobComplete: true,
    totalBytesProcessed: query.totalBytesProcessed ?? '0',
    cacheHit: false,
    ...(query.numDmlAffectedRows !== undefined && {
      numDmlAffectedRows: query.numDmlAffectedRows,
      dmlStats: query.dmlStats,
    }),
  };
  if (job.result === undefined) return { json: { ...body, totalRows: '0' } };
  return withResult(context, job, job.result, body, page);
}

async function withResult(
  { database, now }: Context,
  { project, id }: JobRecord,
  { duckName, fields, rows, expires }: NonNullable<JobRecord['result']>,
  body: object,
  page: PageRequest,
): Promise<Answer> {
  if (expires !== undefined && expires <= now())
    throw notFound(`Not found: Table ${project}:_results.anon_${id}`);
  const { rows: texts, next } = await database.read((session) =>
    readPage(session, duckName, fields, rows, page),
  );
  const answered = {
    ...body,
    schema: { fields: fields.map(toResource) },
    totalRows: String(rows),
    ...(next !== undefined && { pageToken: pageToken(next) }),
  };
  return {
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: withRows(answered, texts),
  };
}
