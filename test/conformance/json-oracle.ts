/** JSON as GoogleSQL keeps it: numbers as they are written, members in the order of their names, the first of a name. */
import type { Scalar } from '../../functions/domain/property-place.ts';

/** A number by its text; JavaScript's own would round it. */
interface Digits {
  digits: string;
}

export type Json = null | boolean | string | Digits | Json[] | Map<string, Json>;

type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Of texts without duplicate members. */
export function parsedJson(text: string): Json {
  return parse(text, (_key, value, { source }) => {
    if (typeof value === 'number') return { digits: source };
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && !('digits' in value && Object.keys(value).length === 1)
      ? new Map(Object.entries(value))
      : value;
  }) as Json;
}

/** `undefined`: the text is not JSON. */
export function readJson(text: string): Json | undefined {
  try {
    return parsedJson(text);
  } catch {
    return undefined;
  }
}

export function jsonOf(value: Scalar): Json {
  return typeof value === 'number' ? { digits: String(value) } : value;
}

export function jsonText(json: Json): string {
  if (json instanceof Map) {
    const members = [...json].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${jsonText(value)}`).join(',')}}`;
  }
  if (Array.isArray(json)) return `[${json.map(jsonText).join(',')}]`;
  return typeof json === 'object' && json !== null ? json.digits : JSON.stringify(json);
}
