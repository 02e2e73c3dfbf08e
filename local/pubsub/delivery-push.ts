/** Push subscriptions: every waiting message is posted at once, up to a bound. There is no slow start. */
import { DroppedConnection, InjectedFailure } from '../faults.ts';
import type { Lease } from './backlog.ts';
import type { Delivery } from './delivery.ts';
import { PUSH_OUTSTANDING_MAX } from './limits.ts';
import { idOf } from './names.ts';
import { push } from './push.ts';
import type { SubscriptionState } from './state.ts';
import type { PushConfig } from './wire.ts';

/** Starts as many pushes as the bound allows. */
export function deliverByPush(delivery: Delivery, target: SubscriptionState, config: PushConfig): void {
  const { subscription, backlog } = target;
  const room = PUSH_OUTSTANDING_MAX - backlog.leasedCount;
  const deadline = delivery.options.now() + subscription.ackDeadlineSeconds * 1000;
  for (const lease of backlog.lease(room, deadline))
    delivery.start([lease], async (signal) => {
      if (await isAcknowledged(delivery, target, config, lease, signal))
        delivery.acknowledge(target, [lease.ackId]);
      else delivery.fail(target, lease.ackId);
    });
}

async function isAcknowledged(
  { options: { publishing, tokens } }: Delivery,
  { subscription }: SubscriptionState,
  config: PushConfig,
  { entry }: Lease,
  signal: AbortSignal,
): Promise<boolean> {
  const attempt = entry.failures + 1;
  try {
    return await publishing.faults.around('pubsub.push', idOf(subscription.name), () =>
      push(subscription, config, entry.message, attempt, tokens, signal),
    );
  } catch (error) {
    // A push that an injected fault struck is one that was not acknowledged.
    if (error instanceof DroppedConnection || error instanceof InjectedFailure) return false;
    throw error;
  }
}
