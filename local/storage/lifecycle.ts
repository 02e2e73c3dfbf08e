/** Which objects a lifecycle rule takes. https://cloud.google.com/storage/docs/lifecycle#conditions */
import type { LifecycleCondition, LifecycleRule, ObjectRecord } from './records.ts';

const DAY_MILLISECONDS = 86_400_000;

/** Whether any rule takes the object: all conditions of it hold. Pure. */
export function isTaken(
  object: ObjectRecord,
  { rules, storageClass, now }: { rules: LifecycleRule[]; storageClass: string; now: number },
): boolean {
  const holds = ({ condition }: LifecycleRule) =>
    (Object.keys(condition) as (keyof LifecycleCondition)[]).every((name) =>
      TESTS[name](condition, object, { storageClass, now }),
    );
  return rules.some(holds);
}

type Test = (
  condition: LifecycleCondition,
  object: ObjectRecord,
  around: { storageClass: string; now: number },
) => boolean;

const TESTS: Record<keyof LifecycleCondition, Test> = {
  age: ({ age = 0 }, { createdAt }, { now }) => now >= createdAt + age * DAY_MILLISECONDS,
  createdBefore: ({ createdBefore = '' }, { createdAt }) => createdAt < Date.parse(createdBefore),
  customTimeBefore: ({ customTimeBefore = '' }, object) => customTime(object) < Date.parse(customTimeBefore),
  // An object without a custom time is never taken.
  daysSinceCustomTime: ({ daysSinceCustomTime = 0 }, object, { now }) =>
    now >= customTime(object) + daysSinceCustomTime * DAY_MILLISECONDS,
  matchesPrefix: ({ matchesPrefix = [] }, { name }) =>
    matchesPrefix.some((prefix) => name.startsWith(prefix)),
  matchesSuffix: ({ matchesSuffix = [] }, { name }) => matchesSuffix.some((suffix) => name.endsWith(suffix)),
  matchesStorageClass: ({ matchesStorageClass = [] }, { settings }, { storageClass }) =>
    matchesStorageClass.includes(settings.storageClass ?? storageClass),
  // Without versioning every object is live.
  isLive: ({ isLive }) => isLive === true,
};

/** NaN, which compares false with everything, when there is none. */
function customTime({ settings }: ObjectRecord): number {
  return Date.parse(settings.customTime ?? '');
}
