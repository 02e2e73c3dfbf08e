/** https://cloud.google.com/pubsub/docs/create-topic and /publisher */
import { status } from '@grpc/grpc-js';
import { type Backend, caseFor, PROJECT, type RunningBackend } from './backend.ts';
import { type Client, connect, freshId } from './client.ts';

export function describeTopics(backend: Backend): void {
  describe(`topics on ${backend.name}`, () => {
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

    holds('a created topic is found, listed and, once deleted, gone', async () => {
      const topic = await client.topic();
      const [metadata] = await topic.getMetadata();
      expect(metadata.name).toBe(topic.name);
      const [topics] = await client.pubsub.getTopics();
      expect(topics.map(({ name }) => name)).toContain(topic.name);
      await topic.delete();
      await expect(topic.getMetadata()).rejects.toMatchObject({ code: status.NOT_FOUND });
      expect(await topic.exists()).toEqual([false]);
    });

    holds('a list comes in pages of the size that was asked for', async () => {
      await Promise.all([client.topic(), client.topic(), client.topic()]);
      const [all] = await client.pubsub.getTopics();
      const names: string[] = [];
      let pageToken: string | undefined;
      do {
        const request = { pageSize: 2, autoPaginate: false, ...(pageToken ? { pageToken } : {}) };
        const [topics, , answer] = await client.pubsub.getTopics(request);
        expect(topics.length).toBeLessThanOrEqual(2);
        names.push(...topics.map(({ name }) => name));
        pageToken = answer?.nextPageToken ?? undefined;
      } while (pageToken);
      expect(names.sort()).toEqual(all.map(({ name }) => name).sort());
    });

    holds('a topic that exists cannot be created again', async () => {
      const topic = await client.topic();
      await expect(client.pubsub.createTopic(topic.name)).rejects.toMatchObject({
        code: status.ALREADY_EXISTS,
      });
    });

    // https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
    for (const id of ['ab', '1abc', 'goog-topic', 'a'.repeat(256), 'with space'])
      holds(`a topic cannot be called ${id.slice(0, 12)}`, async () => {
        await expect(client.pubsub.createTopic(id)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
      });

    holds(
      'labels can be changed through an update mask',
      async () => {
        const topic = await client.topic();
        await topic.setMetadata({ labels: { team: 'privacy' } });
        const [metadata] = await topic.getMetadata();
        expect(metadata.labels).toEqual({ team: 'privacy' });
      },
      { "Google's emulator": 'it cannot change labels' },
    );

    holds('publishing to a topic that is not there is NOT_FOUND', async () => {
      const missing = client.pubsub.topic(freshId('missing'));
      await expect(missing.publishMessage({ json: {} })).rejects.toMatchObject({ code: status.NOT_FOUND });
    });

    holds('a message with neither data nor attributes is refused', async () => {
      const topic = await client.topic();
      await expect(topic.publishMessage({ data: Buffer.alloc(0) })).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
      });
    });

    holds('a request of no messages and one of 1001 are refused', async () => {
      const { name: topic } = await client.topic();
      const many = Array.from({ length: 1001 }, () => ({ data: Buffer.from('x') }));
      for (const messages of [[], many])
        await expect(client.publisher.publish({ topic, messages })).rejects.toMatchObject({
          code: status.INVALID_ARGUMENT,
        });
    });

    holds('message ids differ, and come in the order of the messages', async () => {
      const topic = await client.topic();
      const ids = await Promise.all(
        ['a', 'b', 'c'].map((text) => topic.publishMessage({ data: Buffer.from(text) })),
      );
      expect(new Set(ids).size).toBe(3);
    });

    holds(
      'the subscriptions of a topic are listed, and outlive it as subscriptions of _deleted-topic_',
      async () => {
        const topic = await client.topic();
        const one = await client.subscription(topic);
        const other = await client.subscription(topic);
        const [found] = await topic.getSubscriptions();
        expect(found.map(({ name }) => name).sort()).toEqual([one.name, other.name].sort());
        await topic.delete();
        const [metadata] = await one.getMetadata();
        expect(metadata.topic).toBe('_deleted-topic_');
      },
    );

    // https://cloud.google.com/pubsub/quotas#resource_limits
    const tooMuch = {
      '101 attributes': Object.fromEntries(Array.from({ length: 101 }, (_, nth) => [`key${nth}`, 'v'])),
      'a key of 257 bytes': { ['k'.repeat(257)]: 'v' },
      'a value of 1025 bytes': { key: 'v'.repeat(1025) },
      'a key that begins with goog': { google: 'v' },
    };
    for (const [what, attributes] of Object.entries(tooMuch))
      holds(
        `a message with ${what} is refused`,
        async () => {
          const topic = await client.topic();
          await expect(topic.publishMessage({ json: {}, attributes })).rejects.toMatchObject({
            code: status.INVALID_ARGUMENT,
          });
        },
        { "Google's emulator": 'it does not check attributes' },
      );

    holds(
      'a message of more than 10 MB is refused',
      async () => {
        const { name: topic } = await client.topic();
        const messages = [{ data: Buffer.alloc(10_000_001) }];
        await expect(client.publisher.publish({ topic, messages })).rejects.toMatchObject({
          code: status.INVALID_ARGUMENT,
          details:
            'The value for request_size is too large. You passed 10000001 in the request, but the maximum value is 10000000.',
        });
      },
      { "Google's emulator": 'it never answers a request of that size' },
    );

    holds(
      'errors are worded as by the real service',
      async () => {
        const topic = await client.topic();
        const id = topic.name.split('/').at(-1);
        await expect(client.pubsub.createTopic(topic.name)).rejects.toMatchObject({
          details: `Resource already exists in the project (resource=${id}).`,
        });
        await topic.delete();
        await expect(topic.getMetadata()).rejects.toMatchObject({
          details: `Resource not found (resource=${id}).`,
        });
        await expect(client.pubsub.createTopic('ab')).rejects.toMatchObject({
          details: `Invalid resource name given (name=projects/${PROJECT}/topics/ab). Refer to https://cloud.google.com/pubsub/docs/admin#resource_names for more information.`,
        });
      },
      { "Google's emulator": 'it has texts of its own' },
    );
  });
}
