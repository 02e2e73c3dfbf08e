import {
  type Attempt,
  afterChange,
  afterFailures,
  afterLocate,
  afterPlan,
  changeTarget,
  conditionOf,
  jobId,
  nextAction,
  type Step,
  stepLabel,
} from '../../../functions/domain/batch.ts';
import type { Verdict } from '../../../functions/domain/failure.ts';
import type { LocatedRow } from '../../../functions/domain/located.ts';
import type { PlannedTable } from '../../../functions/domain/planned-table.ts';
import { evidence, JANE, JOHN, locatedStep, NOW, planned, rowsOf, TABLE, unplanned } from './erasure.ts';

const change = (step: Step, index: number, rowsAffected = 1) =>
  afterChange(step, index, evidence('change', { rowsAffected }));
const twoShards = () => locatedStep(planned(), rowsOf('jane', '20261124', 3), rowsOf('john', '20261125', 1));
const fail = (step: Step, action: Attempt, verdict: Verdict, { isSpent = true } = {}) =>
  afterFailures(step, [{ action, verdict, isSpent }], NOW);
const retry = { kind: 'retry', code: 'transient' } as const;

describe('a step', () => {
  test('is planned, located, changed chunk by chunk, verified, and then done', () => {
    expect(nextAction(unplanned(), NOW)).toEqual({ kind: 'plan' });
    expect(nextAction(planned(), NOW)).toEqual({ kind: 'locate' });
    const found = twoShards();
    expect(nextAction(found, NOW)).toEqual({ kind: 'change', indexes: [0, 1] });
    expect(changeTarget(found, 0)).toBe('p.d.events_20261124');
    const half = change(found, 0);
    expect(nextAction(half, NOW)).toEqual({ kind: 'change', indexes: [1] });
    const changed = change(half, 1);
    expect(nextAction(changed, NOW)).toEqual({ kind: 'locate' });
    expect(changed.isDone).toBe(false);
    const verified = locatedStep(changed);
    expect(nextAction(verified, NOW)).toEqual({ kind: 'done' });
    expect(verified.jobs.map(({ kind }) => kind)).toEqual(['locate', 'change', 'change', 'verify']);
  });

  test('that finds nothing at first is done without a change', () => {
    expect(locatedStep(planned())).toMatchObject({ isDone: true, located: [0, 0], left: [0, 0] });
  });

  test('is not done by a change that says it deleted nothing: only a locate says that', () => {
    const changed = change(change(twoShards(), 0, 0), 1, 0);

    expect(changed).toMatchObject({ isDone: false, left: [3, 1] });
  });

  test('that finds rows again changes them too, and counts them beside the first', () => {
    const again = locatedStep(change(change(twoShards(), 0), 1), rowsOf('jane', '20261126', 2));

    expect(again).toMatchObject({ round: 1, located: [5, 1], left: [2, 0], isDone: false });
    expect(nextAction(again, NOW)).toEqual({ kind: 'change', indexes: [0] });
    expect(locatedStep(change(again, 0))).toMatchObject({ isDone: true, located: [5, 1], left: [0, 0] });
  });

  test('counts a row once that was located in the streaming buffer and deleted in the partition of its day', () => {
    const table: PlannedTable = {
      ...TABLE,
      name: { ...TABLE.name, isSharded: false },
      partitioning: { kind: 'ingestion_time', unit: 'DAY' },
    };
    const locate = (step: Step, ...rows: LocatedRow[]) =>
      afterLocate(step, table, rows, [JANE, JOHN], evidence('locate'), NOW);
    const buffered = locate(
      afterPlan(unplanned(), table),
      rowsOf('jane', '20261123', 2),
      rowsOf('jane', '__UNPARTITIONED__', 1),
    );
    expect(buffered).toMatchObject({ located: [3, 0], left: [3, 0] });

    const landed = locate(
      change(change(buffered, 0, 2), 1, 0),
      rowsOf('jane', '20261124', 1),
      rowsOf('john', '__UNPARTITIONED__', 4),
    );
    expect(landed).toMatchObject({ round: 1, located: [3, 4], left: [1, 4] });

    const done = locate(change(change(landed, 0, 1), 1, 4));
    expect(done).toMatchObject({ isDone: true, located: [3, 4], left: [0, 0] });
  });

  test('whose rows keep arriving pauses every fifth round, says so, and then goes on', () => {
    let step = planned();
    const paused: number[] = [];
    for (let round = 0; round <= 10; round += 1) {
      step = locatedStep(step, rowsOf('jane', '20261124', 1));
      if (step.waiting) {
        paused.push(round);
        expect(step.waiting).toMatchObject({ condition: 'deferred', code: 'rows_keep_arriving' });
        expect(nextAction(step, NOW)).toEqual({ kind: 'wait' });
        expect(nextAction(step, step.waiting.until)).toEqual({ kind: 'change', indexes: [0] });
      }
      step = change(step, 0);
    }

    expect(paused).toEqual([5, 10]);
  });

  test('has its table as its name once it is planned, and the name of the data map before', () => {
    expect(stepLabel(unplanned())).toBe('d.events_*');
    expect(stepLabel(afterPlan(unplanned(), TABLE))).toBe('p.d.events_*');
  });

  test('has no chunk that was not located', () => {
    expect(() => changeTarget(twoShards(), 2)).toThrow('no chunk 2');
  });
});

describe('a failure', () => {
  const failTwice = (step: Step, action: Attempt) => fail(fail(step, action, retry), action, retry);

  test('of a locate makes the next attempt another job, after a pause that doubles', () => {
    const failed = failTwice(planned(), { kind: 'locate' });

    expect(failed).toMatchObject({ attempt: 2, failures: 2 });
    expect(failed.waiting).toEqual({ condition: 'deferred', code: 'transient', until: NOW + 2000 });
    expect(nextAction(failed, NOW + 1999)).toEqual({ kind: 'wait' });
    expect(nextAction(failed, NOW + 2000)).toEqual({ kind: 'locate' });
  });

  test("of a change counts that chunk's attempts only, and what was changed stays changed", () => {
    const failed = failTwice(change(twoShards(), 0), { kind: 'change', index: 1 });

    expect(failed.chunks.map(({ attempt, isChanged }) => [attempt, isChanged])).toEqual([
      [0, true],
      [2, false],
    ]);
    expect(nextAction(failed, NOW + 60_000)).toEqual({ kind: 'change', indexes: [1] });
  });

  test('is forgotten by the next success, its attempt numbers are not', () => {
    const failed = failTwice(twoShards(), { kind: 'change', index: 1 });

    const changed = change(failed, 0);

    expect(changed).toMatchObject({ failures: 0 });
    expect(changed).not.toHaveProperty('waiting');
    expect(changed.chunks[1]).toMatchObject({ attempt: 2, isChanged: false });
  });

  test('of one shard holds no other up: those that were tried least come first', () => {
    const days = Array.from({ length: 20 }, (_, day) => rowsOf('jane', String(20261101 + day), 1));
    const found = locatedStep(planned(), ...days);
    const first = nextAction(found, NOW);
    expect(first).toEqual({ kind: 'change', indexes: Array.from({ length: 16 }, (_, index) => index) });

    const verdict = { kind: 'block', code: 'access_denied', advice: 'Give it back.' } as const;
    const failed = afterFailures(
      found,
      [0, 1].map((index) => ({
        action: { kind: 'change', index },
        verdict: index === 0 ? retry : verdict,
        isSpent: true,
      })),
      NOW,
    );

    expect(failed).toMatchObject({ failures: 1, waiting: { condition: 'blocked', code: 'access_denied' } });
    const next = nextAction(failed, NOW + 900_000);
    expect(next.kind === 'change' && next.indexes.slice(0, 2)).toEqual([2, 3]);
  });

  test('of a shard that was dropped meanwhile sends the step back to locate, and counts no row twice', () => {
    const verdict = { kind: 'block', code: 'table_missing', advice: 'Create it.' } as const;
    const half = change(twoShards(), 0);

    const broken = fail(half, { kind: 'change', index: 1 }, verdict);

    expect(nextAction(broken, NOW)).toEqual({ kind: 'locate' });
    expect(jobId('b1', broken, { kind: 'locate' })).toBe('lethe_b1_s0_r1_locate_a0');
    expect(locatedStep(broken, rowsOf('jane', '20261126', 2))).toMatchObject({
      located: [3, 1],
      left: [2, 0],
    });
    expect(locatedStep(broken)).toMatchObject({ located: [3, 1], left: [0, 0], isDone: true });
  });

  test('on the way to a job tries the same job again: it may be running', () => {
    const failed = fail(twoShards(), { kind: 'change', index: 0 }, retry, { isSpent: false });

    expect(failed).toMatchObject({ failures: 1, waiting: { code: 'transient' } });
    expect(jobId('b1', failed, { kind: 'change', index: 0 })).toBe('lethe_b1_s0_r0_change0_a0');
  });

  test('that somebody has to mend is looked at again after a quarter of an hour', () => {
    const verdict = { kind: 'block', code: 'table_missing', advice: 'Create it.' } as const;
    const blocked = fail(unplanned(), { kind: 'plan' }, verdict);

    expect(blocked.waiting).toEqual({
      condition: 'blocked',
      code: 'table_missing',
      advice: 'Create it.',
      until: NOW + 900_000,
    });
    expect(nextAction(blocked, NOW + 900_000)).toEqual({ kind: 'plan' });
  });
});

describe('a job id', () => {
  test('is the same whenever the same action is taken, and has only what BigQuery allows', () => {
    expect(jobId('b1', planned(), { kind: 'locate' })).toBe('lethe_b1_s0_r0_locate_a0');
    expect(jobId('b1', twoShards(), { kind: 'change', index: 1 })).toBe('lethe_b1_s0_r0_change1_a0');
    // https://cloud.google.com/bigquery/docs/reference/rest/v2/JobReference
    expect(jobId('b1', twoShards(), { kind: 'change', index: 1 })).toMatch(/^[a-zA-Z0-9_-]{1,1024}$/);
  });

  test('differs by batch, step, round, chunk and attempt: a failed job keeps its id for ever', () => {
    const found = twoShards();
    const failed = fail(found, { kind: 'change', index: 1 }, retry);
    const again = locatedStep(change(change(found, 0), 1), rowsOf('jane', '20261124', 1));
    const ids = [
      jobId('b1', found, { kind: 'change', index: 0 }),
      jobId('b2', found, { kind: 'change', index: 0 }),
      jobId('b1', { ...found, id: 's1' }, { kind: 'change', index: 0 }),
      jobId('b1', found, { kind: 'change', index: 1 }),
      jobId('b1', failed, { kind: 'change', index: 1 }),
      jobId('b1', again, { kind: 'change', index: 0 }),
      jobId('b1', planned(), { kind: 'locate' }),
      jobId('b1', fail(planned(), { kind: 'locate' }, retry), { kind: 'locate' }),
      jobId('b1', again, { kind: 'locate' }),
    ];

    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('of all that steps wait for the blocked one is shown, and nothing of steps that are done', () => {
  const until = NOW + 1;
  const deferred: Step = { ...planned(), waiting: { condition: 'deferred', code: 'quota', until } };
  const blocked: Step = { ...planned(), waiting: { condition: 'blocked', code: 'access_denied', until } };

  expect(conditionOf([planned()])).toBeUndefined();
  expect(conditionOf([deferred, blocked])).toEqual({ condition: 'blocked', reason: 'access_denied' });
  expect(conditionOf([deferred, { ...blocked, isDone: true }])).toEqual({
    condition: 'deferred',
    reason: 'quota',
  });
});
