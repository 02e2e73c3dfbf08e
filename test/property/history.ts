/** Histories that nobody thought of: tables, rows, orders, messages that go astray, faults. Plain data, to be printed and shrunk. */
import fc from 'fast-check';
import type { FaultRule } from '../../local/faults.ts';
import { fault, record } from './fault.ts';
import type { IdentifierColumn, Row, Subject } from './model.ts';

const SHAPES = ['plain', 'by_day', 'by_ingestion', 'by_range', 'sharded'] as const;

export interface RowSpec {
  values: Row['values'];
  /** Index of one of the shape's places: a day, a bucket, a shard. */
  place: number;
}

export interface TableSpec {
  shape: (typeof SHAPES)[number];
  location: 'EU' | 'US';
  identifiers: readonly IdentifierColumn[];
  requiresFilter: boolean;
  rows: RowSpec[];
}

export interface TenantSpec {
  tables: TableSpec[];
  /** What each idempotency key orders. */
  keyed: Subject[][];
}

/** Numbers are taken modulo what there is, so that a shrunk history still means something. */
export type Action =
  | { kind: 'order'; tenant: number; subjects: Subject[]; isWoken: boolean }
  | { kind: 'order with a key'; tenant: number; key: number; isWoken: boolean }
  | { kind: 'reuse a key'; tenant: number; key: number }
  | { kind: 'cancel'; order: number }
  | { kind: 'late row'; tenant: number; table: number; row: RowSpec; isStreamed: boolean }
  | { kind: 'tick' }
  | { kind: 'settle' }
  | { kind: 'move the clock'; seconds: number }
  | { kind: 'fault'; rule: FaultRule };

export interface History {
  tenants: TenantSpec[];
  actions: Action[];
}

/** Every one is somebody else. No log may hold what they have in common. */
export const NAME_CANARY = 'imqz';
const NAMES = ['kimqz', 'Kimqz', 'kimqz ', 'kimqz%', "kimqz'", 'kimqzé', 'kimqze\u0301', 'skimqz'];
/** As floating-point numbers the first two are one. */
export const NUMBER_CANARY = '90071992547409';
const NUMBERS = ['9007199254740993', '9007199254740992', '-9007199254740993'];
/** Written as no column can hold them. */
const ODD_NUMBERS = ['09007199254740993', '9007199254740993.0', 'kimqz'];

const name = fc.constantFrom(...NAMES);
const number = fc.constantFrom(...NUMBERS);

const subject: fc.Arbitrary<Subject> = fc.oneof(
  { weight: 4, arbitrary: record({ type: fc.constant('person' as const), value: name }) },
  {
    weight: 2,
    arbitrary: record({
      type: fc.constant('number' as const),
      value: fc.constantFrom(...NUMBERS, ...ODD_NUMBERS),
    }),
  },
);
const subjects = fc.array(subject, { minLength: 1, maxLength: 4 });

const row: fc.Arbitrary<RowSpec> = record({
  values: record({
    distinct_id: fc.option(name, { freq: 8 }),
    alias: fc.option(name, { freq: 2 }),
    user_no: fc.option(number, { freq: 3 }),
  }),
  place: fc.nat({ max: 3 }),
});

const table: fc.Arbitrary<TableSpec> = record({
  shape: fc.constantFrom(...SHAPES),
  location: fc.constantFrom('EU', 'EU', 'EU', 'EU', 'EU', 'US'),
  identifiers: fc.constantFrom<IdentifierColumn[]>(
    ['distinct_id'],
    ['distinct_id', 'alias'],
    ['user_no', 'distinct_id'],
    ['distinct_id', 'alias', 'user_no'],
  ),
  requiresFilter: fc.boolean(),
  rows: fc.array(row, { maxLength: 12, size: 'max' }),
});

const tenant: fc.Arbitrary<TenantSpec> = record({
  tables: fc.oneof(
    { weight: 5, arbitrary: fc.array(table, { minLength: 1, maxLength: 1 }) },
    { weight: 3, arbitrary: fc.array(table, { minLength: 1, maxLength: 3 }) },
  ),
  keyed: fc.array(subjects, { minLength: 2, maxLength: 2 }),
});

const index = fc.nat({ max: 11 });
const order = record({
  kind: fc.constant('order' as const),
  tenant: index,
  subjects,
  isWoken: fc.boolean(),
});
const orderWithKey = record({
  kind: fc.constant('order with a key' as const),
  tenant: index,
  key: index,
  isWoken: fc.boolean(),
});

const calmAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: order },
  { weight: 3, arbitrary: orderWithKey },
  {
    weight: 1,
    arbitrary: record({ kind: fc.constant('reuse a key' as const), tenant: index, key: index }),
  },
  { weight: 2, arbitrary: record({ kind: fc.constant('cancel' as const), order: index }) },
  {
    weight: 3,
    arbitrary: record({
      kind: fc.constant('late row' as const),
      tenant: index,
      table: index,
      row,
      isStreamed: fc.nat({ max: 3 }).map((one) => one === 3),
    }),
  },
  { weight: 2, arbitrary: record({ kind: fc.constant('tick' as const) }) },
  { weight: 2, arbitrary: record({ kind: fc.constant('settle' as const) }) },
  {
    weight: 1,
    arbitrary: record({
      kind: fc.constant('move the clock' as const),
      seconds: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 7200 })),
    }),
  },
);
const stormyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: calmAction },
  { weight: 2, arbitrary: record({ kind: fc.constant('fault' as const), rule: fault }) },
);

/** The first action is an order: without one nothing would happen. */
function historyOf(action: fc.Arbitrary<Action>): fc.Arbitrary<History> {
  return record({
    tenants: fc.oneof(
      { weight: 6, arbitrary: fc.array(tenant, { minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(tenant, { minLength: 1, maxLength: 3 }) },
    ),
    actions: fc
      .tuple(fc.oneof(order, orderWithKey), fc.array(action, { maxLength: 8, size: 'max' }))
      .map(([first, rest]) => [first, ...rest]),
  });
}

/** Histories side by side in one system: each has tenants of its own; clock, ticks, messages and faults are everybody's. */
export function worldOf(historiesMax: number): fc.Arbitrary<History[]> {
  const world = (action: fc.Arbitrary<Action>) =>
    fc.array(historyOf(action), { minLength: 1, maxLength: historiesMax, size: 'max' });
  return fc.oneof(world(calmAction), world(stormyAction));
}
