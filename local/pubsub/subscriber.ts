/** google.pubsub.v1.Subscriber: the subscriptions themselves. Pulling is in pull.ts and streaming-pull.ts. */
import { applyMask, type FieldMask } from './field-mask.ts';
import type { Handler } from './handlers.ts';
import { checkName, checkProject } from './names.ts';
import { type PageRequest, page } from './paging.ts';
import { findTopic } from './publisher.ts';
import { alreadyExists, notFound, unimplemented } from './rpc-error.ts';
import type { State, SubscriptionState } from './state.ts';
import { checkPush, checkSubscription } from './subscription-checks.ts';
import type { PushConfig, Subscription } from './wire.ts';

/** https://cloud.google.com/pubsub/docs/reference/rpc/google.pubsub.v1#updatesubscriptionrequest */
const CHANGEABLE = [
  'pushConfig',
  'bigqueryConfig',
  'ackDeadlineSeconds',
  'messageRetentionDuration',
  'labels',
  'expirationPolicy',
  'deadLetterPolicy',
  'retryPolicy',
  'retainAckedMessages',
  'enableExactlyOnceDelivery',
];

const createSubscription: Handler = (
  { publishing: { state, journal }, delivery, inTurn },
  wanted: Subscription,
) =>
  inTurn(async () => {
    checkName('subscriptions', 'name', wanted.name);
    findTopic(state, wanted.topic);
    if (state.subscriptions.has(wanted.name)) throw alreadyExists(wanted.name);
    const subscription = checkSubscription(wanted, state, delivery.options.writeRows !== undefined);
    await journal.commit({ kind: 'subscription', subscription });
    return toAnswer(subscription);
  });

const updateSubscription: Handler = (
  { publishing: { state, journal }, delivery, inTurn },
  { subscription, updateMask }: { subscription: Subscription; updateMask: FieldMask | null },
) =>
  inTurn(async () => {
    const known = findSubscription(state, subscription.name).subscription;
    const wanted = applyMask(known, subscription, updateMask, CHANGEABLE);
    const updated = checkSubscription(wanted, state, delivery.options.writeRows !== undefined);
    await journal.commit({ kind: 'subscription', subscription: updated });
    delivery.wake();
    return toAnswer(updated);
  });

const modifyPushConfig: Handler = (
  { publishing: { state, journal }, delivery, inTurn },
  { subscription, pushConfig }: { subscription: string; pushConfig: PushConfig | null },
) =>
  inTurn(async () => {
    const known = findSubscription(state, subscription).subscription;
    const updated = { ...known, pushConfig: checkPush(pushConfig) };
    await journal.commit({ kind: 'subscription', subscription: updated });
    delivery.wake();
    return {};
  });

const getSubscription: Handler = async (
  { publishing: { state } },
  { subscription }: { subscription: string },
) => toAnswer(findSubscription(state, subscription).subscription);

const listSubscriptions: Handler = async (
  { publishing: { state } },
  request: PageRequest & { project: string },
) => {
  const prefix = `${checkProject(request.project)}/subscriptions/`;
  const names = [...state.subscriptions.keys()].filter((name) => name.startsWith(prefix));
  const { items, nextPageToken } = page(names, request);
  return {
    subscriptions: items.map((name) => toAnswer(findSubscription(state, name).subscription)),
    nextPageToken,
  };
};

const deleteSubscription: Handler = (
  { publishing: { state, journal }, delivery, inTurn },
  { subscription }: { subscription: string },
) =>
  inTurn(async () => {
    const { name } = findSubscription(state, subscription).subscription;
    await journal.commit({ kind: 'subscriptionDeleted', name });
    delivery.wake();
    return {};
  });

const seek: Handler = async () => {
  throw unimplemented('Seek');
};

export const subscriberHandlers: Record<string, Handler> = {
  CreateSubscription: createSubscription,
  UpdateSubscription: updateSubscription,
  ModifyPushConfig: modifyPushConfig,
  GetSubscription: getSubscription,
  ListSubscriptions: listSubscriptions,
  DeleteSubscription: deleteSubscription,
  Seek: seek,
};

/** @throws RpcError INVALID_ARGUMENT for a name that is none, NOT_FOUND for a subscription that is not there. */
export function findSubscription(state: State, name: string): SubscriptionState {
  const found = state.subscriptions.get(checkName('subscriptions', 'subscription', name));
  if (found === undefined) throw notFound(name);
  return found;
}

/** The service shows an empty push config where there is none. */
function toAnswer(subscription: Subscription): Subscription {
  return { ...subscription, pushConfig: subscription.pushConfig ?? { pushEndpoint: '', attributes: {} } };
}
