/**
 * The unacknowledged messages of one subscription.
 *
 *     waiting --lease--> leased --acknowledge--> gone
 *        ^                  |
 *        |                  +--nack, or the lease ran out--> delayed (back-off) --due--> waiting
 *        |                  |                                   or, at the last attempt, exhausted (dead letter)
 *        +------------------+
 *
 * Pure bookkeeping: it is told the time, starts nothing and writes nothing.
 */
import type { StoredMessage } from './wire.ts';

export interface Entry {
  readonly message: StoredMessage;
  /** Deliveries that ended in a nack or in silence. */
  failures: number;
  /** Not delivered again before this time. */
  notBefore: number;
  lease?: Lease | undefined;
}

export interface Lease {
  readonly ackId: string;
  readonly entry: Entry;
  expires: number;
}

/** Lease ids must differ between two runs on the same folder only in that old ones still name their message. */
const messageIdOf = (ackId: string) => ackId.slice(0, ackId.indexOf('-'));

export class Backlog {
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Map<string, Entry>();
  readonly #delayed = new Map<string, Entry>();
  readonly #leases = new Map<string, Lease>();
  #leaseCount = 0;
  /** Before this time, time alone changes nothing: no later than the first lease's end and the first back-off's. */
  #nextChange = Number.POSITIVE_INFINITY;

  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  add(message: StoredMessage, failures = 0, notBefore = 0): void {
    if (this.#entries.has(message.messageId)) return;
    const entry: Entry = { message, failures, notBefore };
    this.#entries.set(message.messageId, entry);
    if (notBefore > 0) this.delay(entry, notBefore);
    else this.#waiting.set(message.messageId, entry);
  }

  /** Hands out up to `count` messages whose turn it is, until `expires`. */
  lease(count: number, expires: number): Lease[] {
    const leases: Lease[] = [];
    for (const entry of this.#waiting.values()) {
      if (leases.length >= count) break;
      this.#leaseCount += 1;
      const lease = { ackId: `${entry.message.messageId}-${this.#leaseCount}`, entry, expires };
      this.#waiting.delete(entry.message.messageId);
      this.#leases.set(lease.ackId, lease);
      entry.lease = lease;
      leases.push(lease);
    }
    if (leases.length > 0) this.#nextChange = Math.min(this.#nextChange, expires);
    return leases;
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  isLeased(ackId: string): boolean {
    return this.#leases.has(ackId);
  }

  get leasedCount(): number {
    return this.#leases.size;
  }

  /** @returns false when the lease has ended, which leaves things as they are. */
  extend(ackId: string, expires: number): boolean {
    const lease = this.#leases.get(ackId);
    if (lease === undefined) return false;
    lease.expires = expires;
    this.#nextChange = Math.min(this.#nextChange, expires);
    return true;
  }

  /**
   * A late acknowledgement counts too, as it may in the real service.
   * @returns the id of the message that is now gone, undefined if it was gone before
   */
  acknowledge(ackId: string): string | undefined {
    const messageId = messageIdOf(ackId);
    return this.remove(messageId) ? messageId : undefined;
  }

  remove(messageId: string): boolean {
    const lease = this.#entries.get(messageId)?.lease;
    if (lease !== undefined) this.#leases.delete(lease.ackId);
    this.#waiting.delete(messageId);
    this.#delayed.delete(messageId);
    return this.#entries.delete(messageId);
  }

  /** Ends a lease as failed. The caller then decides between `delay` and the dead-letter topic. */
  fail(ackId: string): Entry | undefined {
    const lease = this.#leases.get(ackId);
    if (lease === undefined) return undefined;
    this.#leases.delete(ackId);
    lease.entry.lease = undefined;
    lease.entry.failures += 1;
    return lease.entry;
  }

  delay(entry: Entry, notBefore: number): void {
    entry.notBefore = notBefore;
    this.#delayed.set(entry.message.messageId, entry);
    this.#nextChange = Math.min(this.#nextChange, notBefore);
  }

  /** Remembers what an earlier run knew of a message. */
  restore(messageId: string, failures: number, notBefore: number): void {
    const entry = this.#entries.get(messageId);
    if (entry === undefined) return;
    entry.failures = failures;
    this.#waiting.delete(messageId);
    this.delay(entry, notBefore);
  }

  /**
   * Lets time pass: messages whose back-off is over return to the line.
   * @returns the leases that have run out; the caller fails them
   */
  advance(now: number): Lease[] {
    if (now < this.#nextChange) return [];
    let next = Number.POSITIVE_INFINITY;
    for (const [id, entry] of this.#delayed) {
      if (entry.notBefore > now) {
        next = Math.min(next, entry.notBefore);
        continue;
      }
      this.#delayed.delete(id);
      this.#waiting.set(id, entry);
    }
    const expired: Lease[] = [];
    for (const lease of this.#leases.values()) {
      if (lease.expires <= now) expired.push(lease);
      else next = Math.min(next, lease.expires);
    }
    this.#nextChange = next;
    return expired;
  }

  /** Forgets messages published before this time. Messages are in order of publication. */
  expire(before: number): string[] {
    const expired: string[] = [];
    for (const [id, { message }] of this.#entries) {
      if (message.publishMilliseconds >= before) break;
      expired.push(id);
    }
    for (const id of expired) this.remove(id);
    return expired;
  }

  /** When to call `advance` again; possibly too early, never too late. */
  get nextChange(): number {
    return this.#nextChange;
  }
}
