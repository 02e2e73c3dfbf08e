/** When the stand-in pushes again, to the millisecond: Google's emulator has only wall time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Topic } from '@google-cloud/pubsub';
import { startPubSub } from '../../../local/pubsub/service.ts';
import { clientOptionsFor } from './backend.ts';
import { type Client, connect } from './client.ts';
import { type PushEndpoint, startPushEndpoint } from './push-endpoint.ts';
import { type RunningStandIn, startStandIn } from './stand-in-backend.ts';

let running: RunningStandIn;
let client: Client;
let topic: Topic;
let endpoint: PushEndpoint;

beforeEach(async () => {
  running = await startStandIn();
  client = connect(running);
  topic = await client.topic();
});
afterEach(async () => {
  await client.close();
  await running.stop();
  await endpoint.close();
});

/** Pushes that have come once everything due at this time is done. */
async function pushesAfter(milliseconds: number): Promise<number> {
  running.pass(milliseconds);
  await running.service.idle();
  return endpoint.pushes.length;
}

// https://cloud.google.com/pubsub/docs/handling-failures#exponential_backoff
test('the back-off doubles from the least to the most', async () => {
  endpoint = await startPushEndpoint(() => 500);
  await client.subscription(topic, {
    pushConfig: { pushEndpoint: endpoint.url },
    retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 35 } },
  });
  await topic.publishMessage({ data: Buffer.from('x') });
  expect(await pushesAfter(0)).toBe(1);
  let pushes = 1;
  for (const seconds of [10, 20, 35, 35]) {
    expect(await pushesAfter(seconds * 1000 - 1)).toBe(pushes);
    pushes += 1;
    expect(await pushesAfter(1)).toBe(pushes);
  }
});

// https://cloud.google.com/pubsub/docs/push#push_backoff
test('without a retry policy a failed push is repeated after a tenth of a second', async () => {
  endpoint = await startPushEndpoint((nth) => (nth === 1 ? 503 : 204));
  await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url } });
  await topic.publishMessage({ data: Buffer.from('x') });
  expect(await pushesAfter(0)).toBe(1);
  expect(await pushesAfter(99)).toBe(1);
  expect(await pushesAfter(1)).toBe(2);
  expect(await pushesAfter(3_600_000)).toBe(2);
});

// https://cloud.google.com/pubsub/docs/push#receive_push
for (const status of [102, 200, 201, 202, 204])
  test(`an endpoint that answers ${status} has acknowledged`, async () => {
    endpoint = await startPushEndpoint(() => status);
    await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url } });
    await topic.publishMessage({ data: Buffer.from('x') });
    expect(await pushesAfter(0)).toBe(1);
    expect(await pushesAfter(3_600_000)).toBe(1);
  });

for (const status of [203, 206, 301, 400, 404, 429, 500])
  test(`an endpoint that answers ${status} has not acknowledged`, async () => {
    endpoint = await startPushEndpoint((nth) => (nth === 1 ? status : 204));
    await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url } });
    await topic.publishMessage({ data: Buffer.from('x') });
    expect(await pushesAfter(0)).toBe(1);
    expect(await pushesAfter(100)).toBe(2);
  });

test('an endpoint that does not answer by the ack deadline gets the message again', async () => {
  endpoint = await startPushEndpoint((nth) => (nth === 1 ? 'hang' : 204));
  await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url }, ackDeadlineSeconds: 600 });
  await topic.publishMessage({ data: Buffer.from('x') });
  await endpoint.count(1);
  running.pass(599_999);
  expect(endpoint.pushes).toHaveLength(1);
  expect(await pushesAfter(1)).toBe(1);
  expect(await pushesAfter(100)).toBe(2);
});

// https://cloud.google.com/pubsub/docs/handling-failures#track_delivery_attempts
test('deliveryAttempt counts from 1 where there is a dead-letter policy, and the last is followed by none', async () => {
  endpoint = await startPushEndpoint(() => 500);
  const dead = await client.topic();
  const graveyard = await client.subscription(dead);
  await client.subscription(topic, {
    pushConfig: { pushEndpoint: endpoint.url },
    deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 6 },
  });
  await topic.publishMessage({ data: Buffer.from('x') });
  for (let nth = 1; nth <= 10; nth += 1) await pushesAfter(100);
  expect(endpoint.pushes.map(({ body }) => body.deliveryAttempt)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await client.pull(graveyard)).toHaveLength(1);
});

test('a dead-letter topic that has been deleted loses nothing: the message goes on being pushed', async () => {
  endpoint = await startPushEndpoint((nth) => (nth <= 5 ? 500 : 204));
  const dead = await client.topic();
  await client.subscription(topic, {
    pushConfig: { pushEndpoint: endpoint.url },
    deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
  });
  await dead.delete();
  await topic.publishMessage({ data: Buffer.from('x') });
  for (let nth = 1; nth <= 5; nth += 1) await pushesAfter(100);
  expect(await pushesAfter(1000)).toBe(6);
});

test('no more than 100 pushes of a subscription are outstanding', async () => {
  endpoint = await startPushEndpoint((nth) => (nth <= 100 ? 'hang' : 204));
  await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url } });
  const messages = Array.from({ length: 130 }, (_, nth) => ({ data: Buffer.from(String(nth)) }));
  await client.publisher.publish({ topic: topic.name, messages });
  await endpoint.count(100);
  expect(endpoint.pushes).toHaveLength(100);
  running.pass(10_000);
  await endpoint.count(130);
  expect(await pushesAfter(100)).toBe(230);
  expect(new Set(endpoint.pushes.slice(100).map(({ body }) => body.message.messageId)).size).toBe(130);
});

test('a poison message does not hold up the others', async () => {
  endpoint = await startPushEndpoint((nth) => (nth === 1 ? 'hang' : 204));
  await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url } });
  await topic.publishMessage({ data: Buffer.from('poison') });
  await endpoint.count(1);
  const id = await topic.publishMessage({ data: Buffer.from('x') });
  const { body } = await endpoint.count(2);
  expect(body.message.messageId).toBe(id);
});

test('by the wall clock the stand-in pushes again without being woken', async () => {
  endpoint = await startPushEndpoint((nth) => (nth === 1 ? 500 : 204));
  const folder = await mkdtemp(join(tmpdir(), 'lethe-pubsub-'));
  const service = await startPubSub({ folder });
  const clientOptions = clientOptionsFor(service.address);
  const wall = connect({ clientOptions, now: Date.now, pass: () => {}, stop: async () => {} });
  const wallTopic = await wall.topic();
  await wall.subscription(wallTopic, { pushConfig: { pushEndpoint: endpoint.url } });
  const id = await wallTopic.publishMessage({ data: Buffer.from('x') });
  const { body } = await endpoint.count(2);
  expect(body.message.messageId).toBe(id);
  await wall.close();
  await service.close();
  await rm(folder, { recursive: true });
});
