/** google.pubsub.v1.Publisher */

import { applyMask, type FieldMask } from './field-mask.ts';
import type { Handler } from './handlers.ts';
import {
  ATTRIBUTE_KEY_BYTES_MAX,
  ATTRIBUTE_VALUE_BYTES_MAX,
  ATTRIBUTES_MAX,
  ORDERING_KEY_BYTES_MAX,
  PUBLISH_REQUEST_BYTES_MAX,
  PUBLISH_REQUEST_MESSAGES_MAX,
} from './limits.ts';
import { checkName, checkProject } from './names.ts';
import { type PageRequest, page } from './paging.ts';
import { publish } from './publishing.ts';
import { alreadyExists, invalidArgument, notFound, tooLarge, unimplemented } from './rpc-error.ts';
import type { State } from './state.ts';
import type { PublishedMessage, Topic } from './wire.ts';

/** Settings of a topic that would change what happens to its messages. */
const UNSUPPORTED = ['schemaSettings', 'ingestionDataSourceSettings', 'kmsKeyName', 'messageTransforms'];

const createTopic: Handler = ({ publishing: { state, journal }, inTurn }, topic: Topic) =>
  inTurn(async () => {
    checkName('topics', 'name', topic.name);
    refuseUnsupported(topic);
    if (state.topics.has(topic.name)) throw alreadyExists(topic.name);
    await journal.commit({ kind: 'topic', topic: { ...topic } });
    return topic;
  });

const updateTopic: Handler = (
  { publishing: { state, journal }, inTurn },
  { topic, updateMask }: { topic: Topic; updateMask: FieldMask | null },
) =>
  inTurn(async () => {
    const updated = applyMask(findTopic(state, topic.name), topic, updateMask, [
      'labels',
      'messageRetentionDuration',
      'messageStoragePolicy',
    ]);
    await journal.commit({ kind: 'topic', topic: updated });
    return updated;
  });

const getTopic: Handler = async ({ publishing: { state } }, { topic }: { topic: string }) =>
  findTopic(state, topic);

const listTopics: Handler = async ({ publishing: { state } }, request: PageRequest & { project: string }) => {
  const prefix = `${checkProject(request.project)}/topics/`;
  const names = [...state.topics.keys()].filter((name) => name.startsWith(prefix));
  const { items, nextPageToken } = page(names, request);
  return { topics: items.map((name) => state.topics.get(name)), nextPageToken };
};

const listTopicSubscriptions: Handler = async (
  { publishing: { state } },
  request: PageRequest & { topic: string },
) => {
  const { name } = findTopic(state, request.topic);
  const names = [...state.subscriptions.values()]
    .filter(({ subscription }) => subscription.topic === name)
    .map(({ subscription }) => subscription.name);
  const { items, nextPageToken } = page(names, request);
  return { subscriptions: items, nextPageToken };
};

const deleteTopic: Handler = ({ publishing: { state, journal }, inTurn }, { topic }: { topic: string }) =>
  inTurn(async () => {
    const { name } = findTopic(state, topic);
    await journal.commit({ kind: 'topicDeleted', name });
    return {};
  });

const publishMessages: Handler = async (
  { publishing },
  { topic, messages }: { topic: string; messages: PublishedMessage[] },
) => {
  const { name } = findTopic(publishing.state, topic);
  checkMessages(messages);
  const accepted = messages.map(({ data, attributes, orderingKey }) => ({ data, attributes, orderingKey }));
  return { messageIds: await publish(publishing, name, accepted) };
};

export const publisherHandlers: Record<string, Handler> = {
  CreateTopic: createTopic,
  UpdateTopic: updateTopic,
  GetTopic: getTopic,
  ListTopics: listTopics,
  ListTopicSubscriptions: listTopicSubscriptions,
  DeleteTopic: deleteTopic,
  Publish: publishMessages,
};

/** @throws RpcError INVALID_ARGUMENT for a name that is none, NOT_FOUND for a topic that is not there. */
export function findTopic(state: State, name: string): Topic {
  const topic = state.topics.get(checkName('topics', 'topic', name));
  if (topic === undefined) throw notFound(name);
  return topic;
}

function refuseUnsupported(topic: Topic): void {
  const settings = topic as unknown as Record<string, unknown>;
  for (const field of UNSUPPORTED) {
    const value = settings[field];
    const isSet = Array.isArray(value) ? value.length > 0 : Boolean(value);
    if (isSet) throw unimplemented(`A topic's ${field}`);
  }
}

function checkMessages(messages: PublishedMessage[]): void {
  if (messages.length === 0) throw invalidArgument('The publish request contains no messages.');
  if (messages.length > PUBLISH_REQUEST_MESSAGES_MAX)
    throw tooLarge('message_count', messages.length, PUBLISH_REQUEST_MESSAGES_MAX);
  let bytes = 0;
  for (const message of messages) {
    checkMessage(message);
    bytes += message.data.length + Buffer.byteLength(message.orderingKey);
    for (const [key, value] of Object.entries(message.attributes))
      bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > PUBLISH_REQUEST_BYTES_MAX) throw tooLarge('request_size', bytes, PUBLISH_REQUEST_BYTES_MAX);
}

function checkMessage({ data, attributes, orderingKey }: PublishedMessage): void {
  const entries = Object.entries(attributes);
  if (data.length === 0 && entries.length === 0)
    throw invalidArgument(
      'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.',
    );
  if (entries.length > ATTRIBUTES_MAX) throw tooLarge('attribute_count', entries.length, ATTRIBUTES_MAX);
  checkBytes('ordering_key_size', orderingKey, ORDERING_KEY_BYTES_MAX);
  for (const [key, value] of entries) {
    if (key === '' || key.startsWith('goog'))
      throw invalidArgument(`Attribute keys must be non-empty and must not begin with 'goog' (key=${key}).`);
    checkBytes('attribute_key_size', key, ATTRIBUTE_KEY_BYTES_MAX);
    checkBytes('attribute_value_size', value, ATTRIBUTE_VALUE_BYTES_MAX);
  }
}

function checkBytes(what: string, text: string, maximum: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > maximum) throw tooLarge(what, bytes, maximum);
}
