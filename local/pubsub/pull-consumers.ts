/** Everyone who waits for messages of a pull subscription: unary pulls and open streams, served in turn. */
import type { Lease } from './backlog.ts';
import { notFound, type RpcError } from './rpc-error.ts';
import type { State, SubscriptionState } from './state.ts';
import { type ReceivedMessage, toTimestamp } from './wire.ts';

export interface PullConsumer {
  readonly subscription: string;
  /** How many more messages it takes now. */
  capacity(): number;
  /** Its lease on what it gets. */
  ackDeadlineMilliseconds(): number;
  receive(messages: ReceivedMessage[]): void;
  /** When it gives up waiting; infinite for streams. */
  readonly expires: number;
  /** Ends it: without an error when its time is over. */
  end(error?: RpcError): void;
}

export class PullConsumers {
  readonly #consumers = new Set<PullConsumer>();

  add(consumer: PullConsumer): void {
    this.#consumers.add(consumer);
  }

  remove(consumer: PullConsumer): void {
    this.#consumers.delete(consumer);
  }

  /** Hands waiting messages to whoever has room; a consumer that was served goes to the end of the line. */
  serve(target: SubscriptionState, now: number): void {
    for (const consumer of [...this.#consumers]) {
      if (!target.backlog.hasWaiting) return;
      if (consumer.subscription !== target.subscription.name) continue;
      const count = consumer.capacity();
      if (count <= 0) continue;
      const leases = target.backlog.lease(count, now + consumer.ackDeadlineMilliseconds());
      if (this.#consumers.delete(consumer)) this.#consumers.add(consumer);
      consumer.receive(leases.map((lease) => toReceived(target, lease)));
    }
  }

  /**
   * Ends those whose time is over or whose subscription is gone.
   * @returns when the next one's time is over
   */
  expire(state: State, now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const consumer of [...this.#consumers]) {
      const target = state.subscriptions.get(consumer.subscription);
      if (target === undefined) consumer.end(notFound(consumer.subscription));
      else if (consumer.expires <= now) consumer.end();
      else next = Math.min(next, consumer.expires);
    }
    return next;
  }
}

/** `deliveryAttempt` is 0 where the subscription has no dead-letter policy. */
function toReceived({ subscription }: SubscriptionState, { ackId, entry }: Lease): ReceivedMessage {
  const { data, attributes, orderingKey, messageId, publishMilliseconds } = entry.message;
  return {
    ackId,
    message: { data, attributes, orderingKey, messageId, publishTime: toTimestamp(publishMilliseconds) },
    deliveryAttempt: subscription.deadLetterPolicy === null ? 0 : entry.failures + 1,
  };
}
