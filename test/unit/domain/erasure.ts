/** A batch, its steps and its requests, as the tests of the pure parts put them together. */
import {
  afterChange,
  afterLocate,
  afterPlan,
  type JobEvidence,
  type Manifest,
  newStep,
  type Step,
} from '../../../functions/domain/batch.ts';
import type { LocatedRow } from '../../../functions/domain/located.ts';
import type { PlannedTable } from '../../../functions/domain/planned-table.ts';
import type { RequestDocument } from '../../../functions/domain/request.ts';

export const NOW = Date.UTC(2026, 10, 24, 12);

export const TABLE: PlannedTable = {
  name: { project: 'p', dataset: 'd', table: 'events_', isSharded: true },
  location: 'EU',
  identifiers: [{ type: 'user', column: 'user_id', valueType: 'STRING' }],
  places: [],
  requirePartitionFilter: false,
  timeTravelHours: 48,
};

function requestOf(id: string, ...users: string[]): RequestDocument {
  return {
    version: 1,
    tenant: 'demo',
    id,
    type: 'deletion',
    scope: 'everything',
    subjects: users.map((value) => ({ type: 'user', value })),
    accepted_by: 'key-1',
    accepted_at: '2026-11-24T10:00:00.000Z',
    due_at: '2026-12-24T10:00:00.000Z',
    locations: ['EU'],
  };
}

export const JANE = requestOf('r-jane', 'jane');
export const JOHN = requestOf('r-john', 'john');
const REQUESTS = [JANE, JOHN];

export const rowsOf = (user: string, partition: string, rows: number): LocatedRow => ({
  values: { 0: user },
  partition,
  rows,
});

export function evidence(kind: JobEvidence['kind'], more: Partial<JobEvidence> = {}): JobEvidence {
  return {
    kind,
    job: `p:EU.${kind}`,
    bytesProcessed: 100,
    bytesBilled: 1000,
    finishedAt: new Date(NOW).toISOString(),
    ...more,
  };
}

export const unplanned = (): Step =>
  newStep('s0', 'demo', { table: 'd.events_*', identifiers: [{ type: 'user', column: 'user_id' }] }, 2);

export const planned = (): Step => afterPlan(unplanned(), TABLE);

export function locatedStep(step: Step, ...rows: LocatedRow[]): Step {
  const kind = step.round === 0 ? 'locate' : 'verify';
  return afterLocate(step, TABLE, rows, REQUESTS, evidence(kind), NOW);
}

/** Jane's three rows found, deleted at `finishedAt`, and gone. */
export function erasedStep(finishedAt = new Date(NOW).toISOString()): Step {
  const found = locatedStep(planned(), rowsOf('jane', '20261124', 3));
  const changed = afterChange(found, 0, evidence('change', { rowsAffected: 3, finishedAt }));
  return locatedStep(changed);
}

export function manifestOf(...steps: Step[]): Manifest {
  return {
    version: 1,
    batch: 'b1',
    location: 'EU',
    shard: 0,
    work: 'delete',
    phase: 'ready',
    formedAt: new Date(NOW).toISOString(),
    requests: REQUESTS.map(({ tenant, id }) => ({ tenant, id })),
    steps,
  };
}
