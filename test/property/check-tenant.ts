/** One tenant at rest against the model: states, ledger, receipts, counts, rows. */
import type { Receipt } from '../../functions/domain/receipt.ts';
import type { Evidence, LedgerEntry } from './evidence.ts';
import { countsOf, type Ended, fateOf, isTheirs, type Row, type Span, type Subject } from './model.ts';
import type { KnownTable, ModelledTenant, Order } from './tenant.ts';
import type { Warehouse } from './warehouse.ts';

interface EndedRequest extends Ended {
  id: string;
  receipt?: Receipt;
}

export async function checkTenant(
  tenant: ModelledTenant,
  warehouse: Warehouse,
  evidence: Evidence,
): Promise<void> {
  const ledger = evidence.ledgerOf(tenant.face.name);
  const requests = await Promise.all(
    [...ledger].map(([id, entries]) => endOf(tenant, warehouse, evidence, { id, entries })),
  );
  checkOrders(tenant.orders, requests);
  for (const table of tenant.tables) {
    const left = await warehouse.rows(table.place);
    checkRows(table, left, requests);
    checkCounts(table, left, requests);
  }
}

/** What became of a request, with its ledger, receipt and access log agreeing about it. */
async function endOf(
  { face, tables }: ModelledTenant,
  warehouse: Warehouse,
  evidence: Evidence,
  { id, entries }: { id: string; entries: LedgerEntry[] },
): Promise<EndedRequest> {
  const { json } = await face.get(`/requests/${id}`);
  const states = statesOf(entries);
  if (json.state === 'cancelled') {
    expect([id, states, evidence.deletionsOf(id)]).toEqual([id, ['pending', 'cancelled'], []]);
    return { id, subjects: json.subjects, state: 'cancelled', verified: new Map() };
  }
  expect([id, json.state, states]).toEqual([id, 'completed', ['pending', 'running', 'completed']]);
  const receipt = await evidence.receiptOf(face, id);
  const changed = [String(receipt.rows_changed)];
  const ledgered = new Set(entries.flatMap(({ rows_changed }) => rows_changed ?? []));
  expect([id, [...ledgered], evidence.deletionsOf(id)]).toEqual([id, changed, changed]);
  const late = tables.filter(({ model }) => model.rows.some(({ arrival }) => arrival !== undefined));
  const verified = await Promise.all(
    late.map(async ({ model: { label } }) => [label, await lookOf(receipt, label, warehouse)] as const),
  );
  return { id, subjects: json.subjects, state: 'completed', verified: new Map(verified), receipt };
}

/** Each state once, in order; every revision is there, and says the same as often as it came. */
function statesOf(entries: readonly LedgerEntry[]): string[] {
  const distinct = [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
  expect(distinct.map(({ revision }) => Number(revision))).toEqual(distinct.map((_, index) => index + 1));
  return distinct.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
}

/** The last locate is the one that found nothing. */
async function lookOf(receipt: Receipt, label: string, warehouse: Warehouse): Promise<Span> {
  const last = tableOf(receipt, label).jobs.findLast(({ kind }) => kind !== 'change');
  // Not asked at all: none of the subjects can be in the table.
  return last === undefined ? { from: 0, to: 0 } : warehouse.spanOf(last.job);
}

function tableOf({ tables }: Receipt, label: string): Receipt['tables'][number] {
  const found = tables.find(({ table }) => table === label);
  if (found === undefined) throw new Error(`a receipt lacks ${label}`);
  return found;
}

/** Every order became one request, and every request was ordered. */
function checkOrders(orders: readonly Order[], requests: readonly EndedRequest[]): void {
  const strangers = new Set(requests);
  const known = new Set(orders.map(({ id }) => id));
  for (const order of orders) {
    // An order without a key whose call was not answered may have been accepted or not; of two alike each has its own request.
    const found =
      order.id === undefined
        ? [...strangers].find(({ id, subjects }) => !known.has(id) && isSame(subjects, order.subjects))
        : requests.find(({ id }) => id === order.id);
    if (found !== undefined) strangers.delete(found);
    if (order.id === undefined) continue;
    if (found === undefined) throw new Error(`the ledger lacks ${order.id}`);
    const outcomes = new Set(order.cancelled);
    const isCancelled = outcomes.has('won') || (order.isCancelUnclear && found.state === 'cancelled');
    expect([order.id, found.state, outcomes.size < 2]).toEqual([
      order.id,
      isCancelled ? 'cancelled' : 'completed',
      true,
    ]);
  }
  expect([...strangers].map(({ id }) => id)).toEqual([]);
}

function isSame(some: readonly Subject[], others: readonly Subject[]): boolean {
  const texts = (subjects: readonly Subject[]) =>
    [...new Set(subjects.map(({ type, value }) => JSON.stringify([type, value])))].sort().join();
  return texts(some) === texts(others);
}

function checkRows({ model }: KnownTable, left: readonly string[], requests: readonly Ended[]): void {
  const expected = model.rows.filter((row) => {
    const fate = fateOf(model, row, requests);
    return fate === 'stays' || (fate === 'either' && left.includes(textOf(row)));
  });
  expect([model.label, left]).toEqual([model.label, expected.map(textOf).sort()]);
}

function textOf({ id, values: { distinct_id, alias, user_no } }: Row): string {
  return JSON.stringify([id, distinct_id, alias, user_no]);
}

function checkCounts(
  { model }: KnownTable,
  left: readonly string[],
  requests: readonly EndedRequest[],
): void {
  const affected = new Map<string, number>();
  for (const request of requests) {
    if (request.receipt === undefined) continue;
    const evidence = tableOf(request.receipt, model.label);
    const { least, most } = countsOf(model, request, requests);
    const isPlausible =
      evidence.rows_left === 0 && evidence.rows_changed >= least && evidence.rows_changed <= most;
    if (!isPlausible) {
      const rows = model.rows.filter((row) => isTheirs(model, row, request.subjects));
      throw new Error(
        `${request.id}: ${least} to ${most} rows may be counted: ${JSON.stringify({ evidence, rows }, null, 1)}`,
      );
    }
    for (const { job, rows_affected } of evidence.jobs) affected.set(job, rows_affected ?? 0);
  }
  const deleted = [...affected.values()].reduce((sum, rows) => sum + rows, 0);
  expect([model.label, 'rows deleted by the jobs of the receipts', deleted]).toEqual([
    model.label,
    'rows deleted by the jobs of the receipts',
    model.rows.length - left.length,
  ]);
}
