import type { Topic as PubSubTopic } from '@google-cloud/pubsub';
import type { Publisher, Topic } from '../ports.ts';

/**
 * Pub/Sub through Google's client. A wake-up that cannot be sent within seconds is better reported: the caller repeats,
 * or the tick finds the work (facts/platform.md §3: the client alone would try for ten minutes).
 */
const PUBLISH_SECONDS_MAX = 10;
const UNAVAILABLE = 14;
const DEADLINE_EXCEEDED = 4;

export function createPublisher(project: string): Publisher {
  // One topic object a process: it holds the queue.
  const topics = new Map<Topic, Promise<PubSubTopic>>();
  return {
    async publish(topic, data, attributes = {}) {
      let opened = topics.get(topic);
      if (opened === undefined) {
        opened = openTopic(project, topic);
        topics.set(topic, opened);
      }
      await (await opened).publishMessage({ json: data, attributes });
    },
  };
}

async function openTopic(project: string, name: Topic): Promise<PubSubTopic> {
  const { PubSub } = await import('./clients/pubsub.ts');
  const totalTimeoutMillis = PUBLISH_SECONDS_MAX * 1000;
  return new PubSub({ projectId: project }).topic(name, {
    batching: { maxMessages: 100, maxMilliseconds: 2 },
    gaxOpts: {
      timeout: totalTimeoutMillis,
      retry: {
        retryCodes: [UNAVAILABLE, DEADLINE_EXCEEDED],
        backoffSettings: {
          initialRetryDelayMillis: 100,
          retryDelayMultiplier: 2,
          maxRetryDelayMillis: 2_000,
          initialRpcTimeoutMillis: 3_000,
          rpcTimeoutMultiplier: 1,
          maxRpcTimeoutMillis: 3_000,
          totalTimeoutMillis,
        },
      },
    },
  });
}
