/** What the real service allows; each with the page that says so. */

/** https://cloud.google.com/storage/quotas#objects */
export const OBJECT_NAME_BYTES_MAX = 1024;
/** Keys and values of the custom metadata together. https://cloud.google.com/storage/quotas#objects */
export const CUSTOM_METADATA_BYTES_MAX = 8 * 1024;
/** https://cloud.google.com/storage/docs/composite-objects */
export const COMPOSE_SOURCES_MAX = 32;
/** Chunks of a resumable upload are multiples of it. https://cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload */
export const CHUNK_BYTES_UNIT = 256 * 1024;
/** https://cloud.google.com/storage/docs/resumable-uploads#session-uris */
export const UPLOAD_SESSION_SECONDS_MAX = 7 * 86_400;
/** https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite */
export const REWRITE_BYTES_UNIT = 1024 * 1024;
/** https://cloud.google.com/storage/docs/json_api/v1/objects/list */
export const LIST_RESULTS_MAX = 1000;
/** https://cloud.google.com/storage/docs/access-control/signed-urls */
export const SIGNED_URL_SECONDS_MAX = 7 * 86_400;
/** https://cloud.google.com/storage/docs/lifecycle#matchesprefix-suffix */
export const LIFECYCLE_AFFIXES_MAX = 50;
/** https://cloud.google.com/storage/docs/lifecycle */
export const LIFECYCLE_RULES_MAX = 100;
/** A hundred years. https://cloud.google.com/storage/docs/bucket-lock */
export const RETENTION_SECONDS_MAX = 3_155_760_000;
