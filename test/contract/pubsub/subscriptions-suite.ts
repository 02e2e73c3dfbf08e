/** https://cloud.google.com/pubsub/docs/subscription-properties */

import type { CreateSubscriptionOptions } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import { type Backend, caseFor, type Exception, type RunningBackend } from './backend.ts';
import { type Client, connect, freshId } from './client.ts';

export function describeSubscriptions(backend: Backend): void {
  describe(`subscriptions on ${backend.name}`, () => {
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

    holds(
      'a subscription that says nothing has 10 s to acknowledge and keeps messages for 7 days',
      async () => {
        const topic = await client.topic();
        const subscription = await client.subscription(topic);
        const [metadata] = await subscription.getMetadata();
        expect(metadata).toMatchObject({
          name: subscription.name,
          topic: topic.name,
          ackDeadlineSeconds: 10,
          messageRetentionDuration: { seconds: '604800' },
          pushConfig: { pushEndpoint: '' },
          retryPolicy: null,
          deadLetterPolicy: null,
        });
      },
    );

    holds('a retry policy that says nothing means 10 s to 600 s', async () => {
      const subscription = await client.subscription(await client.topic(), { retryPolicy: {} });
      const [metadata] = await subscription.getMetadata();
      expect(metadata.retryPolicy).toMatchObject({
        minimumBackoff: { seconds: '10' },
        maximumBackoff: { seconds: '600' },
      });
    });

    holds('an update changes what its mask names and nothing else', async () => {
      const subscription = await client.subscription(await client.topic(), { labels: { team: 'privacy' } });
      await subscription.setMetadata({ ackDeadlineSeconds: 77 });
      const [metadata] = await subscription.getMetadata();
      expect(metadata).toMatchObject({ ackDeadlineSeconds: 77, labels: { team: 'privacy' } });
    });

    holds('a filter cannot be changed', async () => {
      const subscription = await client.subscription(await client.topic());
      await expect(subscription.setMetadata({ filter: 'attributes:key' })).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
      });
    });

    holds('a push endpoint can be set and taken away', async () => {
      const subscription = await client.subscription(await client.topic());
      await subscription.modifyPushConfig({ pushEndpoint: 'http://127.0.0.1:1/push' });
      const [pushing] = await subscription.getMetadata();
      expect(pushing.pushConfig?.pushEndpoint).toBe('http://127.0.0.1:1/push');
      await subscription.modifyPushConfig({});
      const [pulled] = await subscription.getMetadata();
      expect(pulled.pushConfig?.pushEndpoint).toBe('');
    });

    holds('a deleted subscription is gone', async () => {
      const subscription = await client.subscription(await client.topic());
      const listed = async () => (await client.pubsub.getSubscriptions())[0].map(({ name }) => name);
      expect(await listed()).toContain(subscription.name);
      await subscription.delete();
      expect(await listed()).not.toContain(subscription.name);
      await expect(subscription.getMetadata()).rejects.toMatchObject({ code: status.NOT_FOUND });
    });

    holds('a subscription needs a topic that is there', async () => {
      const missing = client.pubsub.topic(freshId('missing'));
      await expect(missing.createSubscription(freshId('subscription'))).rejects.toMatchObject({
        code: status.NOT_FOUND,
      });
    });

    holds('a subscription that exists cannot be created again', async () => {
      const topic = await client.topic();
      const subscription = await client.subscription(topic);
      await expect(topic.createSubscription(subscription.name)).rejects.toMatchObject({
        code: status.ALREADY_EXISTS,
      });
    });

    const refused = (
      name: string,
      options: (topicName: string) => CreateSubscriptionOptions,
      code: status,
      except?: Exception,
    ) =>
      holds(
        `${name} is ${status[code]}`,
        async () => {
          const topic = await client.topic();
          await expect(client.subscription(topic, options(topic.name))).rejects.toMatchObject({ code });
        },
        except,
      );

    refused('an ack deadline of 601 s', () => ({ ackDeadlineSeconds: 601 }), status.INVALID_ARGUMENT);
    refused('an ack deadline of 9 s', () => ({ ackDeadlineSeconds: 9 }), status.INVALID_ARGUMENT, {
      "Google's emulator": 'it accepts shorter deadlines',
    });
    refused('a retention of 9 minutes', () => ({ messageRetentionDuration: 540 }), status.INVALID_ARGUMENT);
    refused(
      'a back-off of 601 s',
      () => ({ retryPolicy: { minimumBackoff: { seconds: 601 } } }),
      status.INVALID_ARGUMENT,
    );
    refused(
      'a least back-off above the largest',
      () => ({ retryPolicy: { minimumBackoff: { seconds: 50 }, maximumBackoff: { seconds: 20 } } }),
      status.INVALID_ARGUMENT,
    );
    refused(
      'a dead-letter topic that is not there',
      (topic) => ({ deadLetterPolicy: { deadLetterTopic: `${topic}-dead`, maxDeliveryAttempts: 5 } }),
      status.NOT_FOUND,
    );
    for (const maxDeliveryAttempts of [4, 101])
      refused(
        `a dead-letter policy of ${maxDeliveryAttempts} attempts`,
        (deadLetterTopic) => ({ deadLetterPolicy: { deadLetterTopic, maxDeliveryAttempts } }),
        status.OUT_OF_RANGE,
      );
    refused(
      'a push endpoint that is no address',
      () => ({ pushConfig: { pushEndpoint: 'nonsense' } }),
      status.INVALID_ARGUMENT,
    );

    // https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
    for (const filter of [
      'data = "x"',
      'attributes.key = v',
      'attributes.key = "v" AND',
      'attributes:a AND attributes:b OR attributes:c',
      `attributes.key = "${'v'.repeat(256)}"`,
    ])
      refused(`the filter ${filter.slice(0, 50)}`, () => ({ filter }), status.INVALID_ARGUMENT, {
        "Google's emulator": 'it accepts any filter',
      });

    for (const [what, options] of Object.entries({
      'message ordering': { enableMessageOrdering: true },
      'exactly-once delivery': { enableExactlyOnceDelivery: true },
      'retaining acknowledged messages': { retainAckedMessages: true },
      'a BigQuery subscription without a BigQuery': { bigqueryConfig: { table: 'demo.d.t' } },
      'a Cloud Storage subscription': { cloudStorageConfig: { bucket: 'bucket' } },
      'pushing without wrapper': {
        pushConfig: { pushEndpoint: 'http://127.0.0.1:1/', noWrapper: { writeMetadata: true } },
      },
    } satisfies Record<string, CreateSubscriptionOptions>))
      refused(what, () => options, status.UNIMPLEMENTED, { "Google's emulator": 'ours alone refuses it' });

    holds(
      'seek and the schema service are UNIMPLEMENTED',
      async () => {
        const subscription = await client.subscription(await client.topic());
        await expect(subscription.seek(new Date(0))).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
        await expect(
          client.pubsub.createSchema(freshId('schema'), 'AVRO', '{"type":"string"}'),
        ).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
      },
      { "Google's emulator": 'it has both' },
    );
  });
}
