/** A job: what is kept of it, and what jobs.get answers. https://cloud.google.com/bigquery/docs/reference/rest/v2/Job */
import type { Field } from '../catalog.ts';
import type { ErrorProto } from '../errors.ts';
import { etag } from '../etag.ts';

export interface JobKey {
  project: string;
  location: string;
  id: string;
}

type JobState = 'PENDING' | 'RUNNING' | 'DONE';

/** The rows of a SELECT, in a DuckDB table. */
export interface JobResult {
  duckName: string;
  fields: Field[];
  rows: number;
  /** Milliseconds; absent for a destination table of the caller's. */
  expires?: number;
}

export interface JobRecord extends JobKey {
  /** As it was sent. */
  configuration: JobConfiguration;
  state: JobState;
  created: number;
  started?: number;
  ended?: number;
  error?: ErrorProto;
  /** Findings beside `error`. */
  details?: ErrorProto[];
  /** `statistics` of the resource, without the times. */
  statistics: JobStatistics;
  requestId?: string;
  result?: JobResult;
  /** The uploaded file of a load job that is not done. */
  upload?: string;
}

export interface JobStatistics {
  totalBytesProcessed?: string;
  query?: {
    statementType?: string;
    totalBytesProcessed?: string;
    totalBytesBilled?: string;
    totalPartitionsProcessed?: string;
    cacheHit?: boolean;
    numDmlAffectedRows?: string;
    dmlStats?: Record<string, string>;
    [other: string]: unknown;
  };
  load?: Record<string, string>;
}

interface TableReferenceResource {
  projectId?: string;
  datasetId?: string;
  tableId?: string;
}

export interface QueryConfiguration {
  query?: string;
  useLegacySql?: boolean;
  defaultDataset?: { projectId?: string; datasetId?: string };
  destinationTable?: TableReferenceResource;
  createDisposition?: string;
  writeDisposition?: string;
  maximumBytesBilled?: string;
  queryParameters?: unknown[];
  parameterMode?: string;
  timePartitioning?: object;
  rangePartitioning?: object;
  clustering?: { fields?: string[] };
  [other: string]: unknown;
}

export interface LoadConfiguration {
  destinationTable?: TableReferenceResource;
  sourceFormat?: string;
  schema?: { fields?: unknown[] };
  createDisposition?: string;
  writeDisposition?: string;
  timePartitioning?: object;
  rangePartitioning?: object;
  clustering?: { fields?: string[] };
  skipLeadingRows?: number | string;
  nullMarker?: string;
  fieldDelimiter?: string;
  quote?: string;
  maxBadRecords?: number | string;
  ignoreUnknownValues?: boolean;
  allowJaggedRows?: boolean;
  [other: string]: unknown;
}

export interface JobConfiguration {
  query?: QueryConfiguration;
  load?: LoadConfiguration;
  copy?: object;
  extract?: object;
  dryRun?: boolean;
  labels?: Record<string, string>;
  jobTimeoutMs?: string;
  [other: string]: unknown;
}

/** Every job is this user's: who calls is not looked at. */
const USER = 'local@lethe.invalid';

export function jobName({ project, location, id }: JobKey): string {
  return `${project}:${location}.${id}`;
}

/** What jobs.get, jobs.insert and, for each job, jobs.list answer. */
export function renderJob(job: JobRecord): Record<string, unknown> {
  const { project, location, id, configuration, state, created, started, ended, error, statistics } = job;
  const isQuery = configuration.query !== undefined;
  return {
    kind: 'bigquery#job',
    etag: etag(jobName(job), state, ended),
    id: jobName(job),
    selfLink: `https://bigquery.googleapis.com/bigquery/v2/projects/${project}/jobs/${id}?location=${location}`,
    user_email: USER,
    configuration: { ...configuration, jobType: isQuery ? 'QUERY' : 'LOAD' },
    jobReference: { projectId: project, jobId: id, location },
    statistics: {
      creationTime: String(created),
      ...(started !== undefined && { startTime: String(started) }),
      ...(ended !== undefined && { endTime: String(ended) }),
      ...statistics,
    },
    status: { state, ...(error && { errorResult: error, errors: [error, ...(job.details ?? [])] }) },
  };
}
