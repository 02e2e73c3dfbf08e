/** Accepting messages: one durable record per request, naming the subscriptions each message goes to. */
import type { Clock } from '../clock.ts';
import { DroppedConnection, type Faults } from '../faults.ts';
import type { Journal } from './journal.ts';
import { idOf } from './names.ts';
import { type State, type StateRecord, type SubscriptionState, written } from './state.ts';
import type { PublishedMessage } from './wire.ts';

export interface Publishing {
  state: State;
  journal: Journal<StateRecord>;
  faults: Faults;
  now: Clock;
  /** Called when there may be something to deliver. */
  wake(): void;
}

/**
 * Resolves once the messages are durable.
 * @returns their ids, in the order of the messages
 */
export async function publish(
  { state, journal, faults, now, wake }: Publishing,
  topic: string,
  messages: PublishedMessage[],
): Promise<string[]> {
  const subscribers = [...state.subscriptions.values()].filter((one) => one.subscription.topic === topic);
  const records = [];
  for (const message of messages) {
    // Taken before anything is awaited: two publishers must not get the same id.
    state.lastMessageId += 1;
    const stored = { ...message, messageId: String(state.lastMessageId), publishMilliseconds: now() };
    const receivers: string[] = [];
    for (const subscriber of subscribers) {
      if (!subscriber.passes(message.attributes)) continue;
      if (await reaches(subscriber, faults)) receivers.push(subscriber.subscription.name);
    }
    records.push(written(stored, receivers));
  }
  await journal.commit({ kind: 'published', messages: records });
  wake();
  return records.map(({ id }) => id);
}

/** The rule `{operation: 'pubsub.deliver', action: {kind: 'drop'}}` loses the message for this subscription for good. */
async function reaches({ subscription }: SubscriptionState, faults: Faults): Promise<boolean> {
  try {
    await faults.around('pubsub.deliver', idOf(subscription.name), async () => {});
    return true;
  } catch (error) {
    if (error instanceof DroppedConnection) return false;
    throw error;
  }
}
