/** From what a caller sends to a job: which kind, where it runs, what it will do. */
import { bill } from '../billing.ts';
import type { Context } from '../context.ts';
import { type ErrorProto, invalid, notFound, notImplemented, toErrorProto } from '../errors.ts';
import { DEFAULT_LOCATION, normalLocation } from '../locations.ts';
import { toResource } from '../schema.ts';
import { SqlError } from '../sql/contract.ts';
import type { JobConfiguration, JobKey, JobRecord, JobStatistics } from './job.ts';
import { type JobEngine, newJobId, type Work } from './job-engine.ts';
import { checkLoadConfiguration, loadLocation, loadWork } from './load.ts';
import { billStatistics } from './query-statistics.ts';
import { checkQueryConfiguration, drainAll, planQuery, queryWork } from './query-work.ts';

export interface JobRequest {
  jobReference?: { projectId?: string; jobId?: string; location?: string };
  configuration?: JobConfiguration;
}

export interface SubmitOptions {
  project: string;
  requestId?: string;
  /** The uploaded file of a load job. */
  upload?: string;
}

/** @throws what the service answers when there will be no job */
export async function submitJob(
  context: Context,
  engine: JobEngine,
  { jobReference = {}, configuration = {} }: JobRequest,
  { project, requestId, upload }: SubmitOptions,
): Promise<JobRecord> {
  check(configuration, upload);
  const asked = jobReference.location === undefined ? undefined : normalLocation(jobReference.location);
  const { work, location } = await prepare(context, { project, configuration, asked, upload });
  const key: JobKey = { project, location, id: jobReference.jobId ?? newJobId() };
  return engine.submit(
    {
      key,
      configuration,
      ...(requestId !== undefined && { requestId }),
      ...(upload !== undefined && { upload }),
    },
    work,
  );
}

/** Goes on with a job that an earlier run of the stand-in has accepted. */
export async function resumeJob(context: Context, engine: JobEngine, job: JobRecord): Promise<void> {
  const { project, configuration, location, upload } = job;
  const { work } = await prepare(context, { project, configuration, asked: location, upload });
  engine.resume(job, work);
}

/** What a dry run answers: the job that would have been, without an id. */
export async function dryRun(
  context: Context,
  { jobReference = {}, configuration = {} }: JobRequest,
  project: string,
): Promise<{ statistics: JobStatistics; location: string; resource: Record<string, unknown> }> {
  if (configuration.query === undefined) throw notImplemented('a dry run of anything but a query');
  check(configuration, undefined);
  const planned = await planQuery(context, project, configuration, jobReference.location);
  const { statement, location } = planned;
  await drainAll(context, statement);
  const estimate = await context.database.read((session) => bill(context, session, statement, true));
  const { totalBytesBilled: _, billingTier: __, ...query } = billStatistics(estimate);
  const statistics: JobStatistics = {
    totalBytesProcessed: String(estimate.bytesProcessed),
    query: {
      ...query,
      statementType: statement.statementType,
      cacheHit: false,
      ...(statement.fields.length > 0 && { schema: { fields: statement.fields.map(toResource) } }),
    },
  };
  const resource = {
    kind: 'bigquery#job',
    configuration: { ...configuration, jobType: 'QUERY' },
    jobReference: { projectId: project, location },
    statistics: { creationTime: String(context.now()), ...statistics },
    status: { state: 'DONE' },
  };
  return { statistics, location, resource };
}

function check(configuration: JobConfiguration, upload: string | undefined): void {
  const { query, load, copy, extract } = configuration;
  if (copy !== undefined || extract !== undefined) throw notImplemented('copy and extract jobs');
  if (query !== undefined) checkQueryConfiguration(query);
  else if (load !== undefined) checkLoadConfiguration(load, upload);
  else throw invalid('Required parameter is missing: configuration.query or configuration.load');
}

interface Asked {
  project: string;
  configuration: JobConfiguration;
  asked: string | undefined;
  upload: string | undefined;
}

/** A statement that is wrong makes a job that fails at once; one that is not supported makes none. */
async function prepare(
  context: Context,
  { project, configuration, asked, upload }: Asked,
): Promise<{ work: Work | ErrorProto; location: string }> {
  const { load } = configuration;
  try {
    if (load !== undefined) {
      const location = loadLocation(context, project, load);
      if (asked !== undefined && asked !== location)
        throw notFound(
          `Not found: Dataset ${load.destinationTable?.projectId ?? project}:${load.destinationTable?.datasetId} was not found in location ${asked}`,
        );
      return { work: loadWork(context, project, load, upload ?? ''), location };
    }
    const planned = await planQuery(context, project, configuration, asked);
    return { work: queryWork(context, planned, project), location: planned.location };
  } catch (error) {
    const proto = toErrorProto(error);
    if (!(error instanceof SqlError) && proto.reason === 'notImplemented') throw error;
    return { work: proto, location: asked ?? DEFAULT_LOCATION };
  }
}
