/** The receipt: what was done for one request, provable later without any personal data. */
import type { Errand } from './agenda.ts';
import { type ExportedFile, exportOf } from './exported.ts';
import { type JobEvidence, type Manifest, requestsOf, type Step, stepsOf, tenantsOf } from './batch.ts';
import { type TableProgress, tableProgress } from './progress.ts';
import type { RequestDocument } from './request.ts';
import type { ReviewDecision } from './request-state.ts';
import { namedSubjects, type SearchedRequest } from './resolution.ts';
import { hashSubject, type Subject } from './subject.ts';

/** https://cloud.google.com/bigquery/docs/time-travel: fail-safe follows time travel and cannot be configured. */
const FAIL_SAFE_DAYS = 7;
const HOUR = 3_600_000;

export interface Receipt {
  version: 1;
  tenant: string;
  request: string;
  /** Of a receipt that was appended later: the sweep that it is about. */
  errand?: Errand;
  type: RequestDocument['type'];
  scope: RequestDocument['scope'];
  /** HMAC-SHA-256 of each identifier that the request names, sorted. */
  subjects: string[];
  /** Identifiers that mapping tables led to beyond those; absent: the data map names no mapping tables. */
  identities?: { count: number; hashes: string[]; decision?: ReviewDecision };
  accepted_at: string;
  completed_at: string;
  due_at: string;
  batches: { location: string; batch: string }[];
  tables: ReceiptTable[];
  rows_located: number;
  rows_changed: number;
  rows_left: number;
  bytes_processed: number;
  bytes_billed: number;
  /**
   * After this instant neither time travel nor fail-safe of BigQuery holds a copy of the deleted rows; null when no
   * row was deleted. docs/limits.md names the copies that are out of reach.
   */
  no_copy_after: string | null;
  /** Of an export. */
  files?: ExportedFile[];
  files_expire_at?: string;
}

interface ReceiptTable {
  table: string;
  location: string;
  searched: boolean;
  /** The table was taken out of the data map while it waited: no row of it was verified. */
  unmapped?: boolean;
  rows_located: number;
  rows_changed: number;
  rows_left: number;
  no_copy_after: string | null;
  jobs: ReceiptJob[];
}

interface ReceiptJob {
  job: string;
  kind: JobEvidence['kind'];
  target?: string;
  /** By the whole statement, which may have served other requests of the tenant too. */
  rows_affected?: number;
  bytes_processed: number;
  bytes_billed: number;
  finished_at: string;
}

/** @throws Error when a step of the request has not verified zero, or a batch is not its: such a receipt must not exist. */
export function buildReceipt(
  request: SearchedRequest,
  manifests: readonly Manifest[],
  { hashKey, now }: { hashKey: Uint8Array; now: number },
): Receipt {
  const tables = manifests.flatMap((manifest) => {
    if (!requestsOf(manifest, request.tenant).includes(request.id))
      throw new Error(`${request.id} is not in batch ${manifest.batch}`);
    const steps = stepsOf(manifest, request.tenant);
    return tableProgress(manifest, request).map((progress, index) => toReceiptTable(progress, steps[index]));
  });
  // Of a table that nobody vouches for any more the receipt says what was seen last.
  if (tables.some(({ rows_left, unmapped }) => rows_left !== 0 && !unmapped))
    throw new Error(`${request.id} has rows left`);
  const jobs = tables.flatMap((table) => table.jobs);
  const horizons = tables.flatMap(({ no_copy_after }) => (no_copy_after === null ? [] : [no_copy_after]));
  return {
    version: 1,
    tenant: request.tenant,
    request: request.id,
    type: request.type,
    scope: request.scope,
    subjects: hashes(namedSubjects(request)),
    ...(request.identities && { identities: identitiesOf(request.identities) }),
    accepted_at: request.accepted_at,
    completed_at: new Date(now).toISOString(),
    due_at: request.due_at,
    batches: manifests.map(({ location, batch }) => ({ location, batch })),
    tables,
    rows_located: sum(tables.map((table) => table.rows_located)),
    rows_changed: sum(tables.map((table) => table.rows_changed)),
    rows_left: sum(tables.map((table) => table.rows_left)),
    bytes_processed: sum(jobs.map((job) => job.bytes_processed)),
    bytes_billed: sum(jobs.map((job) => job.bytes_billed)),
    no_copy_after: horizons.sort().at(-1) ?? null,
    ...(request.type === 'export' && filesOf(request, manifests)),
  };

  function hashes(subjects: readonly Subject[]): string[] {
    return subjects.map((subject) => hashSubject(hashKey, request.tenant, subject)).sort();
  }

  function identitiesOf({ found, decision }: NonNullable<SearchedRequest['identities']>) {
    return { count: found.length, hashes: hashes(found), ...(decision && { decision }) };
  }
}

function filesOf(
  request: RequestDocument,
  manifests: readonly Manifest[],
): Pick<Receipt, 'files' | 'files_expire_at'> {
  const exported = manifests.map((manifest) => ({ manifest, written: exportOf(manifest, request) }));
  const [soonest = ''] = exported.map(({ written }) => written.expires_at).sort();
  const files = exported.flatMap(({ manifest: { location }, written }) =>
    written.files.map((file) => ({ ...file, location })),
  );
  return { files, files_expire_at: soonest };
}

export function isTenantDone(manifest: Manifest, tenant: string): boolean {
  return tenantsOf(manifest).includes(tenant) && stepsOf(manifest, tenant).every(({ isDone }) => isDone);
}

function toReceiptTable(progress: TableProgress, step: Step | undefined): ReceiptTable {
  if (progress.state !== 'done' || step === undefined)
    throw new Error(`${progress.table} has not verified zero`);
  const changes = progress.jobs.filter(({ kind, rowsAffected }) => kind === 'change' && rowsAffected !== 0);
  const lastChange = changes
    .map(({ finishedAt }) => Date.parse(finishedAt))
    .sort((a, b) => a - b)
    .at(-1);
  const hours = (step.table?.timeTravelHours ?? 0) + FAIL_SAFE_DAYS * 24;
  return {
    table: progress.table,
    location: progress.location,
    searched: progress.searched,
    ...(progress.unmapped && { unmapped: true }),
    rows_located: progress.rows_located,
    rows_changed: progress.rows_changed,
    rows_left: progress.rows_left,
    no_copy_after:
      lastChange === undefined || progress.rows_located === 0
        ? null
        : new Date(lastChange + hours * HOUR).toISOString(),
    jobs: progress.jobs.map((job) => ({
      job: job.job,
      kind: job.kind,
      ...(job.target !== undefined && { target: job.target }),
      ...(job.rowsAffected !== undefined && { rows_affected: job.rowsAffected }),
      bytes_processed: job.bytesProcessed,
      bytes_billed: job.bytesBilled,
      finished_at: job.finishedAt,
    })),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}
