/** https://cloud.google.com/pubsub/docs/pull and /lease-management */

import type { Message, Subscription } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import { type Backend, caseFor, type RunningBackend } from './backend.ts';
import { type Client, connect, freshId } from './client.ts';

export function describePull(backend: Backend): void {
  describe(`pull on ${backend.name}`, () => {
    const holds = caseFor(backend);
    let running: RunningBackend;
    let client: Client;
    beforeAll(async () => {
      running = await backend.start();
      client = connect(running);
    });
    afterAll(async () => {
      await client.close();
      await running.stop();
    });

    holds("the client's subscription.on('message') gets data, attributes, id and time", async () => {
      const topic = await client.topic();
      const subscription = await client.subscription(topic);
      const arrival = nextMessage(subscription);
      const before = running.now();
      const id = await topic.publishMessage({ json: { a: 1 }, attributes: { key: 'value' } });
      const message = await arrival;
      message.ack();
      expect(JSON.parse(message.data.toString())).toEqual({ a: 1 });
      expect(message).toMatchObject({ id, attributes: { key: 'value' }, deliveryAttempt: 0 });
      expect(message.publishTime.getTime()).toBeGreaterThanOrEqual(Math.floor(before));
      expect(message.publishTime.getTime()).toBeLessThanOrEqual(running.now());
      await subscription.close();
      expect(await client.pull(subscription)).toEqual([]);
    });

    holds('a message that the client nacks comes again, with the same id', async () => {
      const topic = await client.topic();
      const subscription = await client.subscription(topic);
      const ids: string[] = [];
      const twice = new Promise<void>((resolve) => {
        subscription.on('message', (message: Message) => {
          ids.push(message.id);
          if (ids.length === 1) message.nack();
          else {
            message.ack();
            resolve();
          }
        });
      });
      const id = await topic.publishMessage({ data: Buffer.from('again') });
      await twice;
      await subscription.close();
      expect(ids).toEqual([id, id]);
    });

    holds('listening to a subscription that is not there is an error event', async () => {
      const subscription = client.pubsub.subscription(freshId('missing'));
      const failure = new Promise((resolve) => subscription.on('error', resolve));
      subscription.on('message', () => {});
      expect(await failure).toMatchObject({ code: status.NOT_FOUND });
      await subscription.close();
    });

    holds('each subscription gets its own copy, and nothing from before it was created', async () => {
      const topic = await client.topic();
      const one = await client.subscription(topic);
      await topic.publishMessage({ data: Buffer.from('first') });
      const late = await client.subscription(topic);
      await topic.publishMessage({ data: Buffer.from('second') });
      const texts = async (subscription: Subscription) => {
        const pulled = await client.pull(subscription);
        return pulled.map(({ text }) => text).sort();
      };
      expect(await texts(one)).toEqual(['first', 'second']);
      expect(await texts(late)).toEqual(['second']);
    });

    holds("a pulled message is nobody else's until it is nacked, and gone once acknowledged", async () => {
      const topic = await client.topic();
      const subscription = await client.subscription(topic);
      await topic.publishMessage({ data: Buffer.from('x') });
      const first = await client.pullNext(subscription);
      expect(await client.pull(subscription)).toEqual([]);
      const request = { subscription: subscription.name, ackIds: [first.ackId] };
      await client.subscriber.modifyAckDeadline({ ...request, ackDeadlineSeconds: 0 });
      const second = await client.pullNext(subscription);
      expect(second.id).toBe(first.id);
      await client.subscriber.acknowledge({ subscription: subscription.name, ackIds: [second.ackId] });
      running.pass(60_000);
      expect(await client.pull(subscription)).toEqual([]);
    });

    holds(
      'a message that is not acknowledged by its deadline comes again',
      async () => {
        const topic = await client.topic();
        const subscription = await client.subscription(topic, { ackDeadlineSeconds: 30 });
        await topic.publishMessage({ data: Buffer.from('x') });
        await client.pullNext(subscription);
        running.pass(29_999);
        expect(await client.pull(subscription)).toEqual([]);
        running.pass(1);
        expect(await client.pull(subscription)).toHaveLength(1);
      },
      { "Google's emulator": 'it would take 30 s' },
    );

    holds(
      'a deadline can be extended',
      async () => {
        const topic = await client.topic();
        const subscription = await client.subscription(topic);
        await topic.publishMessage({ data: Buffer.from('x') });
        const { ackId } = await client.pullNext(subscription);
        const request = { subscription: subscription.name, ackIds: [ackId], ackDeadlineSeconds: 100 };
        await client.subscriber.modifyAckDeadline(request);
        running.pass(99_999);
        expect(await client.pull(subscription)).toEqual([]);
        running.pass(1);
        expect(await client.pull(subscription)).toHaveLength(1);
      },
      { "Google's emulator": 'it would take 100 s' },
    );

    holds(
      'a message is dropped when its retention is over',
      async () => {
        const topic = await client.topic();
        const subscription = await client.subscription(topic, { messageRetentionDuration: 600 });
        await topic.publishMessage({ data: Buffer.from('x') });
        running.pass(600_001);
        expect(await client.pull(subscription)).toEqual([]);
      },
      { "Google's emulator": 'it would take 10 minutes' },
    );

    holds(
      'a pull of nothing ends empty after a while',
      async () => {
        const subscription = await client.subscription(await client.topic());
        const pulled = client.subscriber.pull({ subscription: subscription.name, maxMessages: 1 });
        // Time may only pass once the request is there: the next one is answered after it.
        await client.pull(subscription);
        running.pass(20_000);
        expect((await pulled)[0].receivedMessages).toEqual([]);
      },
      { "Google's emulator": 'it would take as long as it likes' },
    );

    holds(
      'a pull subscription counts deliveries where it has a dead-letter policy, and forwards after the last',
      async () => {
        const topic = await client.topic();
        const dead = await client.topic();
        const graveyard = await client.subscription(dead);
        const subscription = await client.subscription(topic, {
          deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
        });
        await topic.publishMessage({ data: Buffer.from('x'), attributes: { key: 'value' } });
        const attempts: number[] = [];
        for (let nth = 1; nth <= 5; nth += 1) {
          const { ackId, deliveryAttempt } = await client.pullNext(subscription);
          attempts.push(deliveryAttempt);
          const request = { subscription: subscription.name, ackIds: [ackId], ackDeadlineSeconds: 0 };
          await client.subscriber.modifyAckDeadline(request);
        }
        const buried = await client.pullNext(graveyard);
        expect(attempts).toEqual([1, 2, 3, 4, 5]);
        expect(buried).toMatchObject({
          text: 'x',
          attributes: {
            key: 'value',
            CloudPubSubDeadLetterSourceDeliveryCount: '5',
            CloudPubSubDeadLetterSourceSubscription: subscription.name.split('/').at(-1),
            CloudPubSubDeadLetterSourceSubscriptionProject: 'demo',
          },
        });
        expect(await client.pull(subscription)).toEqual([]);
      },
      { "Google's emulator": 'it does not send deliveryAttempt' },
    );

    // https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
    const filters = {
      'attributes.kind = "deletion"': ['deletion'],
      'attributes.kind != "deletion"': ['delete', 'export', 'none'],
      'attributes:kind': ['delete', 'deletion', 'export'],
      'NOT attributes:kind': ['none'],
      'hasPrefix(attributes.kind, "delet")': ['delete', 'deletion'],
      'hasPrefix(attributes.kind, "delet") AND NOT attributes.kind = "delete"': ['deletion'],
      'attributes.kind = "export" OR (attributes:kind AND attributes."kind" = "delete")': [
        'delete',
        'export',
      ],
    };
    for (const [filter, expected] of Object.entries(filters))
      holds(
        `the filter ${filter} lets its messages pass and no other`,
        async () => {
          const topic = await client.topic();
          const subscription = await client.subscription(topic, { filter });
          for (const kind of ['deletion', 'delete', 'export'])
            await topic.publishMessage({ data: Buffer.from(kind), attributes: { kind } });
          await topic.publishMessage({ data: Buffer.from('none') });
          const passed: string[] = [];
          while (passed.length < expected.length) passed.push((await client.pullNext(subscription)).text);
          expect(passed.sort()).toEqual(expected);
          expect(await client.pull(subscription)).toEqual([]);
        },
        { "Google's emulator": 'it does not filter' },
      );

    holds('an ack id that is none, and none at all, are refused', async () => {
      const { name: subscription } = await client.subscription(await client.topic());
      for (const ackIds of [['nonsense'], []])
        await expect(client.subscriber.acknowledge({ subscription, ackIds })).rejects.toMatchObject({
          code: status.INVALID_ARGUMENT,
        });
    });
  });
}

function nextMessage(subscription: Subscription): Promise<Message> {
  return new Promise((resolve, reject) => {
    subscription.on('error', reject);
    // Not `once`: without a listener the client closes the stream, and drops acknowledgements.
    subscription.on('message', resolve);
  });
}
