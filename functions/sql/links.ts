import type { LinkRow } from '../domain/link-graph.ts';
import { type PlannedTable, tableLabel } from '../domain/planned-table.ts';
import type { Subject } from '../domain/subject.ts';
import { everyRow } from './locate.ts';
import { matchSubjects } from './match.ts';
import { aliased, columnOf, type Statement } from './statement.ts';

/**
 * What a mapping table says of these identifiers: the distinct values of its links in every row that has one of them.
 * `undefined`: no link can hold any of them.
 * @param rowsMax rows for one identifier in one link: one more comes, as the sign that there are more
 */
export function linksOf(
  table: PlannedTable,
  subjects: readonly Subject[],
  rowsMax: number,
): Statement | undefined {
  const match = matchSubjects(table, subjects);
  if (match === undefined) return undefined;
  const names = table.identifiers.map((_, index) => `link_${index}`);
  const values = table.identifiers.map(
    ({ column }, index) => `CAST(${columnOf(column)} AS STRING) AS link_${index}`,
  );
  const asked = match.columns.map(({ identifier, predicate }) => ({
    index: table.identifiers.indexOf(identifier),
    predicate,
  }));
  const flags = asked.map(({ index, predicate }) => `IFNULL(${predicate}, FALSE) AS is_${index}`);
  const order = names.join(', ');
  const ranks = asked.map(
    ({ index }) => `ROW_NUMBER() OVER (PARTITION BY link_${index} ORDER BY ${order}) AS rank_${index}`,
  );
  const kept = asked.map(({ index }) => `(is_${index} AND rank_${index} <= ${rowsMax + 1})`);
  const query = [
    `SELECT ${names.join(', ')}`,
    `FROM (SELECT *, ${ranks.join(', ')}`,
    `FROM (SELECT DISTINCT ${[...values, ...flags].join(', ')}`,
    `FROM ${aliased(tableLabel(table.name))}`,
    `WHERE ${[match.predicate, ...everyRow(table)].join(' AND ')}))`,
    `WHERE ${kept.join(' OR ')}`,
  ].join('\n');
  return { query, params: match.params, types: match.types };
}

/** Reads one result row of `linksOf`. */
export function readLinkRow(row: Record<string, unknown>): LinkRow {
  return Object.keys(row).map((_, index) => {
    const value = row[`link_${index}`];
    if (value === undefined) throw new Error('the links query did not name its columns');
    return value === null ? null : String(value);
  });
}
