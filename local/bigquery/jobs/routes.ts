/** jobs.insert, get, list, cancel, delete: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs */
import type { Call, Route } from '../../http.ts';
import type { Context } from '../context.ts';
import { invalid, notFound } from '../errors.ts';
import { pageOf } from '../list-page.ts';
import { locationsToSearch } from '../locations.ts';
import { path } from '../paths.ts';
import { type JobRecord, renderJob } from './job.ts';
import type { JobEngine } from './job-engine.ts';
import { dryRun, type JobRequest, submitJob } from './submit.ts';

export function jobRoutes(context: Context, engine: JobEngine): Route[] {
  const collection = '/projects/:project/jobs';
  const single = `${collection}/:job`;
  return [
    {
      method: 'POST',
      pattern: path(collection),
      operation: 'bigquery.jobs.insert',
      handle: async (call) => {
        const { project = '' } = call.params;
        const request = await call.json<JobRequest>();
        if (request.configuration?.dryRun === true)
          return { json: (await dryRun(context, request, project)).resource };
        return { json: renderJob(await submitJob(context, engine, request, { project })) };
      },
    },
    {
      method: 'GET',
      pattern: path(collection),
      operation: 'bigquery.jobs.list',
      handle: async ({ params, query }) => {
        const states = query.getAll('stateFilter').map((state) => state.toUpperCase());
        const all = (await engine.store.list(params['project'] ?? '')).filter(
          ({ state }) => states.length === 0 || states.includes(state),
        );
        const { items, next } = pageOf(all, query);
        return { json: { kind: 'bigquery#jobList', jobs: items.map(renderListed), ...next } };
      },
    },
    {
      method: 'GET',
      pattern: path(single),
      operation: 'bigquery.jobs.get',
      handle: async (call) => ({ json: renderJob(await findJob(engine, call)) }),
    },
    {
      method: 'POST',
      pattern: path(`${single}/cancel`),
      operation: 'bigquery.jobs.cancel',
      handle: async (call) => {
        const job = await findJob(engine, call);
        await engine.cancel(job);
        const after = (await engine.store.find(job)) ?? job;
        return { json: { kind: 'bigquery#jobCancelResponse', job: renderJob(after) } };
      },
    },
    {
      method: 'DELETE',
      pattern: path(`${single}/delete`),
      operation: 'bigquery.jobs.delete',
      handle: async (call) => {
        const job = await findJob(engine, call);
        // https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/delete; the wording is assumed.
        if (job.state !== 'DONE') throw invalid(`Cannot delete job ${job.id}: it is ${job.state}.`);
        await engine.store.delete(job);
        return { status: 204 };
      },
    },
  ];
}

/** @throws notFound; also for a job of another location, as the service does */
export async function findJob(engine: JobEngine, { params, query }: Call): Promise<JobRecord> {
  const { project = '', job: id = '' } = params;
  for (const location of locationsToSearch(query.get('location'))) {
    const job = await engine.store.find({ project, location, id });
    if (job !== undefined) return job;
  }
  throw notFound(`Not found: Job ${project}:${id}`);
}

function renderListed(job: JobRecord): Record<string, unknown> {
  const { etag: _, selfLink: __, ...rendered } = renderJob(job);
  return { ...rendered, state: job.state, ...(job.error && { errorResult: job.error }) };
}
