/** https://cloud.google.com/pubsub/docs/bigquery. Google's emulator accepts such subscriptions and writes nothing. */

import type { Topic } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import type { Row, TableName } from '../../../local/pubsub/service.ts';
import { type Client, connect } from './client.ts';
import { type RunningStandIn, startStandIn } from './stand-in-backend.ts';

interface Write {
  table: TableName;
  rows: Row[];
  dropUnknownFields: boolean;
}

let running: RunningStandIn;
let client: Client;
let topic: Topic;
let writes: Write[];
let refuse: (row: Row) => boolean;

beforeEach(async () => {
  writes = [];
  refuse = () => false;
  running = await startStandIn({
    writeRows: async (table, rows, { dropUnknownFields }) => {
      if (rows.some(refuse)) throw new Error('no such field');
      writes.push({ table, rows, dropUnknownFields });
    },
  });
  client = connect(running);
  topic = await client.topic();
});
afterEach(async () => {
  await client.close();
  await running.stop();
});

const writtenRows = () => writes.flatMap(({ rows }) => rows);

async function passAndSettle(milliseconds: number): Promise<void> {
  running.pass(milliseconds);
  await running.service.idle();
}

for (const table of ['demo.lethe.ledger', 'demo:lethe.ledger'])
  test(`with use_table_schema the fields of the JSON data are the row of ${table}`, async () => {
    await client.subscription(topic, {
      bigqueryConfig: { table, useTableSchema: true, dropUnknownFields: true },
    });
    await topic.publishMessage({ json: { request: 'r1', rows: 3 } });
    await passAndSettle(0);
    expect(writes).toEqual([
      {
        table: { project: 'demo', dataset: 'lethe', table: 'ledger' },
        rows: [{ request: 'r1', rows: 3 }],
        dropUnknownFields: true,
      },
    ]);
  });

test('without a schema the data is one column, and write_metadata adds where it comes from', async () => {
  const subscription = await client.subscription(topic, {
    bigqueryConfig: { table: 'demo.lethe.raw', writeMetadata: true },
  });
  const id = await topic.publishMessage({ data: Buffer.from('any text'), attributes: { key: 'value' } });
  await passAndSettle(0);
  expect(writtenRows()).toEqual([
    {
      data: 'any text',
      subscription_name: subscription.name,
      message_id: id,
      publish_time: new Date(running.now()).toISOString(),
      attributes: '{"key":"value"}',
    },
  ]);
});

test('a row that cannot be written is tried again, and its neighbours are written once', async () => {
  refuse = (row) => row['unknown'] === true;
  await client.subscription(topic, {
    bigqueryConfig: { table: 'demo.lethe.ledger', useTableSchema: true },
    retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 10 } },
  });
  const data = [{ nth: 1 }, { nth: 2, unknown: true }, { nth: 3 }];
  const messages = data.map((row) => ({ data: Buffer.from(JSON.stringify(row)) }));
  await client.publisher.publish({ topic: topic.name, messages });
  await passAndSettle(0);
  expect(writtenRows()).toEqual([{ nth: 1 }, { nth: 3 }]);
  refuse = () => false;
  await passAndSettle(10_000);
  expect(writtenRows()).toEqual([{ nth: 1 }, { nth: 3 }, { nth: 2, unknown: true }]);
});

for (const data of ['no JSON', '[1]', '"text"', 'null'])
  test(`data that is no JSON object, as ${data}, ends in the dead-letter topic`, async () => {
    const dead = await client.topic();
    const graveyard = await client.subscription(dead);
    await client.subscription(topic, {
      bigqueryConfig: { table: 'demo.lethe.ledger', useTableSchema: true },
      deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
    });
    await topic.publishMessage({ data: Buffer.from(data) });
    await topic.publishMessage({ json: { nth: 1 } });
    for (let nth = 1; nth <= 5; nth += 1) await passAndSettle(100);
    expect((await client.pull(graveyard)).map(({ text }) => text)).toEqual([data]);
    expect(writtenRows()).toEqual([{ nth: 1 }]);
  });

test('an injected failure of the write is a nack, even for a batch', async () => {
  await client.subscription(topic, {
    bigqueryConfig: { table: 'demo.lethe.ledger', useTableSchema: true },
  });
  running.faults.add({
    operation: 'pubsub.bigquery',
    action: { kind: 'fail', status: 503, reason: 'backendError', message: 'try again' },
  });
  const messages = [1, 2].map((nth) => ({ data: Buffer.from(JSON.stringify({ nth })) }));
  await client.publisher.publish({ topic: topic.name, messages });
  await passAndSettle(0);
  expect(writtenRows()).toEqual([]);
  await passAndSettle(100);
  expect(writtenRows()).toEqual([{ nth: 1 }, { nth: 2 }]);
});

test('rows that were written before the answer was lost are written again', async () => {
  await client.subscription(topic, {
    bigqueryConfig: { table: 'demo.lethe.ledger', useTableSchema: true },
  });
  running.faults.add({ operation: 'pubsub.bigquery', action: { kind: 'drop', when: 'after' } });
  await topic.publishMessage({ json: { nth: 1 } });
  await passAndSettle(0);
  await passAndSettle(100);
  expect(writtenRows()).toEqual([{ nth: 1 }, { nth: 1 }]);
});

test('a table name that is none, use_topic_schema and a push endpoint beside it are refused', async () => {
  const refused = (options: object) =>
    client.subscription(topic, options).then(
      () => 'accepted',
      ({ code }: { code: number }) => status[code],
    );
  const table = 'demo.lethe.ledger';
  expect(await refused({ bigqueryConfig: { table: 'ledger' } })).toBe('INVALID_ARGUMENT');
  expect(await refused({ bigqueryConfig: { table, useTopicSchema: true } })).toBe('UNIMPLEMENTED');
  expect(
    await refused({ bigqueryConfig: { table }, pushConfig: { pushEndpoint: 'http://127.0.0.1:1/' } }),
  ).toBe('INVALID_ARGUMENT');
});
