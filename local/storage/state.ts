import type { BucketRecord, Change, ObjectRecord, UploadRecord } from './records.ts';
import { SortedNames } from './sorted-names.ts';

export interface BucketState {
  record: BucketRecord;
  objects: Map<string, ObjectRecord>;
  names: SortedNames;
  /** Writes on their way to the journal: a bucket with any is not empty. */
  writers: number;
  /** Set while its deletion is on its way to the journal. */
  isClosing: boolean;
}

/** Everything that is true now, in memory: what the journal's changes amount to. */
export class State {
  readonly buckets = new Map<string, BucketState>();
  readonly uploads = new Map<string, UploadRecord>();
  lastGeneration = 0;

  apply(change: Change): void {
    if ('put' in change) this.#put(change.put);
    else if ('drop' in change) this.#drop(change.drop.bucket, change.drop.name);
    else if ('putBucket' in change) this.#putBucket(change.putBucket);
    else if ('dropBucket' in change) this.buckets.delete(change.dropBucket);
    else if ('putUpload' in change) this.uploads.set(change.putUpload.id, change.putUpload);
    else if ('dropUpload' in change) this.uploads.delete(change.dropUpload);
    else this.lastGeneration = Math.max(this.lastGeneration, change.lastGeneration);
  }

  /** The changes that lead to this state from nothing. */
  *snapshot(): Generator<Change> {
    yield { lastGeneration: this.lastGeneration };
    for (const { record, objects } of this.buckets.values()) {
      yield { putBucket: record };
      for (const object of objects.values()) yield { put: object };
    }
    for (const upload of this.uploads.values()) yield { putUpload: upload };
  }

  object(bucket: string, name: string): ObjectRecord | undefined {
    return this.buckets.get(bucket)?.objects.get(name);
  }

  /** The ids of all content that an object or an unfinished upload names. */
  contentIds(): Set<string> {
    const ids = new Set<string>();
    for (const { objects } of this.buckets.values()) {
      for (const { content } of objects.values()) ids.add(content.id);
    }
    for (const { contentId, result } of this.uploads.values()) if (result === undefined) ids.add(contentId);
    return ids;
  }

  #put(object: ObjectRecord): void {
    const bucket = this.buckets.get(object.bucket);
    if (bucket === undefined) throw new Error(`the journal names an object in no bucket: ${object.bucket}`);
    if (!bucket.objects.has(object.name)) bucket.names.add(object.name);
    bucket.objects.set(object.name, object);
    this.lastGeneration = Math.max(this.lastGeneration, object.generation);
  }

  #drop(bucketName: string, name: string): void {
    const bucket = this.buckets.get(bucketName);
    if (bucket?.objects.delete(name)) bucket.names.remove(name);
  }

  #putBucket(record: BucketRecord): void {
    const known = this.buckets.get(record.name);
    if (known !== undefined) known.record = record;
    else
      this.buckets.set(record.name, {
        record,
        objects: new Map(),
        names: new SortedNames(),
        writers: 0,
        isClosing: false,
      });
  }
}
