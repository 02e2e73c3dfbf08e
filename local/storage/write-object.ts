/** The two ways in which an object changes hands: it comes to be (and replaces another), and it goes. */
import type { Call } from '../http.ts';
import { noSuchBucket, noSuchObject } from './api-error.ts';
import type { Context } from './context.ts';
import { type Conditions, checkBeforeWrite } from './preconditions.ts';
import type { Change, Content, ObjectRecord, ObjectSettings } from './records.ts';
import { checkRetention } from './retention.ts';
import type { BucketState } from './state.ts';

export interface Place {
  bucket: string;
  name: string;
}

/** The object that the path of the request names. */
export function placeOf({ params }: Call): Place {
  return { bucket: params['bucket'] ?? '', name: params['object'] ?? '' };
}

export function requireBucket(context: Context, name: string): BucketState {
  const bucket = context.state.buckets.get(name);
  if (bucket === undefined || bucket.isClosing) throw noSuchBucket();
  return bucket;
}

/** @param generation only this one will do, if given */
export function requireObject(context: Context, { bucket, name }: Place, generation?: number): ObjectRecord {
  const object = requireBucket(context, bucket).objects.get(name);
  if (object === undefined || (generation !== undefined && object.generation !== generation)) {
    throw noSuchObject(bucket, name);
  }
  return object;
}

export function keyOf({ bucket, name }: Place): string {
  return `${bucket}/${name}`;
}

/**
 * Makes the content an object, in the object's turn. The content belongs to this call: when the object cannot be made,
 * it is removed.
 * @param also what takes effect together with the object
 */
export async function createObject(
  context: Context,
  place: Place,
  parts: { settings: ObjectSettings; content: Content; conditions: Conditions },
  also: (object: ObjectRecord) => Change[] = () => [],
): Promise<ObjectRecord> {
  try {
    return await context.turns.take(keyOf(place), async () => {
      checkReplaceable(context, place, parts.conditions);
      context.checkRate(keyOf(place));
      const object = newObject(context, place, parts);
      const replaced = context.state.object(place.bucket, place.name);
      await commitTo(context, place.bucket, [{ put: object }, ...also(object)]);
      if (replaced !== undefined) await context.content.remove(replaced.content.id);
      return object;
    });
  } catch (error) {
    await context.content.remove(parts.content.id);
    throw error;
  }
}

/** Throws unless an object can come to be here now, in place of the present one if there is one. */
export function checkReplaceable(context: Context, place: Place, conditions: Conditions): void {
  const { record, objects } = requireBucket(context, place.bucket);
  const present = objects.get(place.name);
  checkBeforeWrite(conditions, present);
  checkRetention(record, present, context.now());
}

function newObject(
  context: Context,
  { bucket, name }: Place,
  { settings, content }: { settings: ObjectSettings; content: Content },
): ObjectRecord {
  const { state } = context;
  const createdAt = context.now();
  // Microseconds as on the real service, but never the same twice, even if the clock stands still or goes back.
  state.lastGeneration = Math.max(state.lastGeneration + 1, Math.floor(createdAt * 1000));
  const generation = state.lastGeneration;
  return { bucket, name, generation, metageneration: 1, createdAt, updatedAt: createdAt, settings, content };
}

/** Deletes the object if `check` does not throw, in the object's turn. */
export async function removeObject(
  context: Context,
  place: Place,
  check: (object: ObjectRecord) => void,
  generation?: number,
): Promise<void> {
  await context.turns.take(keyOf(place), async () => {
    const object = requireObject(context, place, generation);
    check(object);
    checkRetention(requireBucket(context, place.bucket).record, object, context.now());
    context.checkRate(keyOf(place));
    await context.commit({ drop: place });
    await context.content.remove(object.content.id);
  });
}

/** Commits while the bucket cannot be deleted. */
export async function commitTo(context: Context, name: string, changes: Change[]): Promise<void> {
  const bucket = requireBucket(context, name);
  bucket.writers += 1;
  try {
    await context.commit(...changes);
  } finally {
    bucket.writers -= 1;
  }
}
