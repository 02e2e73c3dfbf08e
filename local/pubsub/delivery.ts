/**
 * Who gets what when. One pass looks at every subscription: ends leases that ran out, brings back messages whose
 * back-off is over, and hands out what can be handed out. A pass runs whenever something changed, and at the next
 * lease's end or back-off: by a timer where the clock is the wall's, by `wake` where a test moves the clock.
 */
import type { Clock } from '../clock.ts';
import type { Lease } from './backlog.ts';
import type { WriteRows } from './bigquery-rows.ts';
import { deliverToBigQuery } from './delivery-bigquery.ts';
import { deliverByPush } from './delivery-push.ts';
import { RETENTION_SECONDS_DEFAULT } from './limits.ts';
import { type Publishing, publish } from './publishing.ts';
import type { PullConsumers } from './pull-consumers.ts';
import type { PushTokens } from './push-token.ts';
import { backoffMilliseconds, isExhausted, toDeadLetter } from './redelivery.ts';
import type { SubscriptionState } from './state.ts';
import { durationToMilliseconds } from './wire.ts';

/** How long to wait with a dead-letter message when its topic is missing. */
const DEAD_LETTER_RETRY_MILLISECONDS = 1000;
/** setTimeout takes no more than this; the pass then finds nothing to do and sets it again. */
const TIMER_MILLISECONDS_MAX = 2 ** 31 - 1;

export interface DeliveryOptions {
  publishing: Publishing;
  consumers: PullConsumers;
  tokens: PushTokens;
  writeRows: WriteRows | undefined;
  now: Clock;
  /** Whether wall time drives the passes. */
  timers: boolean;
}

export class Delivery {
  readonly options: DeliveryOptions;
  readonly #tasks = new Set<Promise<void>>();
  /** Running deliveries by lease, to be aborted when the lease runs out. */
  readonly #running = new Map<Lease, AbortController>();
  readonly #idlers: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isPassDue = false;
  #isClosed = false;

  constructor(options: DeliveryOptions) {
    this.options = options;
  }

  /** Asks for a pass, soon. */
  wake(): void {
    if (this.#isPassDue || this.#isClosed) return;
    this.#isPassDue = true;
    setImmediate(() => this.#pass());
  }

  /** Resolves when no delivery is running and none could start before the clock moves. */
  idle(): Promise<void> {
    this.wake();
    return new Promise((resolve) => {
      this.#idlers.push(resolve);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const running of this.#running.values()) running.abort();
    await Promise.all(this.#tasks);
    for (const resolve of this.#idlers.splice(0)) resolve();
  }

  acknowledge({ subscription, backlog }: SubscriptionState, ackIds: string[]): void {
    const ids = ackIds.map((ackId) => backlog.acknowledge(ackId)).filter((id) => id !== undefined);
    if (ids.length > 0)
      this.options.publishing.journal.note({ kind: 'acknowledged', subscription: subscription.name, ids });
    this.wake();
  }

  /** A nack, or a deadline that passed. Without effect on leases that have ended. */
  fail(target: SubscriptionState, ackId: string): void {
    // After `close`, an aborted delivery says nothing about its endpoint.
    if (this.#isClosed) return;
    const { subscription, backlog } = target;
    const entry = backlog.fail(ackId);
    if (entry === undefined) return;
    if (isExhausted(subscription, entry.failures)) {
      this.#run(() => this.#bury(target, entry));
      return;
    }
    const notBefore = this.options.now() + backoffMilliseconds(subscription, entry.failures);
    backlog.delay(entry, notBefore);
    this.options.publishing.journal.note({
      kind: 'failed',
      subscription: subscription.name,
      id: entry.message.messageId,
      failures: entry.failures,
      notBefore,
    });
    this.wake();
  }

  /** Runs a delivery of one or more leased messages; the signal aborts when the first lease runs out. */
  start(leases: Lease[], deliver: (signal: AbortSignal) => Promise<void>): void {
    const controller = new AbortController();
    for (const lease of leases) this.#running.set(lease, controller);
    this.#run(async () => {
      try {
        await deliver(controller.signal);
      } finally {
        for (const lease of leases) this.#running.delete(lease);
      }
    });
  }

  #run(task: () => Promise<void>): void {
    const running = task().finally(() => {
      this.#tasks.delete(running);
      this.wake();
    });
    this.#tasks.add(running);
  }

  #pass(): void {
    this.#isPassDue = false;
    if (this.#isClosed) return;
    const { publishing, consumers, now } = this.options;
    let next = Number.POSITIVE_INFINITY;
    for (const target of publishing.state.subscriptions.values()) {
      this.#advance(target, now());
      const { pushConfig, bigqueryConfig } = target.subscription;
      if (bigqueryConfig !== null) deliverToBigQuery(this, target, bigqueryConfig);
      else if (pushConfig !== null) deliverByPush(this, target, pushConfig);
      else consumers.serve(target, now());
      next = Math.min(next, target.backlog.nextChange);
    }
    next = Math.min(next, consumers.expire(publishing.state, now()));
    this.#setTimer(next);
    if (this.#tasks.size === 0 && !this.#isPassDue) for (const resolve of this.#idlers.splice(0)) resolve();
  }

  #advance(target: SubscriptionState, now: number): void {
    const { subscription, backlog } = target;
    const retention = subscription.messageRetentionDuration;
    const kept = retention ? durationToMilliseconds(retention) : RETENTION_SECONDS_DEFAULT * 1000;
    const ids = backlog.expire(now - kept);
    if (ids.length > 0)
      this.options.publishing.journal.note({ kind: 'acknowledged', subscription: subscription.name, ids });
    for (const lease of backlog.advance(now)) {
      this.#running.get(lease)?.abort();
      this.fail(target, lease.ackId);
    }
    // A message without back-off goes straight back into the line.
    backlog.advance(now);
  }

  #setTimer(next: number): void {
    clearTimeout(this.#timer);
    if (!this.options.timers || next === Number.POSITIVE_INFINITY) return;
    const milliseconds = Math.min(Math.max(next - this.options.now(), 1), TIMER_MILLISECONDS_MAX);
    this.#timer = setTimeout(() => this.wake(), milliseconds);
    this.#timer.unref();
  }

  /** Forwards to the dead-letter topic, and only then lets go of the message. */
  async #bury({ subscription, backlog }: SubscriptionState, entry: Lease['entry']): Promise<void> {
    const { publishing, now } = this.options;
    const topic = subscription.deadLetterPolicy?.deadLetterTopic ?? '';
    if (!publishing.state.topics.has(topic)) {
      backlog.delay(entry, now() + DEAD_LETTER_RETRY_MILLISECONDS);
      return;
    }
    await publish(publishing, topic, [toDeadLetter(subscription, entry.message, entry.failures)]);
    const { messageId } = entry.message;
    backlog.remove(messageId);
    publishing.journal.note({ kind: 'acknowledged', subscription: subscription.name, ids: [messageId] });
  }
}
