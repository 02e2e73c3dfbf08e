/**
 * Leases: `leases/{worker}/{location}/{shard}`, who works until when. A lease only saves work: two workers that both believe
 * they hold it do the same jobs under the same ids, and every write of theirs has a precondition.
 */
import type { Clock, ObjectStore } from '../ports.ts';

const LEASE_MILLISECONDS = 20_000;

interface LeaseDocument {
  holder: string;
  until: number;
}

/** The lease ran out and somebody else took it. */
export class LeaseLost extends Error {}

export class Lease {
  #generation: string;
  #until: number;
  #renewal: Promise<void> | undefined;
  readonly #name: string;
  readonly #holder: string;
  readonly #store: ObjectStore;
  readonly #clock: Clock;

  private constructor(
    store: ObjectStore,
    clock: Clock,
    name: string,
    holder: string,
    held: { generation: string; until: number },
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#name = name;
    this.#holder = holder;
    this.#generation = held.generation;
    this.#until = held.until;
  }

  /** @returns undefined when somebody else holds it: that costs this one read. */
  static async acquire(
    { store, clock }: { store: ObjectStore; clock: Clock },
    { worker, location, shard }: { worker: string; location: string; shard: number },
    holder: string,
  ): Promise<Lease | undefined> {
    const name = `leases/${worker}/${location}/${shard}`;
    const found = await store.read(name);
    const now = clock();
    const held = found && (JSON.parse(found.body) as LeaseDocument).until - now;
    // Longer than a lease: that worker's clock was wrong, and nobody waits for it.
    if (held !== undefined && held > 0 && held <= 2 * LEASE_MILLISECONDS) return undefined;
    const until = now + LEASE_MILLISECONDS;
    const body = JSON.stringify({ holder, until } satisfies LeaseDocument);
    const object = found
      ? await store.replace(name, body, found.object.generation)
      : await store.create(name, body);
    return object && new Lease(store, clock, name, holder, { generation: object.generation, until });
  }

  /**
   * Cheap to call often, and from many places at once: one of them writes when a third of the lease has gone, the others
   * wait for it. @throws LeaseLost
   */
  async keep(): Promise<void> {
    if (this.#until - this.#clock() > (LEASE_MILLISECONDS * 2) / 3) return;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  async #renew(): Promise<void> {
    const now = this.#clock();
    const until = now + LEASE_MILLISECONDS;
    const body = JSON.stringify({ holder: this.#holder, until } satisfies LeaseDocument);
    const object = await this.#store.replace(this.#name, body, this.#generation);
    if (object === undefined) throw new LeaseLost(this.#name);
    this.#generation = object.generation;
    this.#until = until;
  }

  async release(): Promise<void> {
    await this.#store.remove(this.#name, this.#generation);
  }
}
