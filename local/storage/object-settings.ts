/** What a caller may set on an object. https://cloud.google.com/storage/docs/json_api/v1/objects#resource-representations */
import { invalid, notSupported, required } from './api-error.ts';
import { CUSTOM_METADATA_BYTES_MAX, OBJECT_NAME_BYTES_MAX } from './limits.ts';
import type { ObjectSettings } from './records.ts';

const TEXTS = [
  'contentType',
  'contentEncoding',
  'contentDisposition',
  'contentLanguage',
  'cacheControl',
] as const;
const STORAGE_CLASSES = ['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE'];
/** The service says these itself; in a request they are accepted and have no effect, as on the real service. */
const OUTPUT_ONLY = new Set([
  ...[
    'kind',
    'id',
    'selfLink',
    'mediaLink',
    'name',
    'bucket',
    'generation',
    'metageneration',
    'etag',
    'size',
  ],
  ...['timeCreated', 'updated', 'timeStorageClassUpdated', 'timeFinalized', 'componentCount', 'owner'],
  ...['retentionExpirationTime', 'md5Hash', 'crc32c'],
]);
const FALSE_ONLY = new Set(['temporaryHold', 'eventBasedHold']);

export type Body = Record<string, unknown>;

/** The metadata part of an upload. */
export function parseMetadata(bytes: Buffer): Body {
  const text = bytes.toString('utf8');
  const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('Invalid metadata.');
  return value as Body;
}

/** The settings of a new object. */
export function readSettings(body: Body): ObjectSettings {
  return mergeSettings({}, body);
}

/** The settings after a patch: what is absent stays, null removes. */
export function mergeSettings(present: ObjectSettings, body: Body): ObjectSettings {
  const merged: ObjectSettings = { ...present };
  for (const [field, value] of Object.entries(body)) {
    if (OUTPUT_ONLY.has(field) || (FALSE_ONLY.has(field) && !value)) continue;
    if (isText(field)) setText(merged, field, value);
    else if (field === 'metadata') mergeMetadata(merged, value);
    else if (field === 'customTime') setCustomTime(merged, value);
    else if (field === 'storageClass') setStorageClass(merged, value);
    else throw notSupported(`The object field ${field}`);
  }
  return merged;
}

/** @returns the name, if an object may be called so. https://cloud.google.com/storage/docs/objects#naming */
export function checkObjectName(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw required('Required parameter: name');
  const isForbidden =
    name === '.' || name === '..' || /[\r\n]/.test(name) || name.startsWith('.well-known/acme-challenge/');
  if (isForbidden || !name.isWellFormed() || Buffer.byteLength(name) > OBJECT_NAME_BYTES_MAX) {
    throw invalid(`Invalid object name: '${name.slice(0, OBJECT_NAME_BYTES_MAX)}'`);
  }
  return name;
}

function isText(field: string): field is (typeof TEXTS)[number] {
  return (TEXTS as readonly string[]).includes(field);
}

function setText(settings: ObjectSettings, field: (typeof TEXTS)[number], value: unknown): void {
  if (value === null) delete settings[field];
  else if (typeof value === 'string') settings[field] = value;
  else throw invalid(`Invalid value for ${field}`);
}

function mergeMetadata(settings: ObjectSettings, value: unknown): void {
  if (value === null) {
    delete settings.metadata;
    return;
  }
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('Invalid value for metadata');
  const merged = new Map(Object.entries(settings.metadata ?? {}));
  for (const [key, text] of Object.entries(value as object)) {
    if (text === null) merged.delete(key);
    else if (typeof text === 'string') merged.set(key, text);
    else throw invalid(`Invalid value for metadata.${key}: custom metadata are strings`);
  }
  const bytes = [...merged].flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > CUSTOM_METADATA_BYTES_MAX) {
    throw invalid('Your metadata headers exceed the maximum allowed metadata size.');
  }
  if (merged.size === 0) delete settings.metadata;
  else settings.metadata = Object.fromEntries(merged);
}

/** Once set it only moves forward. https://cloud.google.com/storage/docs/metadata#custom-time */
function setCustomTime(settings: ObjectSettings, value: unknown): void {
  const before = settings.customTime;
  if (value === null) {
    if (before !== undefined) throw invalid('Custom time cannot be removed from an object.');
    return;
  }
  if (typeof value !== 'string' || !isRfc3339(value)) throw invalid('Invalid value for customTime');
  if (before !== undefined && Date.parse(value) < Date.parse(before)) {
    throw invalid('Custom time cannot be set to an earlier time than the one the object has.');
  }
  settings.customTime = value;
}

function isRfc3339(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}

function setStorageClass(settings: ObjectSettings, value: unknown): void {
  if (typeof value !== 'string' || !STORAGE_CLASSES.includes(value)) {
    throw invalid(`Invalid value for storageClass: '${String(value)}'`);
  }
  settings.storageClass = value;
}
