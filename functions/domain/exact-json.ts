/** JSON whose numbers keep their text: JavaScript's own would round those beyond a double. */

interface RawJson {
  rawJSON: string;
}

const json = JSON as typeof JSON & {
  rawJSON(text: string): RawJson;
  isRawJSON(value: unknown): value is RawJson;
};

/** Numbers become objects that `JSON.stringify` writes as they were. */
export function parseExactly(text: string): unknown {
  const keepText = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? json.rawJSON(context.source) : value;
  return JSON.parse(text, keepText as (key: string, value: unknown) => unknown);
}

/** A text as it is, another value as JSON writes it, `undefined` for null. */
export function plainText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  return json.isRawJSON(value) ? value.rawJSON : JSON.stringify(value);
}

export function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !json.isRawJSON(value);
}
