/** What injected faults do to Pub/Sub; that its effects are those of a real outage. */

import type { Subscription, Topic } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import { idOf } from '../../../local/pubsub/names.ts';
import { type Client, connect } from './client.ts';
import { type PushEndpoint, startPushEndpoint } from './push-endpoint.ts';
import { type RunningStandIn, startStandIn } from './stand-in-backend.ts';

let running: RunningStandIn;
let client: Client;
let topic: Topic;
let endpoint: PushEndpoint;
let pushed: Subscription;

beforeEach(async () => {
  running = await startStandIn();
  client = connect(running);
  endpoint = await startPushEndpoint();
  topic = await client.topic();
  pushed = await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url } });
});
afterEach(async () => {
  await client.close();
  await running.stop();
  await endpoint.close();
});

const publishOnce = (noRetry = true) =>
  client.publisher.publish(
    { topic: topic.name, messages: [{ data: Buffer.from('x') }] },
    noRetry ? { retry: { retryCodes: [] } } : {},
  );

async function pushesAfter(milliseconds: number): Promise<number> {
  running.pass(milliseconds);
  await running.service.idle();
  return endpoint.pushes.length;
}

for (const [http, code] of [
  [400, status.INVALID_ARGUMENT],
  [403, status.PERMISSION_DENIED],
  [404, status.NOT_FOUND],
  [429, status.RESOURCE_EXHAUSTED],
  [500, status.INTERNAL],
  [503, status.UNAVAILABLE],
] as const)
  test(`a publish that fails with ${http} is ${status[code]} with the rule's message, and publishes nothing`, async () => {
    running.faults.add({
      operation: 'pubsub.publish',
      resource: idOf(topic.name),
      action: { kind: 'fail', status: http, reason: 'injected', message: 'told to fail' },
    });
    await expect(publishOnce()).rejects.toMatchObject({ code, details: 'told to fail' });
    expect(await pushesAfter(0)).toBe(0);
  });

test('a publish whose answer is lost is repeated by the client, and so is its message', async () => {
  running.faults.add({ operation: 'pubsub.publish', action: { kind: 'drop', when: 'after' } });
  await publishOnce(false);
  expect(await pushesAfter(0)).toBe(2);
});

test('a publish that never arrived is repeated by the client, and its message comes once', async () => {
  running.faults.add({ operation: 'pubsub.publish', action: { kind: 'drop', when: 'before' } });
  await publishOnce(false);
  expect(await pushesAfter(0)).toBe(1);
});

test('a push that is dropped before it is sent comes with the next attempt', async () => {
  running.faults.add({
    operation: 'pubsub.push',
    resource: idOf(pushed.name),
    action: { kind: 'drop', when: 'before' },
  });
  await publishOnce();
  expect(await pushesAfter(0)).toBe(0);
  expect(await pushesAfter(100)).toBe(1);
});

test('a push whose answer is lost comes twice', async () => {
  running.faults.add({ operation: 'pubsub.push', action: { kind: 'drop', when: 'after' } });
  await publishOnce();
  expect(await pushesAfter(0)).toBe(1);
  expect(await pushesAfter(100)).toBe(2);
});

test('a duplicated push comes twice with one id', async () => {
  running.faults.add({ operation: 'pubsub.push', action: { kind: 'duplicate' } });
  await publishOnce();
  expect(await pushesAfter(0)).toBe(2);
  expect(new Set(endpoint.pushes.map(({ body }) => body.message.messageId)).size).toBe(1);
});

test('a message that is not delivered is lost for that subscription, for good, and for no other', async () => {
  const other = await client.subscription(topic);
  running.faults.add({
    operation: 'pubsub.deliver',
    resource: idOf(pushed.name),
    action: { kind: 'drop', when: 'before' },
  });
  await publishOnce();
  expect(await pushesAfter(0)).toBe(0);
  await running.restart();
  expect(await pushesAfter(3_600_000)).toBe(0);
  await client.close();
  client = connect(running);
  expect(await client.pull(client.pubsub.subscription(other.name))).toHaveLength(1);
});

test('every call is recorded under its name', async () => {
  running.faults.record();
  await publishOnce();
  await running.service.idle();
  const id = idOf(topic.name);
  const subscription = idOf(pushed.name);
  expect(running.faults.calls).toEqual([
    { operation: 'pubsub.publish', resource: id },
    { operation: 'pubsub.deliver', resource: subscription },
    { operation: 'pubsub.push', resource: subscription },
  ]);
});

test('creating, pulling and acknowledging can be struck too', async () => {
  const pulled = await client.subscription(topic);
  for (const operation of ['pubsub.createTopic', 'pubsub.pull', 'pubsub.acknowledge'])
    running.faults.add({
      operation,
      action: { kind: 'fail', status: 403, reason: 'forbidden', message: operation },
    });
  await expect(client.topic()).rejects.toMatchObject({ details: 'pubsub.createTopic' });
  await expect(client.pull(pulled)).rejects.toMatchObject({ details: 'pubsub.pull' });
  await expect(
    client.subscriber.acknowledge({ subscription: pulled.name, ackIds: ['1-1'] }),
  ).rejects.toMatchObject({ details: 'pubsub.acknowledge' });
});
