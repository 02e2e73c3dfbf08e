/** When a message that was not acknowledged comes again. */
import {
  MAXIMUM_BACKOFF_SECONDS_DEFAULT,
  MINIMUM_BACKOFF_SECONDS_DEFAULT,
  PUSH_BACKOFF_MILLISECONDS,
} from './limits.ts';
import { idOf, projectOf } from './names.ts';
import { durationToMilliseconds, type StoredMessage, type Subscription } from './wire.ts';

/**
 * https://cloud.google.com/pubsub/docs/handling-failures#exponential_backoff. Google's back-off also has jitter;
 * without it, tests can say when.
 * @param failures at least 1
 */
export function backoffMilliseconds(subscription: Subscription, failures: number): number {
  const { retryPolicy, pushConfig, bigqueryConfig } = subscription;
  if (retryPolicy === null) {
    const isPulled = pushConfig === null && bigqueryConfig === null;
    return isPulled ? 0 : PUSH_BACKOFF_MILLISECONDS;
  }
  const { minimumBackoff, maximumBackoff } = retryPolicy;
  const least = minimumBackoff
    ? durationToMilliseconds(minimumBackoff)
    : MINIMUM_BACKOFF_SECONDS_DEFAULT * 1000;
  const most = maximumBackoff
    ? durationToMilliseconds(maximumBackoff)
    : MAXIMUM_BACKOFF_SECONDS_DEFAULT * 1000;
  return Math.min(least * 2 ** (failures - 1), most);
}

export function isExhausted({ deadLetterPolicy }: Subscription, failures: number): boolean {
  return deadLetterPolicy !== null && failures >= deadLetterPolicy.maxDeliveryAttempts;
}

/** https://cloud.google.com/pubsub/docs/handling-failures#how_dead_letter_topics_work */
export function toDeadLetter(subscription: Subscription, message: StoredMessage, failures: number) {
  return {
    data: message.data,
    orderingKey: message.orderingKey,
    attributes: {
      ...message.attributes,
      CloudPubSubDeadLetterSourceDeliveryCount: String(failures),
      CloudPubSubDeadLetterSourceSubscription: idOf(subscription.name),
      CloudPubSubDeadLetterSourceSubscriptionProject: projectOf(subscription.name),
      CloudPubSubDeadLetterSourceTopicPublishTime: new Date(message.publishMilliseconds).toISOString(),
    },
  };
}
