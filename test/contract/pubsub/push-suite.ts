/** https://cloud.google.com/pubsub/docs/push and /handling-failures */
import { type Backend, caseFor, PROJECT, type RunningBackend } from './backend.ts';
import { type Client, connect } from './client.ts';
import { type PushEndpoint, startPushEndpoint } from './push-endpoint.ts';

export function describePush(backend: Backend): void {
  describe(`push on ${backend.name}`, () => {
    const holds = caseFor(backend);
    let running: RunningBackend;
    let client: Client;
    let endpoint: PushEndpoint;
    beforeAll(async () => {
      running = await backend.start();
      client = connect(running);
    });
    afterEach(() => endpoint.close());
    afterAll(async () => {
      await client.close();
      await running.stop();
    });

    holds('a push carries the message as Google documents it', async () => {
      endpoint = await startPushEndpoint();
      const topic = await client.topic();
      const subscription = await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url } });
      const id = await topic.publishMessage({ json: { a: 'ü' }, attributes: { key: 'value' } });
      const { body, headers } = await endpoint.count(1);
      expect(headers['content-type']).toBe('application/json');
      expect(body.subscription).toBe(subscription.name);
      expect(body.message).toMatchObject({ messageId: id, message_id: id, attributes: { key: 'value' } });
      expect(JSON.parse(Buffer.from(body.message.data ?? '', 'base64').toString())).toEqual({ a: 'ü' });
      expect(body.message.publishTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
      expect(body.message.publish_time).toBe(body.message.publishTime);
      expect(body).not.toHaveProperty('deliveryAttempt');
    });

    for (const [what, answer] of Object.entries({
      'a 500': 500,
      'a redirect': 302,
      'no answer': 'reset',
    } as const))
      holds(`after ${what} the same message is pushed again`, async () => {
        endpoint = await startPushEndpoint((nth) => (nth === 1 ? answer : 204));
        const topic = await client.topic();
        await client.subscription(topic, {
          pushConfig: { pushEndpoint: endpoint.url },
          retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 1 } },
        });
        const id = await topic.publishMessage({ data: Buffer.from('x') });
        await endpoint.count(1);
        await settled(running);
        running.pass(1000);
        const { body } = await endpoint.count(2);
        expect(body.message.messageId).toBe(id);
      });

    holds('after the last attempt the message goes to the dead-letter topic', async () => {
      endpoint = await startPushEndpoint(() => 500);
      const topic = await client.topic();
      const dead = await client.topic();
      const graveyard = await client.subscription(dead);
      const subscription = await client.subscription(topic, {
        pushConfig: { pushEndpoint: endpoint.url },
        retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 0 } },
        deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
      });
      await topic.publishMessage({ data: Buffer.from('x'), attributes: { key: 'value' } });
      const buried = await client.pullNext(graveyard);
      expect(buried).toMatchObject({
        text: 'x',
        attributes: {
          key: 'value',
          CloudPubSubDeadLetterSourceDeliveryCount: '5',
          CloudPubSubDeadLetterSourceSubscription: subscription.name.split('/').at(-1),
          CloudPubSubDeadLetterSourceSubscriptionProject: PROJECT,
        },
      });
      expect(buried.attributes['CloudPubSubDeadLetterSourceTopicPublishTime']).toMatch(/^\d{4}-.*Z$/);
      // Google counts attempts "on a best effort basis", and so does its emulator.
      expect(endpoint.pushes.length).toBeGreaterThanOrEqual(5);
    });

    holds(
      'what was published while a subscription was pulled is pushed once it has an endpoint',
      async () => {
        endpoint = await startPushEndpoint();
        const topic = await client.topic();
        const subscription = await client.subscription(topic);
        const id = await topic.publishMessage({ data: Buffer.from('x') });
        await subscription.modifyPushConfig({ pushEndpoint: endpoint.url });
        const { body } = await endpoint.count(1);
        expect(body.message.messageId).toBe(id);
      },
    );
  });
}

/** Where the backend can say so: the last push has been counted as failed, and its back-off has begun. */
async function settled(running: RunningBackend): Promise<void> {
  await running.idle?.();
}
