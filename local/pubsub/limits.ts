/** Pub/Sub's limits. Unless said otherwise: https://cloud.google.com/pubsub/quotas#resource_limits */

/** A publish request in bytes; a single message cannot be larger either. */
export const PUBLISH_REQUEST_BYTES_MAX = 10_000_000;
export const PUBLISH_REQUEST_MESSAGES_MAX = 1000;
export const ATTRIBUTES_MAX = 100;
export const ATTRIBUTE_KEY_BYTES_MAX = 256;
export const ATTRIBUTE_VALUE_BYTES_MAX = 1024;
export const ORDERING_KEY_BYTES_MAX = 1024;
export const FILTER_BYTES_MAX = 256;

/** https://cloud.google.com/pubsub/docs/lease-management */
export const ACK_DEADLINE_SECONDS_MIN = 10;
export const ACK_DEADLINE_SECONDS_MAX = 600;
export const ACK_DEADLINE_SECONDS_DEFAULT = 10;

/** https://cloud.google.com/pubsub/docs/subscription-properties#message_retention_duration */
export const RETENTION_SECONDS_MIN = 600;
export const RETENTION_SECONDS_MAX = 31 * 24 * 3600;
export const RETENTION_SECONDS_DEFAULT = 7 * 24 * 3600;

/** https://cloud.google.com/pubsub/docs/handling-failures#exponential_backoff */
export const BACKOFF_SECONDS_MAX = 600;
export const MINIMUM_BACKOFF_SECONDS_DEFAULT = 10;
export const MAXIMUM_BACKOFF_SECONDS_DEFAULT = 600;

/**
 * The least time before a failed push is repeated where no retry policy says otherwise.
 * https://cloud.google.com/pubsub/docs/push#push_backoff: "between 100 milliseconds and 60 seconds".
 */
export const PUSH_BACKOFF_MILLISECONDS = 100;

/** https://cloud.google.com/pubsub/docs/dead-letter-topics#max_delivery_attempts */
export const DELIVERY_ATTEMPTS_MIN = 5;
export const DELIVERY_ATTEMPTS_MAX = 100;
export const DELIVERY_ATTEMPTS_DEFAULT = 5;

/** Our own bounds; Google's are adaptive and unpublished. */
export const PUSH_OUTSTANDING_MAX = 100;
export const BIGQUERY_BATCH_ROWS_MAX = 500;
export const PULL_WAIT_MILLISECONDS = 20_000;
export const PULL_MESSAGES_MAX = 1000;
export const LIST_PAGE_MAX = 1000;
