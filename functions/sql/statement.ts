/** What every builder in sql/ returns: the text, its named parameters and their types. Values only as parameters. */
export interface Statement {
  query: string;
  params: Record<string, unknown>;
  /** `'INT64'`, or `['STRING']` for an array of STRING. */
  types: Record<string, string | [string]>;
}

/**
 * The alias of the one table that a statement is about. A table without an alias is called by the last part of its
 * name, and hides a column of that name: `device.id` would then be the column `id` of a table `device`.
 */
const TABLE_ALIAS = 't';

/** A name of the data map, in backticks. The map's form admits no backtick; this is the second lock. */
export function quoteName(name: string): string {
  if (/[`\\\n\r]/.test(name)) throw new Error(`not a BigQuery name: ${JSON.stringify(name)}`);
  return `\`${name}\``;
}

/** `device.advertising_id` -> `` `device`.`advertising_id` `` */
export function quotePath(path: string): string {
  return path.split('.').map(quoteName).join('.');
}

/** A column of the statement's table, or a field of one: `` t.`device`.`advertising_id` `` */
export function columnOf(path: string): string {
  return `${TABLE_ALIAS}.${quotePath(path)}`;
}

/** `` `project.dataset.table` AS t `` */
export function aliased(label: string): string {
  return `${quoteName(label)} AS ${TABLE_ALIAS}`;
}
