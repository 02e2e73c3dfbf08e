/** What a subscription may say, and the values it gets where it says nothing. */
import { parseTableName } from './bigquery-rows.ts';
import { parseFilter } from './filter.ts';
import {
  ACK_DEADLINE_SECONDS_DEFAULT,
  ACK_DEADLINE_SECONDS_MAX,
  ACK_DEADLINE_SECONDS_MIN,
  BACKOFF_SECONDS_MAX,
  DELIVERY_ATTEMPTS_DEFAULT,
  DELIVERY_ATTEMPTS_MAX,
  DELIVERY_ATTEMPTS_MIN,
  MAXIMUM_BACKOFF_SECONDS_DEFAULT,
  MINIMUM_BACKOFF_SECONDS_DEFAULT,
  RETENTION_SECONDS_DEFAULT,
  RETENTION_SECONDS_MAX,
  RETENTION_SECONDS_MIN,
} from './limits.ts';
import { checkName } from './names.ts';
import { invalidArgument, notFound, outOfBounds, outOfRange, unimplemented } from './rpc-error.ts';
import type { State } from './state.ts';
import {
  type BigQueryConfig,
  type Duration,
  durationToMilliseconds,
  type PushConfig,
  type RetryPolicy,
  type Subscription,
  seconds,
} from './wire.ts';

/**
 * @param canWriteRows whether BigQuery subscriptions have somewhere to write
 * @returns the subscription as it is kept: checked, with its defaults
 * @throws RpcError INVALID_ARGUMENT, NOT_FOUND (dead-letter topic), UNIMPLEMENTED (what this stand-in lacks)
 */
export function checkSubscription(wanted: Subscription, state: State, canWriteRows: boolean): Subscription {
  refuseUnsupported(wanted);
  parseFilter(wanted.filter);
  const pushConfig = checkPush(wanted.pushConfig);
  const bigqueryConfig = checkBigQuery(wanted.bigqueryConfig, canWriteRows);
  if (pushConfig !== null && bigqueryConfig !== null)
    throw invalidArgument('A subscription may have at most one of push_config and bigquery_config.');
  return {
    ...wanted,
    pushConfig,
    bigqueryConfig,
    ackDeadlineSeconds: checkAckDeadline(wanted.ackDeadlineSeconds),
    messageRetentionDuration: checkRetention(wanted.messageRetentionDuration),
    deadLetterPolicy: checkDeadLetter(wanted, state),
    retryPolicy: checkRetry(wanted.retryPolicy),
    state: 'ACTIVE',
  };
}

function refuseUnsupported(wanted: Subscription): void {
  if (wanted.enableMessageOrdering) throw unimplemented('Message ordering');
  if (wanted.enableExactlyOnceDelivery) throw unimplemented('Exactly-once delivery');
  if (wanted.retainAckedMessages) throw unimplemented('Retaining acknowledged messages');
  if (wanted.cloudStorageConfig) throw unimplemented('A Cloud Storage subscription');
  if (wanted.bigtableConfig) throw unimplemented('A Bigtable subscription');
  if ((wanted.messageTransforms ?? []).length > 0) throw unimplemented('A message transform');
}

/** A push config without an endpoint means pull. Unlike the real service, http: is allowed, for the loopback. */
export function checkPush(config: PushConfig | null): PushConfig | null {
  if (config === null || config.pushEndpoint === '') return null;
  if (config.noWrapper) throw unimplemented('Pushing without wrapper');
  const isUrl = URL.canParse(config.pushEndpoint) && /^https?:$/.test(new URL(config.pushEndpoint).protocol);
  if (!isUrl)
    throw invalidArgument(
      `Invalid push endpoint given (endpoint=${config.pushEndpoint}). Refer to https://cloud.google.com/pubsub/docs/subscriber#create for more information.`,
    );
  if (config.oidcToken && config.oidcToken.serviceAccountEmail === '')
    throw invalidArgument('An OIDC token needs a service_account_email.');
  return config;
}

function checkBigQuery(config: BigQueryConfig | null, canWriteRows: boolean): BigQueryConfig | null {
  if (config === null || config.table === '') return null;
  if (!canWriteRows) throw unimplemented('A BigQuery subscription, when started without a BigQuery,');
  if (config.useTopicSchema) throw unimplemented('use_topic_schema');
  parseTableName(config.table);
  return { ...config, state: 'ACTIVE' };
}

function checkAckDeadline(given: number): number {
  if (given === 0) return ACK_DEADLINE_SECONDS_DEFAULT;
  if (given < ACK_DEADLINE_SECONDS_MIN || given > ACK_DEADLINE_SECONDS_MAX)
    throw outOfBounds(
      'ack_deadline_seconds',
      `${given}`,
      `${ACK_DEADLINE_SECONDS_MIN}`,
      `${ACK_DEADLINE_SECONDS_MAX}`,
    );
  return given;
}

function checkRetention(given: Duration | null): Duration {
  if (given === null) return seconds(RETENTION_SECONDS_DEFAULT);
  checkRange('message_retention_duration', given, RETENTION_SECONDS_MIN, RETENTION_SECONDS_MAX);
  return given;
}

function checkRetry(policy: RetryPolicy | null): RetryPolicy | null {
  if (policy === null) return null;
  const minimumBackoff = policy.minimumBackoff ?? seconds(MINIMUM_BACKOFF_SECONDS_DEFAULT);
  const maximumBackoff = policy.maximumBackoff ?? seconds(MAXIMUM_BACKOFF_SECONDS_DEFAULT);
  checkRange('minimum_backoff', minimumBackoff, 0, BACKOFF_SECONDS_MAX);
  checkRange('maximum_backoff', maximumBackoff, 0, BACKOFF_SECONDS_MAX);
  if (durationToMilliseconds(minimumBackoff) > durationToMilliseconds(maximumBackoff))
    throw invalidArgument(
      `The value for maximum_backoff is too small. You passed ${textOf(maximumBackoff)} in the request, but the minimum value is ${textOf(minimumBackoff)}.`,
    );
  return { minimumBackoff, maximumBackoff };
}

function checkDeadLetter({ deadLetterPolicy }: Subscription, state: State) {
  if (deadLetterPolicy === null) return null;
  const { deadLetterTopic } = deadLetterPolicy;
  checkName('topics', 'dead_letter_topic', deadLetterTopic);
  if (!state.topics.has(deadLetterTopic)) throw notFound(deadLetterTopic);
  const attempts = deadLetterPolicy.maxDeliveryAttempts || DELIVERY_ATTEMPTS_DEFAULT;
  if (attempts < DELIVERY_ATTEMPTS_MIN || attempts > DELIVERY_ATTEMPTS_MAX)
    throw outOfRange('max_delivery_attempts', attempts, DELIVERY_ATTEMPTS_MIN, DELIVERY_ATTEMPTS_MAX);
  return { deadLetterTopic, maxDeliveryAttempts: attempts };
}

function checkRange(field: string, duration: Duration, least: number, most: number): void {
  const given = durationToMilliseconds(duration) / 1000;
  if (given < least || given > most) throw outOfBounds(field, `${given}s`, `${least}s`, `${most}s`);
}

function textOf(duration: Duration): string {
  return `${durationToMilliseconds(duration) / 1000}s`;
}
