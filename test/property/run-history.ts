/** Plays a history against the real system, through nothing but its public faces, and remembers what it was told. */
import type { HttpAnswer, System } from '../support/system.ts';
import type { Action, History } from './history.ts';
import type { Subject } from './model.ts';
import { ModelledTenant, type Order, toRow } from './tenant.ts';
import type { Warehouse } from './warehouse.ts';

export class RunningHistory {
  readonly tenants: ModelledTenant[];
  readonly #system: System;
  readonly #warehouse: Warehouse;
  readonly #history: History;

  private constructor(system: System, warehouse: Warehouse, history: History, tenants: ModelledTenant[]) {
    this.#system = system;
    this.#warehouse = warehouse;
    this.#history = history;
    this.tenants = tenants;
  }

  static async prepare(
    system: System,
    warehouse: Warehouse,
    name: string,
    history: History,
  ): Promise<RunningHistory> {
    const tenants = await Promise.all(
      history.tenants.map((spec, index) =>
        ModelledTenant.create(system, warehouse, `${name}_${index}`, spec),
      ),
    );
    return new RunningHistory(system, warehouse, history, tenants);
  }

  async play(): Promise<void> {
    for (const action of this.#history.actions) await this.#perform(action);
  }

  /**
   * What was ordered under a key and never answered is ordered again, as its caller would.
   * @returns the keys that are still without an answer
   */
  async repeatUnanswered(): Promise<string[]> {
    const unanswered: string[] = [];
    for (const tenant of this.tenants) {
      for (const order of tenant.orders) {
        if (order.key === undefined || order.id !== undefined) continue;
        await this.#send(tenant, order);
        if (order.id === undefined) unanswered.push(order.key);
      }
    }
    return unanswered;
  }

  async #perform(action: Action): Promise<void> {
    const { faults } = this.#system.stack;
    switch (action.kind) {
      case 'order': {
        const tenant = pick(this.tenants, action.tenant);
        return this.#order(tenant, newOrder(action.subjects), action.isWoken);
      }
      case 'order with a key': {
        const tenant = pick(this.tenants, action.tenant);
        return this.#order(tenant, keyedOrder(tenant, action.key), action.isWoken);
      }
      case 'reuse a key':
        return this.#reuseKey(pick(this.tenants, action.tenant), action.key);
      case 'cancel':
        return this.#cancel(action.order);
      case 'late row':
        return this.#insertLate(action);
      case 'tick':
        return this.#tick();
      case 'settle':
        return this.#system.settled();
      case 'move the clock':
        return this.#system.stack.moveClock(action.seconds * 1000);
      case 'fault':
        return faults.add(action.rule);
    }
  }

  async #order(tenant: ModelledTenant, order: Order, isWoken: boolean): Promise<void> {
    if (!tenant.knows(order.subjects)) return this.#orderUnknown(tenant, order);
    if (!tenant.orders.includes(order)) tenant.orders.push(order);
    if (!isWoken) {
      this.#system.stack.faults.add({
        operation: 'pubsub.deliver',
        resource: 'erase',
        action: { kind: 'drop', when: 'before' },
      });
    }
    await this.#send(tenant, order);
  }

  async #send({ face }: ModelledTenant, order: Order): Promise<void> {
    const answer = await answered(face.requestDeletion(order.subjects, keyHeader(order)));
    if (answer === undefined) return;
    if (answer.status !== 202) throw new Error(`an order was refused: ${answer.status} ${answer.text}`);
    if (order.id !== undefined && order.id !== answer.json.id)
      throw new Error(`one key, two requests: ${order.id} and ${answer.json.id}`);
    order.id = answer.json.id as string;
  }

  /** A subject of a type that no table has could never be found: the order is refused, and nothing comes of it. */
  async #orderUnknown({ face }: ModelledTenant, order: Order): Promise<void> {
    const answer = await answered(face.requestDeletion(order.subjects, keyHeader(order)));
    if (answer !== undefined && answer.json?.code !== 'unknown_identifier_type')
      throw new Error(`an unknown type was taken: ${answer.status} ${answer.text}`);
  }

  async #reuseKey({ face, orders, spec }: ModelledTenant, index: number): Promise<void> {
    const key = keyOf(spec.keyed.length, index);
    const first = orders.find((order) => order.key === key);
    if (first?.id === undefined) return;
    const [subject, ...rest] = first.subjects;
    const other = [...rest, { ...subject, value: 'kimqz else' }] as Subject[];
    const answer = await answered(face.requestDeletion(other, { 'idempotency-key': key }));
    if (answer !== undefined && answer.json?.code !== 'idempotency_key_reused')
      throw new Error(`a key was taken for another body: ${answer.status} ${answer.text}`);
  }

  async #cancel(index: number): Promise<void> {
    const known = this.tenants.flatMap((tenant) =>
      tenant.orders.filter(({ id }) => id !== undefined).map((order) => ({ tenant, order })),
    );
    if (known.length === 0) return;
    const { tenant, order } = pick(known, index);
    const answer = await answered(tenant.face.post(`/requests/${order.id}:cancel`, {}));
    if (answer === undefined) order.isCancelUnclear = true;
    else if (answer.status === 200) order.cancelled.push('won');
    else if (answer.json?.code === 'already_started') order.cancelled.push('lost');
    else throw new Error(`a cancellation was refused: ${answer.status} ${answer.text}`);
  }

  async #insertLate({ tenant, table, row: spec, isStreamed }: Action & { kind: 'late row' }): Promise<void> {
    const { place, model } = pick(pick(this.tenants, tenant).tables, table);
    const row = toRow(`late${model.rows.length}`, place.spec, spec);
    const from = this.#system.stack.now();
    if (isStreamed) await this.#warehouse.streamRow(place, row, spec.place);
    else await this.#warehouse.insertRow(place, row, spec.place);
    model.rows.push({ ...row, arrival: { from, to: this.#system.stack.now() } });
  }

  async #tick(): Promise<void> {
    // A worker that is killed answers nothing; the next tick is the one that counts.
    await unlessCut(this.#system.stack.tick());
  }
}

function newOrder(subjects: Order['subjects'], key?: string): Order {
  return { subjects, ...(key !== undefined && { key }), cancelled: [], isCancelUnclear: false };
}

function keyedOrder({ orders, spec }: ModelledTenant, index: number): Order {
  const key = keyOf(spec.keyed.length, index);
  return orders.find((order) => order.key === key) ?? newOrder(pick(spec.keyed, index), key);
}

function keyHeader({ key }: Order): Record<string, string> {
  return key === undefined ? {} : { 'idempotency-key': key };
}

function keyOf(keys: number, index: number): string {
  return `key-${index % keys}`;
}

function pick<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('a history has at least one tenant, with one table');
  return item;
}

/** Undefined when the caller learns nothing: the connection was cut, or the fault was ours. */
async function answered(call: Promise<HttpAnswer>): Promise<HttpAnswer | undefined> {
  const answer = await unlessCut(call);
  return answer === undefined || answer.status >= 500 ? undefined : answer;
}

export async function unlessCut<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    // Not by its class: what `fetch` throws is of another realm than jest's.
    if (/^(?:fetch failed|terminated)$/.test((error as Error).message)) return undefined;
    throw error;
  }
}
