/** One push request: https://cloud.google.com/pubsub/docs/push#receive_push */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { PushTokens } from './push-token.ts';
import type { PushConfig, StoredMessage, Subscription } from './wire.ts';

/** https://cloud.google.com/pubsub/docs/push#receive_push: any other answer is a negative acknowledgement. */
const ACKNOWLEDGING = new Set([102, 200, 201, 202, 204]);

/**
 * @param attempt how many times this message has been pushed, this time included
 * @param signal aborts at the ack deadline
 * @returns whether the endpoint acknowledged
 */
export function push(
  subscription: Subscription,
  config: PushConfig,
  message: StoredMessage,
  attempt: number,
  tokens: PushTokens,
  signal: AbortSignal,
): Promise<boolean> {
  const body = Buffer.from(JSON.stringify(toPushBody(subscription, message, attempt)));
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'user-agent': 'CloudPubSub-Google',
  };
  if (config.oidcToken) {
    const { serviceAccountEmail, audience } = config.oidcToken;
    headers['authorization'] = `Bearer ${tokens.issue(serviceAccountEmail, audience || config.pushEndpoint)}`;
  }
  const request = config.pushEndpoint.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const call = request(config.pushEndpoint, { method: 'POST', headers, signal });
    call.on('information', ({ statusCode }) => {
      if (statusCode !== 102) return;
      resolve(true);
      call.destroy();
    });
    call.on('response', (response) => {
      response.on('error', () => resolve(false));
      // An answer counts when it is complete: an endpoint that dies halfway has not acknowledged.
      response.on('end', () => resolve(ACKNOWLEDGING.has(response.statusCode ?? 0)));
      response.on('close', () => resolve(false));
      response.resume();
    });
    call.on('error', () => resolve(false));
    call.end(body);
  });
}

/** The wrapped body; empty fields are left out, as in any JSON made from a protocol buffer. */
function toPushBody(subscription: Subscription, message: StoredMessage, attempt: number) {
  const publishTime = new Date(message.publishMilliseconds).toISOString();
  return {
    ...(subscription.deadLetterPolicy === null ? {} : { deliveryAttempt: attempt }),
    message: {
      ...(Object.keys(message.attributes).length === 0 ? {} : { attributes: message.attributes }),
      ...(message.data.length === 0 ? {} : { data: message.data.toString('base64') }),
      messageId: message.messageId,
      message_id: message.messageId,
      ...(message.orderingKey === '' ? {} : { orderingKey: message.orderingKey }),
      publishTime,
      publish_time: publishTime,
    },
    subscription: subscription.name,
  };
}
