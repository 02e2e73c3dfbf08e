/** Reads lifecycle rules. https://cloud.google.com/storage/docs/lifecycle */
import { invalid, notSupported } from './api-error.ts';
import { LIFECYCLE_AFFIXES_MAX, LIFECYCLE_RULES_MAX } from './limits.ts';
import type { LifecycleCondition, LifecycleRule } from './records.ts';

type Check = (value: unknown) => boolean;

const isDays: Check = (value) => Number.isInteger(value) && Number(value) >= 0;
const isDate: Check = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
const isTexts: Check = (value) => Array.isArray(value) && value.every((item) => typeof item === 'string');
const isAffixes: Check = (value) => isTexts(value) && (value as string[]).length <= LIFECYCLE_AFFIXES_MAX;

const CONDITIONS: Record<keyof LifecycleCondition, Check> = {
  age: isDays,
  createdBefore: isDate,
  customTimeBefore: isDate,
  daysSinceCustomTime: isDays,
  matchesPrefix: isAffixes,
  matchesSuffix: isAffixes,
  matchesStorageClass: isTexts,
  isLive: (value) => typeof value === 'boolean',
};

/** @returns undefined when there is no rule */
export function readLifecycle(value: unknown): { rule: LifecycleRule[] } | undefined {
  const rules = (value as { rule?: unknown } | null)?.rule ?? [];
  if (!Array.isArray(rules)) throw invalid('Invalid value for lifecycle.rule');
  if (rules.length > LIFECYCLE_RULES_MAX) throw invalid('Too many lifecycle rules');
  return rules.length === 0 ? undefined : { rule: rules.map(readRule) };
}

function readRule(rule: { action?: { type?: unknown }; condition?: unknown }): LifecycleRule {
  const type = rule?.action?.type;
  if (type !== 'Delete') throw notSupported(`The lifecycle action ${String(type)}`);
  const condition = Object.entries(rule.condition ?? {}).filter(([, value]) => value !== null);
  if (condition.length === 0) throw invalid('Lifecycle rules must have a condition.');
  for (const [name, value] of condition) {
    if (!Object.hasOwn(CONDITIONS, name)) throw notSupported(`The lifecycle condition ${name}`);
    if (!CONDITIONS[name as keyof LifecycleCondition](value)) {
      throw invalid(`Invalid value for the lifecycle condition ${name}`);
    }
  }
  return { action: { type }, condition: Object.fromEntries(condition) };
}
