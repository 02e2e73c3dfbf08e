/** Everything the service knows, changed only by records: live after they are durable, and again at a restart. */
import { Backlog } from './backlog.ts';
import { type Filter, parseFilter } from './filter.ts';
import { DELETED_TOPIC } from './names.ts';
import type { StoredMessage, Subscription, Topic } from './wire.ts';

/** One message as written down: data as base64, and the subscriptions that have not acknowledged it. */
interface WrittenMessage {
  id: string;
  at: number;
  data: string;
  attributes: Record<string, string>;
  orderingKey: string;
  subscriptions: string[];
}

export type StateRecord =
  | { kind: 'topic'; topic: Topic }
  | { kind: 'topicDeleted'; name: string }
  | { kind: 'subscription'; subscription: Subscription }
  | { kind: 'subscriptionDeleted'; name: string }
  | { kind: 'published'; messages: WrittenMessage[] }
  | { kind: 'acknowledged'; subscription: string; ids: string[] }
  | { kind: 'failed'; subscription: string; id: string; failures: number; notBefore: number }
  | { kind: 'lastMessageId'; id: number };

export interface SubscriptionState {
  subscription: Subscription;
  readonly passes: Filter;
  readonly backlog: Backlog;
}

export class State {
  readonly topics = new Map<string, Topic>();
  readonly subscriptions = new Map<string, SubscriptionState>();
  lastMessageId = 0;

  /** Idempotent where the journal may repeat a fact that a snapshot already holds. */
  apply(record: StateRecord): void {
    switch (record.kind) {
      case 'topic':
        this.topics.set(record.topic.name, record.topic);
        break;
      case 'topicDeleted':
        this.#deleteTopic(record.name);
        break;
      case 'subscription':
        this.#putSubscription(record.subscription);
        break;
      case 'subscriptionDeleted':
        this.subscriptions.delete(record.name);
        break;
      case 'published':
        for (const message of record.messages) this.#publish(message);
        break;
      case 'acknowledged':
        for (const id of record.ids) this.subscriptions.get(record.subscription)?.backlog.remove(id);
        break;
      case 'failed':
        this.subscriptions
          .get(record.subscription)
          ?.backlog.restore(record.id, record.failures, record.notBefore);
        break;
      case 'lastMessageId':
        this.lastMessageId = Math.max(this.lastMessageId, record.id);
        break;
    }
  }

  /** What a fresh journal must hold to arrive at this state. */
  *snapshot(): Iterable<StateRecord> {
    yield { kind: 'lastMessageId', id: this.lastMessageId };
    for (const topic of this.topics.values()) yield { kind: 'topic', topic };
    const holders = new Map<StoredMessage, string[]>();
    for (const [name, { subscription, backlog }] of this.subscriptions) {
      yield { kind: 'subscription', subscription };
      for (const { message } of backlog.entries()) {
        const names = holders.get(message);
        if (names === undefined) holders.set(message, [name]);
        else names.push(name);
      }
    }
    const inOrder = [...holders].sort(([a], [b]) => Number(a.messageId) - Number(b.messageId));
    for (const [message, names] of inOrder) yield { kind: 'published', messages: [written(message, names)] };
    for (const [name, { backlog }] of this.subscriptions)
      for (const { message, failures, notBefore } of backlog.entries())
        if (failures > 0)
          yield { kind: 'failed', subscription: name, id: message.messageId, failures, notBefore };
  }

  #deleteTopic(name: string): void {
    this.topics.delete(name);
    for (const entry of this.subscriptions.values())
      if (entry.subscription.topic === name)
        entry.subscription = { ...entry.subscription, topic: DELETED_TOPIC };
  }

  #putSubscription(subscription: Subscription): void {
    const known = this.subscriptions.get(subscription.name);
    if (known !== undefined) known.subscription = subscription;
    else
      this.subscriptions.set(subscription.name, {
        subscription,
        passes: parseFilter(subscription.filter),
        backlog: new Backlog(),
      });
  }

  #publish({ id, at, data, attributes, orderingKey, subscriptions }: WrittenMessage): void {
    this.lastMessageId = Math.max(this.lastMessageId, Number(id));
    const message: StoredMessage = {
      messageId: id,
      publishMilliseconds: at,
      data: Buffer.from(data, 'base64'),
      attributes,
      orderingKey,
    };
    for (const name of subscriptions) this.subscriptions.get(name)?.backlog.add(message);
  }
}

/** The form of a message in the journal. */
export function written(message: StoredMessage, subscriptions: string[]): WrittenMessage {
  return {
    id: message.messageId,
    at: message.publishMilliseconds,
    data: message.data.toString('base64'),
    attributes: message.attributes,
    orderingKey: message.orderingKey,
    subscriptions,
  };
}
