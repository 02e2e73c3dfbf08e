/** https://cloud.google.com/storage/docs/request-preconditions */
import { conditionNotMet, invalid, NotModified } from './api-error.ts';

export interface Conditions {
  generationMatch?: number;
  generationNotMatch?: number;
  metagenerationMatch?: number;
  metagenerationNotMatch?: number;
}

/** The state that conditions are held against; undefined: there is no such object, which counts as generation 0. */
export type Present = { generation?: number; metageneration: number } | undefined;

export const OBJECT_CONDITIONS = [
  'ifGenerationMatch',
  'ifGenerationNotMatch',
  'ifMetagenerationMatch',
  'ifMetagenerationNotMatch',
] as const;
export const SOURCE_CONDITIONS = [
  'ifSourceGenerationMatch',
  'ifSourceGenerationNotMatch',
  'ifSourceMetagenerationMatch',
  'ifSourceMetagenerationNotMatch',
] as const;

/** Reads `ifGenerationMatch` and its like; with `ifSource`, those on the source of a copy. */
export function readConditions(query: URLSearchParams, prefix: 'if' | 'ifSource' = 'if'): Conditions {
  const conditions: Conditions = {};
  for (const name of ['generation', 'metageneration'] as const) {
    for (const kind of ['Match', 'NotMatch'] as const) {
      const parameter = `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}${kind}`;
      const value = readInteger(query, parameter);
      if (value !== undefined) conditions[`${name}${kind}`] = value;
    }
  }
  return conditions;
}

export function readInteger(query: URLSearchParams, parameter: string): number | undefined {
  const text = query.get(parameter);
  if (text === null) return undefined;
  if (!/^-?\d+$/.test(text)) throw invalid(`Invalid value for ${parameter}: '${text}'`);
  return Number(text);
}

/** For what changes something: 412 when a condition does not hold. */
export function checkBeforeWrite(conditions: Conditions, present: Present): void {
  if (!doesMatch(conditions, present) || !doesDiffer(conditions, present)) throw conditionNotMet();
}

/** For what only reads: 304 when the caller has the present state already. */
export function checkBeforeRead(conditions: Conditions, present: Present): void {
  if (!doesMatch(conditions, present)) throw conditionNotMet();
  if (!doesDiffer(conditions, present)) throw new NotModified();
}

function doesMatch({ generationMatch, metagenerationMatch }: Conditions, present: Present): boolean {
  return (
    (generationMatch === undefined || generationMatch === (present?.generation ?? 0)) &&
    (metagenerationMatch === undefined || metagenerationMatch === present?.metageneration)
  );
}

function doesDiffer({ generationNotMatch, metagenerationNotMatch }: Conditions, present: Present): boolean {
  return (
    (generationNotMatch === undefined || generationNotMatch !== (present?.generation ?? 0)) &&
    (metagenerationNotMatch === undefined || metagenerationNotMatch !== present?.metageneration)
  );
}
