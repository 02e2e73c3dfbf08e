/** Google's client, with short ways to do what the cases do all the time. */
import { randomUUID } from 'node:crypto';
import {
  type CreateSubscriptionOptions,
  PubSub,
  type Subscription,
  type Topic,
  v1,
} from '@google-cloud/pubsub';
import type { RunningBackend } from './backend.ts';

export interface Client {
  pubsub: PubSub;
  subscriber: v1.SubscriberClient;
  publisher: v1.PublisherClient;
  /** A topic nobody else uses. */
  topic(): Promise<Topic>;
  subscription(topic: Topic, options?: CreateSubscriptionOptions): Promise<Subscription>;
  /** What is there now, without waiting. */
  pull(subscription: Subscription, maxMessages?: number): Promise<Pulled[]>;
  /** Waits for a first message. */
  pullNext(subscription: Subscription): Promise<Pulled>;
  close(): Promise<void>;
}

interface Pulled {
  ackId: string;
  id: string;
  text: string;
  attributes: Record<string, string>;
  deliveryAttempt: number;
}

/** An id that is valid for topics and subscriptions. */
export const freshId = (kind: string) => `${kind}-${randomUUID()}`;

export function connect({ clientOptions }: RunningBackend): Client {
  const pubsub = new PubSub(clientOptions);
  // PubSub works out the endpoint and the credentials; the generated clients take them from there.
  const options = pubsub.options as ConstructorParameters<typeof v1.SubscriberClient>[0];
  const subscriber = new v1.SubscriberClient(options);
  const publisher = new v1.PublisherClient(options);
  const pull = async (subscription: Subscription, maxMessages: number, returnImmediately: boolean) => {
    const request = { subscription: subscription.name, maxMessages, returnImmediately };
    const [{ receivedMessages }] = await subscriber.pull(request);
    return (receivedMessages ?? []).map(({ ackId, message, deliveryAttempt }) => ({
      ackId: ackId ?? '',
      id: message?.messageId ?? '',
      text: Buffer.from(message?.data ?? '').toString(),
      attributes: message?.attributes ?? {},
      deliveryAttempt: deliveryAttempt ?? 0,
    }));
  };
  const pullNext = async (subscription: Subscription): Promise<Pulled> => {
    const [first] = await pull(subscription, 1, false);
    return first ?? pullNext(subscription);
  };
  return {
    pubsub,
    subscriber,
    publisher,
    topic: async () => (await pubsub.createTopic(freshId('topic')))[0],
    subscription: async (topic, settings = {}) =>
      (await topic.createSubscription(freshId('subscription'), settings))[0],
    pull: (subscription, maxMessages = 100) => pull(subscription, maxMessages, true),
    pullNext,
    close: async () => {
      await Promise.all([pubsub.close(), subscriber.close(), publisher.close()]);
    },
  };
}
