/** The messages of google.pubsub.v1 that the stand-in reads and answers, as proto-loader hands them over. */

export interface Duration {
  seconds: string;
  nanos: number;
}

export interface Timestamp {
  seconds: string;
  nanos: number;
}

export interface Topic {
  name: string;
  labels: Record<string, string>;
  messageRetentionDuration: Duration | null;
}

export interface PushConfig {
  pushEndpoint: string;
  attributes: Record<string, string>;
  oidcToken?: { serviceAccountEmail: string; audience: string } | null;
  noWrapper?: unknown;
}

export interface BigQueryConfig {
  table: string;
  useTopicSchema: boolean;
  useTableSchema: boolean;
  writeMetadata: boolean;
  dropUnknownFields: boolean;
  state: string;
}

interface DeadLetterPolicy {
  deadLetterTopic: string;
  maxDeliveryAttempts: number;
}

export interface RetryPolicy {
  minimumBackoff: Duration | null;
  maximumBackoff: Duration | null;
}

export interface Subscription {
  name: string;
  topic: string;
  pushConfig: PushConfig | null;
  bigqueryConfig: BigQueryConfig | null;
  cloudStorageConfig?: unknown;
  bigtableConfig?: unknown;
  ackDeadlineSeconds: number;
  retainAckedMessages: boolean;
  messageRetentionDuration: Duration | null;
  labels: Record<string, string>;
  enableMessageOrdering: boolean;
  enableExactlyOnceDelivery: boolean;
  expirationPolicy: { ttl: Duration | null } | null;
  filter: string;
  deadLetterPolicy: DeadLetterPolicy | null;
  retryPolicy: RetryPolicy | null;
  messageTransforms?: unknown[];
  state: string;
}

/** A message of a publish request. */
export interface PublishedMessage {
  data: Buffer;
  attributes: Record<string, string>;
  orderingKey: string;
}

/** A message that the service has accepted. */
export interface StoredMessage extends PublishedMessage {
  messageId: string;
  publishMilliseconds: number;
}

export interface ReceivedMessage {
  ackId: string;
  message: PublishedMessage & { messageId: string; publishTime: Timestamp };
  deliveryAttempt: number;
}

export function durationToMilliseconds(duration: Duration): number {
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}

export function seconds(count: number): Duration {
  return { seconds: String(count), nanos: 0 };
}

export function toTimestamp(milliseconds: number): Timestamp {
  const whole = Math.floor(milliseconds / 1000);
  return { seconds: String(whole), nanos: Math.round((milliseconds - whole * 1000) * 1e6) };
}
