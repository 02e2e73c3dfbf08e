/**
 * One pass over a location: everything that is open and due is worked off, shard by shard, each under its lease.
 * Level-triggered: what there is to do is read from the store, never from the message that woke the worker.
 */
import { randomUUID } from 'node:crypto';
import { startsAt } from '../domain/cadence.ts';
import { isDue, isTerminal, type RequestState } from '../domain/request-state.ts';
import { shardOf } from '../domain/shard.ts';
import { log } from '../log.ts';
import { closeRequest } from '../requests/close.ts';
import { wake } from '../requests/wake.ts';
import { warnOfDeadline } from '../requests/warn-of-deadline.ts';
import type { Services } from '../services.ts';
import { dueEntries, type StandingEntry } from '../store/agenda.ts';
import { Lease, LeaseLost } from '../store/leases.ts';
import { ManifestFile, Superseded } from '../store/manifests.ts';
import { listOpen, type OpenMarker, type RequestKey, readState, removeMarker } from '../store/requests.ts';
import { mapConcurrently } from './concurrently.ts';
import type { WakeUp } from './push.ts';
import { sweepMarker } from './sweep-marker.ts';
import type { Worker } from './worker.ts';

export interface PassOptions {
  worker: Worker;
  location: string;
  /** Milliseconds since the epoch: no new work is taken up after it. */
  deadline: number;
  wakeUp: WakeUp | undefined;
}

/** How many requests' states are read at a time. */
const READS_AT_ONCE = 32;

interface OpenRequest {
  marker: OpenMarker;
  state: RequestState;
}

export class Pass {
  readonly #services: Services;
  readonly #options: PassOptions;
  readonly #holder = randomUUID();
  /** Of ticks: what is due today. */
  #agenda: StandingEntry[] = [];

  constructor(services: Services, options: PassOptions) {
    this.#services = services;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { location, wakeUp } = this.#options;
    // A wake-up concerns one shard, and when that is being worked on it costs this one read.
    const first = wakeUp && [shardOf(wakeUp.tenant, this.#services.config.shards)];
    this.#agenda = wakeUp ? [] : await dueEntries(this.#services.store, location, this.#services.clock());
    let shards = first ?? (await this.#shardsToWork());
    while (shards.length > 0) {
      const worked = await mapConcurrently(shards, 4, (shard) => this.#workShard(shard));
      // Once more after letting go: who was turned away by the lease meanwhile relies on it.
      const again = shards.filter((_, index) => worked[index] === 'worked');
      if (again.length === 0 || this.#isOver()) return;
      const open = await this.#shardsWithWork();
      shards = again.filter((shard) => open.has(shard));
    }
    log('DEBUG', 'nothing is left to do', { location });
  }

  async #workShard(shard: number): Promise<'worked' | 'busy'> {
    const { location } = this.#options;
    const { name } = this.#options.worker;
    const lease = await Lease.acquire(this.#services, { worker: name, location, shard }, this.#holder);
    if (lease === undefined) return 'busy';
    let isSuperseded = false;
    try {
      await this.#workUnderLease(shard, lease);
    } catch (error) {
      if (!(error instanceof Superseded) && !(error instanceof LeaseLost)) throw error;
      // Another worker goes on with exactly this; the jobs it finds running are ours, and it adopts them.
      log('NOTICE', 'another worker has taken over', { location, shard });
      isSuperseded = true;
    } finally {
      await lease.release();
    }
    // Only now: a successor that came before would have found the lease taken, and gone again. So did the one that a retry,
    // which is no worker, has woken.
    if (isSuperseded || this.#isOver()) await this.#wakeSuccessor(shard);
    return isSuperseded ? 'busy' : 'worked';
  }

  async #workUnderLease(shard: number, lease: Lease): Promise<void> {
    const { worker, location, deadline, wakeUp } = this.#options;
    const context = { services: this.#services, location, deadline, keepAlive: () => lease.keep() };
    const open = await this.#open(shard);
    const failures: unknown[] = [];
    for (const request of open) {
      try {
        await this.#attend(request);
      } catch (error) {
        // One that cannot be closed must not hold up the others; it fails the pass at the end.
        log('ERROR', 'a request could not be closed', { request: request.marker.id, location }, error);
        failures.push(error);
      }
    }
    for (const batch of batchesOf(open, location)) {
      try {
        const { store, clock } = this.#services;
        await worker.runBatch(context, await ManifestFile.open(store, clock, location, batch));
      } catch (error) {
        if (error instanceof Superseded || error instanceof LeaseLost) throw error;
        // One broken batch must not hold up the others; it fails the pass at the end, so that it is tried again.
        log('ERROR', 'a batch failed', { batch, location }, error);
        failures.push(error);
      }
    }
    if (!this.#isOver()) {
      const formed = await worker.formBatch(context, shard, await this.#admitted(open), wakeUp);
      if (formed !== undefined) await worker.runBatch(context, formed);
    }
    const errands = this.#agenda.filter(({ tenant }) => this.#shardOf(tenant) === shard);
    this.#agenda = this.#agenda.filter((entry) => !errands.includes(entry));
    if (errands.length > 0 && !this.#isOver()) await worker.runAgenda?.(context, shard, errands);
    if (failures.length > 0) throw failures[0];
  }

  /** Closes what has reached its end, and warns of what may not reach it in time. */
  async #attend({ marker, state }: OpenRequest): Promise<void> {
    if (!isTerminal(state)) return warnOfDeadline(this.#services, marker, state);
    await closeRequest(this.#services, marker);
    // One of a location that is not the request's any more would stand for ever.
    await removeMarker(this.#services.store, marker);
  }

  /** Open requests of the shard; markers that stand for nothing are swept on the way. */
  async #open(shard: number): Promise<OpenRequest[]> {
    const markers = (await this.#markers()).filter(({ tenant }) => this.#shardOf(tenant) === shard);
    const found = await mapConcurrently(markers, READS_AT_ONCE, async (marker) => {
      const state = await readState(this.#services.store, marker);
      if (state === undefined) await sweepMarker(this.#services, marker);
      return state && { marker, state };
    });
    return found.filter((request) => request !== undefined);
  }

  async #markers(): Promise<OpenMarker[]> {
    const { location, worker } = this.#options;
    const all = await Array.fromAsync(listOpen(this.#services.store, location));
    return all.filter((marker) => marker.worker === worker.name);
  }

  async #shardsToWork(): Promise<number[]> {
    const errands = this.#options.worker.runAgenda ? this.#agenda : [];
    return [
      ...new Set([
        ...(await this.#shardsWithMarkers()),
        ...errands.map(({ tenant }) => this.#shardOf(tenant)),
      ]),
    ];
  }

  async #shardsWithMarkers(): Promise<number[]> {
    return [...new Set((await this.#markers()).map(({ tenant }) => this.#shardOf(tenant)))];
  }

  /** Shards in which a request waits that a batch could claim: what came in while the lease was held. */
  async #shardsWithWork(): Promise<Set<number>> {
    const shards = await this.#shardsWithMarkers();
    const admitted = await mapConcurrently(shards, 4, async (shard) =>
      this.#admitted(await this.#open(shard)),
    );
    return new Set(shards.filter((_, index) => (admitted[index]?.length ?? 0) > 0));
  }

  async #admitted(open: readonly OpenRequest[]): Promise<RequestKey[]> {
    const { worker, location } = this.#options;
    // A batch looks at the first of them only, and those must be the oldest.
    const due = open
      .filter(({ state }) => this.#isDue(state))
      .toSorted((a, b) => (acceptedAt(a) < acceptedAt(b) ? -1 : 1))
      .map(({ marker }) => marker);
    return due.length === 0 ? [] : worker.admit(this.#services, location, due);
  }

  /** Due, and the time of the location's batches has come. */
  #isDue(state: RequestState): boolean {
    const { location } = this.#options;
    const { clock, config } = this.#services;
    const starts = startsAt(state.notBefore, config.cadences[location] ?? { kind: 'at_once' });
    return isDue(state, location, clock()) && starts <= clock();
  }

  #shardOf(tenant: string): number {
    return shardOf(tenant, this.#services.config.shards);
  }

  #isOver(): boolean {
    return this.#services.clock() >= this.#options.deadline;
  }

  async #wakeSuccessor(shard: number): Promise<void> {
    const next = (await this.#open(shard)).find(({ state }) => !isTerminal(state))?.marker;
    if (next !== undefined)
      await wake(this.#services.publisher, this.#options.worker.name, next, [this.#options.location]);
  }
}

function batchesOf(open: readonly OpenRequest[], location: string): string[] {
  const batches = open.flatMap(({ state }) => (isTerminal(state) ? [] : (state.batches[location] ?? [])));
  return [...new Set(batches)];
}

function acceptedAt({ state }: OpenRequest): string {
  return state.history[0]?.at ?? '';
}
