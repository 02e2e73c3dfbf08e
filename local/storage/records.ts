/** What is kept, as it stands in the journal. All times are in milliseconds since the epoch. */
import type { Conditions } from './preconditions.ts';

export interface BucketRecord {
  name: string;
  project: string;
  metageneration: number;
  createdAt: number;
  updatedAt: number;
  /** What the caller set, in the shape of the bucket resource, checked. */
  settings: BucketSettings;
}

export interface BucketSettings {
  location: string;
  storageClass: string;
  labels?: Record<string, string>;
  lifecycle?: { rule: LifecycleRule[] };
  retentionPolicy?: { retentionPeriod: number; effectiveAt: number; isLocked: boolean };
  iamConfiguration?: Record<string, unknown>;
}

export interface LifecycleRule {
  action: { type: 'Delete' };
  condition: LifecycleCondition;
}

/** All that are given must hold. */
export interface LifecycleCondition {
  /** Days since the creation. */
  age?: number;
  /** `YYYY-MM-DD`: midnight UTC. */
  createdBefore?: string;
  customTimeBefore?: string;
  daysSinceCustomTime?: number;
  matchesPrefix?: string[];
  matchesSuffix?: string[];
  matchesStorageClass?: string[];
  isLive?: boolean;
}

/** What a caller may set on an object; the rest the service says itself. */
export interface ObjectSettings {
  contentType?: string;
  contentEncoding?: string;
  contentDisposition?: string;
  contentLanguage?: string;
  cacheControl?: string;
  storageClass?: string;
  metadata?: Record<string, string>;
  /** RFC 3339, as it was given. */
  customTime?: string;
}

/** A file of bytes that never changes once an object names it. */
export interface Content {
  id: string;
  size: number;
  crc32c: string;
  /** Composite objects have none. */
  md5?: string;
  /** How many objects were composed into it. */
  components?: number;
}

export interface ObjectRecord {
  bucket: string;
  name: string;
  generation: number;
  metageneration: number;
  createdAt: number;
  updatedAt: number;
  settings: ObjectSettings;
  content: Content;
}

/** A resumable upload: it outlives restarts, and after its end still says which object it became. */
export interface UploadRecord {
  id: string;
  bucket: string;
  name: string;
  settings: ObjectSettings;
  expected: { md5?: string; crc32c?: string };
  conditions: Conditions;
  /** The file that grows; how far it got is its length. */
  contentId: string;
  startedAt: number;
  declaredBytes?: number;
  /** The object resource that was answered at the end. */
  result?: object;
}

/** One change of the state. A line of the journal holds one or several that take effect together. */
export type Change =
  | { put: ObjectRecord }
  | { drop: { bucket: string; name: string } }
  | { putBucket: BucketRecord }
  | { dropBucket: string }
  | { putUpload: UploadRecord }
  | { dropUpload: string }
  /** No generation up to this one may be given again, even though its object is gone. */
  | { lastGeneration: number };
