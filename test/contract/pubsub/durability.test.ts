/** What survives a restart and a SIGKILL. Google's emulator keeps everything in memory. */
import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { clientOptionsFor } from './backend.ts';
import { type Client, connect } from './client.ts';
import { startPushEndpoint } from './push-endpoint.ts';
import { type RunningStandIn, startStandIn } from './stand-in-backend.ts';

const JOURNAL = 'pubsub.ndjson';

async function restart(running: RunningStandIn, client: Client): Promise<Client> {
  await client.close();
  await running.restart();
  return connect(running);
}

test('topics, subscriptions and unacknowledged messages are there after a restart; acknowledged ones are not', async () => {
  const running = await startStandIn();
  let client = connect(running);
  const topic = await client.topic();
  const { name } = await client.subscription(topic, { ackDeadlineSeconds: 60, filter: 'attributes:key' });
  const kept = await topic.publishMessage({ data: Buffer.from([0, 255]), attributes: { key: 'ü' } });
  await topic.publishMessage({ data: Buffer.from('filtered') });
  const done = await topic.publishMessage({ data: Buffer.from('done'), attributes: { key: 'done' } });
  const pulled = await client.pull(client.pubsub.subscription(name));
  const ackIds = pulled.filter(({ id }) => id === done).map(({ ackId }) => ackId);
  await client.subscriber.acknowledge({ subscription: name, ackIds });

  client = await restart(running, client);

  const subscription = client.pubsub.subscription(name);
  const [metadata] = await subscription.getMetadata();
  expect(metadata).toMatchObject({ topic: topic.name, ackDeadlineSeconds: 60, filter: 'attributes:key' });
  const [answer] = await client.subscriber.pull({ subscription: name, maxMessages: 10 });
  expect(answer.receivedMessages?.map(({ message }) => message)).toMatchObject([
    { messageId: kept, attributes: { key: 'ü' }, data: Buffer.from([0, 255]) },
  ]);
  const next = await client.pubsub.topic(topic.name).publishMessage({ data: Buffer.from('x') });
  expect(Number(next)).toBeGreaterThan(Number(done));
  await client.close();
  await running.stop();
});

test('back-off and the count of attempts go on after a restart', async () => {
  const running = await startStandIn();
  let client = connect(running);
  const endpoint = await startPushEndpoint(() => 500);
  const topic = await client.topic();
  const dead = await client.topic();
  await client.subscription(topic, {
    pushConfig: { pushEndpoint: endpoint.url },
    retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 10 } },
    deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
  });
  await topic.publishMessage({ data: Buffer.from('x') });
  await running.service.idle();
  client = await restart(running, client);
  await running.service.idle();
  expect(endpoint.pushes).toHaveLength(1);
  running.pass(10_000);
  await running.service.idle();
  expect(endpoint.pushes.map(({ body }) => body.deliveryAttempt)).toEqual([1, 2]);
  await client.close();
  await running.stop();
  await endpoint.close();
});

test('a last line that a crash tore is ignored and written over', async () => {
  const running = await startStandIn();
  let client = connect(running);
  const topic = await client.topic();
  const { name } = await client.subscription(topic);
  await topic.publishMessage({ data: Buffer.from('one') });
  await client.close();
  await running.service.close();
  await appendFile(join(running.folder, JOURNAL), '{"kind":"published","messages":[{"id":"2","da');
  await running.restart();
  client = connect(running);
  await client.pubsub.topic(topic.name).publishMessage({ data: Buffer.from('two') });
  client = await restart(running, client);
  const pulled = await client.pull(client.pubsub.subscription(name));
  expect(pulled.map(({ text }) => text)).toEqual(['one', 'two']);
  await client.close();
  await running.stop();
});

test('a line that is damaged in the middle stops the start instead of losing what follows', async () => {
  const running = await startStandIn();
  const client = connect(running);
  const topic = await client.topic();
  await topic.publishMessage({ data: Buffer.from('one') });
  await client.close();
  const path = join(running.folder, JOURNAL);
  await running.service.close();
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('{"kind"', '{"ki'));
  await expect(running.restart()).rejects.toThrow(SyntaxError);
  await writeFile(path, text);
  await running.restart();
  await running.stop();
});

test('the journal is rewritten when most of it is history, and keeps what is not', async () => {
  const running = await startStandIn();
  let client = connect(running);
  const topic = await client.topic();
  const { name } = await client.subscription(topic);
  await topic.publishMessage({ data: Buffer.from('kept') });
  const [kept] = await client.pull(client.pubsub.subscription(name));
  for (let nth = 1; nth <= 12; nth += 1) {
    await topic.publishMessage({ data: Buffer.alloc(500_000, 'x') });
    const [large] = await client.pull(client.pubsub.subscription(name));
    await client.subscriber.acknowledge({ subscription: name, ackIds: [large?.ackId ?? ''] });
  }
  const { size } = await stat(join(running.folder, JOURNAL));
  expect(size).toBeLessThan(4 * 1024 * 1024);
  client = await restart(running, client);
  const pulled = await client.pull(client.pubsub.subscription(name));
  expect(pulled.map(({ id, text }) => ({ id, text }))).toEqual([{ id: kept?.id, text: 'kept' }]);
  await client.close();
  await running.stop();
});

test('every message whose publish was answered is there after a SIGKILL', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-pubsub-'));
  const child = spawn(process.execPath, [join(__dirname, 'killable.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('The service ended before it was killed.')));
    createInterface(child.stdout).once('line', resolve);
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const options = clientOptionsFor(address);
  const doomed = connect({ clientOptions: options, now: Date.now, pass: () => {}, stop: async () => {} });
  const topic = await doomed.topic();
  const { name } = await doomed.subscription(topic);
  const answered: string[] = [];
  let isKilled = false;
  // Publishers that never pause: some requests are under way when the kill comes.
  const publisher = async () => {
    while (!isKilled) {
      const messages = [{ data: Buffer.from('x') }];
      const request = { topic: topic.name, messages };
      const published = await doomed.publisher
        .publish(request, { retry: { retryCodes: [] } })
        .catch((error: unknown) => error);
      if (!Array.isArray(published)) return;
      answered.push(published[0].messageIds[0]);
      if (answered.length === 200) {
        isKilled = true;
        child.kill('SIGKILL');
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, publisher));
  await exited;
  await doomed.close();

  const running = await startStandIn({ folder });
  const client = connect(running);
  const pulled = await client.pull(client.pubsub.subscription(name), 1000);
  expect(pulled.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
  await client.close();
  await running.stop();
});
