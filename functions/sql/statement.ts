/** What every builder in sql/ returns: the text, its named parameters and their types. Values only as parameters. */
export interface Statement {
  query: string;
  params: Record<string, unknown>;
  /** `'INT64'`, or `['STRING']` for an array of STRING. */
  types: Record<string, string | [string]>;
}

/** A name of the data map, in backticks. The map's form admits no backtick; this is the second lock. */
export function quoteName(name: string): string {
  if (/[`\\\n\r]/.test(name)) throw new Error(`not a BigQuery name: ${JSON.stringify(name)}`);
  return `\`${name}\``;
}

/** `device.advertising_id` -> `` `device`.`advertising_id` `` */
export function quotePath(path: string): string {
  return path.split('.').map(quoteName).join('.');
}
