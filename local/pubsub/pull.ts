/** Unary pull, and the acknowledgements of any pull. */

import { status } from '@grpc/grpc-js';
import type { Context, Handler } from './handlers.ts';
import { ACK_DEADLINE_SECONDS_MAX, PULL_MESSAGES_MAX, PULL_WAIT_MILLISECONDS } from './limits.ts';
import type { PullConsumer } from './pull-consumers.ts';
import { invalidArgument, outOfBounds, RpcError } from './rpc-error.ts';
import type { SubscriptionState } from './state.ts';
import { findSubscription } from './subscriber.ts';
import type { ReceivedMessage, Subscription } from './wire.ts';

interface PullRequest {
  subscription: string;
  returnImmediately: boolean;
  maxMessages: number;
}

/** Waits for a first message as the real service does, unless asked to return immediately. */
const pull: Handler = async (context, request: PullRequest, cancelled) => {
  const { publishing, consumers, delivery } = context;
  const { subscription } = findSubscription(publishing.state, request.subscription);
  checkPullable(subscription);
  if (request.maxMessages <= 0) throw invalidArgument('No max_messages specified');
  const wait = request.returnImmediately ? 0 : PULL_WAIT_MILLISECONDS;
  const expires = publishing.now() + wait;
  const receivedMessages = await new Promise<ReceivedMessage[]>((resolve, reject) => {
    const consumer: PullConsumer = {
      subscription: subscription.name,
      expires,
      capacity: () => Math.min(request.maxMessages, PULL_MESSAGES_MAX),
      ackDeadlineMilliseconds: () => subscription.ackDeadlineSeconds * 1000,
      receive: (messages) => {
        consumers.remove(consumer);
        resolve(messages);
      },
      end: (error) => {
        consumers.remove(consumer);
        if (error === undefined) resolve([]);
        else reject(error);
      },
    };
    cancelled.addEventListener('abort', () => consumer.end());
    consumers.add(consumer);
    delivery.wake();
  });
  return { receivedMessages };
};

const acknowledge: Handler = async (
  context,
  { subscription, ackIds }: { subscription: string; ackIds: string[] },
) => {
  const target = findSubscription(context.publishing.state, subscription);
  acknowledgeAll(context, target, ackIds);
  return {};
};

const modifyAckDeadline: Handler = async (
  context,
  request: { subscription: string; ackIds: string[]; ackDeadlineSeconds: number },
) => {
  const target = findSubscription(context.publishing.state, request.subscription);
  modifyDeadlines(context, target, request.ackIds, request.ackDeadlineSeconds);
  return {};
};

export const pullHandlers: Record<string, Handler> = {
  Pull: pull,
  Acknowledge: acknowledge,
  ModifyAckDeadline: modifyAckDeadline,
};

/** @throws RpcError FAILED_PRECONDITION when messages go elsewhere. */
export function checkPullable({ pushConfig, bigqueryConfig }: Subscription): void {
  if (pushConfig === null && bigqueryConfig === null) return;
  throw new RpcError(status.FAILED_PRECONDITION, 'This method is not supported for this subscription type.');
}

/** @throws RpcError INVALID_ARGUMENT when one of the ids cannot be an ack id; then none counts. */
export function acknowledgeAll({ delivery }: Context, target: SubscriptionState, ackIds: string[]): void {
  checkAckIds(ackIds);
  delivery.acknowledge(target, ackIds);
}

/** A deadline of 0 s is a nack. Ids whose lease has ended are passed over, as in the real service. */
export function modifyDeadlines(
  { delivery, publishing }: Context,
  target: SubscriptionState,
  ackIds: string[],
  deadlineSeconds: number,
): void {
  checkAckIds(ackIds);
  if (deadlineSeconds < 0 || deadlineSeconds > ACK_DEADLINE_SECONDS_MAX)
    throw outOfBounds('ack_deadline_seconds', `${deadlineSeconds}`, '0', `${ACK_DEADLINE_SECONDS_MAX}`);
  for (const ackId of ackIds) {
    if (deadlineSeconds === 0) delivery.fail(target, ackId);
    else target.backlog.extend(ackId, publishing.now() + deadlineSeconds * 1000);
  }
  delivery.wake();
}

function checkAckIds(ackIds: string[]): void {
  if (ackIds.length === 0) throw invalidArgument('No ack ids specified.');
  for (const ackId of ackIds)
    if (!/^\d+-\d+$/.test(ackId))
      throw invalidArgument(`You have passed an invalid ack ID to the service (ack_id=${ackId}).`);
}
