/** One table of a preview. What BigQuery refuses is shown at the table, and the other tables are asked all the same. */
import { type DataMap, locationOf, type MappedTable, splitTableName } from '../domain/data-map.ts';
import { judgeFailure } from '../domain/failure.ts';
import { chunksOf, rowsByRequest } from '../domain/located.ts';
import { type PlannedTable, planTable, tableLabel } from '../domain/planned-table.ts';
import {
  type LocateOutcome,
  type Refusal,
  refusedPreview,
  type TablePreview,
  toPreview,
  unsearchedPreview,
} from '../domain/preview.ts';
import { isSearched } from '../domain/progress.ts';
import { propertiesOf, type RequestDocument } from '../domain/request.ts';
import { log } from '../log.ts';
import { WarehouseError } from '../ports.ts';
import type { Services } from '../services.ts';
import { selectRows } from '../sql/stage.ts';
import type { Statement } from '../sql/statement.ts';
import { mapConcurrently } from '../workers/concurrently.ts';
import type { Statements } from '../workers/erase/statements.ts';

/** Of one table: a table of date shards has one change for each of them. */
const DRY_RUNS_AT_ONCE = 8;

export interface Asking {
  services: Services;
  map: DataMap;
  document: RequestDocument;
  statements: Statements;
  /** Milliseconds since the epoch: then the caller gets what is known. */
  until: number;
}

export async function previewTable(
  asking: Asking,
  mapped: MappedTable,
  index: number,
): Promise<TablePreview> {
  const { services, map, document, statements } = asking;
  const { project, pricePerTib } = services.config;
  const name = splitTableName(mapped.table, project);
  const asked = {
    table: tableLabel(name),
    location: locationOf(map, mapped),
    searched: isSearched(mapped, document),
  };
  const orRefused = <T>(attempt: () => Promise<T>) => unlessRefused(asked, document.tenant, attempt);
  const planned = await orRefused(() => plan(asking, mapped));
  if ('refusal' in planned) return refusedPreview(asked, planned.refusal);
  const statement = statements.locate(planned.value);
  if (statement === undefined) return unsearchedPreview(asked, pricePerTib);
  const located = await orRefused(() => runLocate(asking, planned.value, statement, index));
  if ('refusal' in located) return refusedPreview(asked, located.refusal);
  const changes = await orRefused(() =>
    document.type === 'export'
      ? dryRunStaging(asking, mapped, planned.value)
      : dryRunChanges(asking, planned.value, located.value),
  );
  const known = 'refusal' in changes ? changes.refusal : changes.value;
  // An export locates nothing: it reads.
  return document.type === 'export'
    ? toPreview(asked, located.value, known, pricePerTib, 0)
    : toPreview(asked, located.value, known, pricePerTib);
}

/** As the worker plans its step. */
async function plan({ services, map, document }: Asking, mapped: MappedTable): Promise<PlannedTable> {
  const defaults = { project: services.config.project, location: locationOf(map, mapped) };
  const metadata = await services.warehouse.describe(splitTableName(mapped.table, defaults.project));
  const joined = planTable(mapped, metadata, defaults, propertiesOf(document));
  if ('table' in joined) return { ...joined.table, fields: metadata.fields };
  const message = joined.findings.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  throw new WarehouseError({ reason: 'invalid', message });
}

async function runLocate(
  { services, document, statements, until }: Asking,
  table: PlannedTable,
  statement: Statement,
  index: number,
): Promise<LocateOutcome> {
  const { warehouse, clock } = services;
  const job = {
    id: `lethe_${document.id}_${index}`,
    location: table.location,
    statement,
    labels: { lethe: 'preview' },
  };
  const {
    job: name,
    bytesProcessed,
    bytesBilled,
  } = await warehouse.run(job, async () => stopAfter(until, clock()));
  const found = await warehouse.locatedRows(job);
  // Nothing remembers a preview, so nobody could forget its parameters later.
  await warehouse.forgetJob(name);
  const [rows = 0] = rowsByRequest(table, found, [document], statements.groups);
  return { rows, found, bytesProcessed, bytesBilled };
}

async function dryRunChanges(
  { services, statements, until }: Asking,
  table: PlannedTable,
  { found }: LocateOutcome,
): Promise<number[]> {
  const { warehouse, clock } = services;
  return mapConcurrently(chunksOf(table, found), DRY_RUNS_AT_ONCE, async (chunk) => {
    stopAfter(until, clock());
    const { bytesProcessed } = await warehouse.dryRun(statements.change(table, chunk), table.location);
    return bytesProcessed;
  });
}

/** An export scans each table once, whatever is found. */
async function dryRunStaging(
  { services, document, until }: Asking,
  mapped: MappedTable,
  table: PlannedTable,
): Promise<number[]> {
  stopAfter(until, services.clock());
  const asked = [{ position: 0, request: document }];
  const statement = selectRows(table, asked, mapped.event_time);
  if (statement === undefined) return [];
  const { bytesProcessed } = await services.warehouse.dryRun(statement, table.location);
  return [bytesProcessed];
}

class TooSlow extends Error {}

export function stopAfter(until: number, now: number): void {
  if (now > until) throw new TooSlow('the preview takes longer than a call may');
}

export async function unlessRefused<T>(
  { table }: { table: string },
  tenant: string,
  attempt: () => Promise<T>,
): Promise<{ value: T } | { refusal: Refusal }> {
  try {
    return { value: await attempt() };
  } catch (error) {
    const { reason, advice } = toRefusal(error);
    const job = error instanceof WarehouseError && error.job !== undefined ? { job: error.job } : {};
    log('WARNING', 'a table could not be previewed', { tenant, table, code: reason, ...job });
    return { refusal: { reason, ...(advice !== undefined && { advice }) } };
  }
}

/** @throws the error itself when it is neither BigQuery's nor about time */
function toRefusal(error: unknown): Refusal {
  if (error instanceof TooSlow)
    return {
      reason: 'too_slow',
      advice: 'Order the request: its worker waits as long as BigQuery takes.',
    };
  if (!(error instanceof WarehouseError)) throw error;
  const verdict = judgeFailure(error.failure);
  return verdict.kind === 'block'
    ? { reason: verdict.code, advice: verdict.advice }
    : { reason: verdict.code };
}
