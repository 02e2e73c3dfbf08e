/** Locate and change for named properties: all groups of edits of a batch in one statement a table. */
import { type EditGroup, overrules, type PlacedEdit, placedEdits } from '../domain/edits.ts';
import { type Chunk, chunkTarget } from '../domain/located.ts';
import { type PlannedTable, tableLabel } from '../domain/planned-table.ts';
import { editedColumn } from './edited.ts';
import { held } from './held.ts';
import { locateStatement } from './locate.ts';
import { type Match, matchSubjects } from './match.ts';
import { Params } from './params.ts';
import { everyPartition, partitionFilter } from './partitions.ts';
import { aliased, columnOf, quoteName, type Statement } from './statement.ts';

/** Corrected keys of one JSON document: each makes the query that corrects them a step deeper. */
const KEYS_AT_ONCE = 20;

interface GroupInTable {
  /** Position among the batch's groups. */
  index: number;
  edits: PlacedEdit[];
  match: Match;
  /** Whom an edit yields to, where a row is theirs, too. */
  yieldsTo(edit: PlacedEdit): Match[];
}

/**
 * Where rows hold what the edits are about: as `locate`, and for each group in `group_N` how many rows it concerns.
 * `undefined`: the table holds none of the properties, or none of the subjects can be in it.
 */
export function locateEdits(table: PlannedTable, groups: readonly EditGroup[]): Statement | undefined {
  const params = new Params();
  const present = groupsIn(table, groups, params);
  if (present.length === 0) return undefined;
  const conditions = present.map((group) => concerns(group, params));
  const columns = table.identifiers.flatMap((identifier, index) => {
    const predicates = present.flatMap(({ match }) =>
      match.columns.filter((column) => column.identifier === identifier).map(({ predicate }) => predicate),
    );
    return predicates.length === 0
      ? []
      : [{ index, column: identifier.column, predicate: predicates.join(' OR ') }];
  });
  const counts = present.map(({ index }, at) => `COUNTIF(${conditions[at]}) AS group_${index}`);
  const query = locateStatement(table, columns, `(${conditions.join(' OR ')})`, counts);
  return { query, params: params.params, types: params.types };
}

/** Edits exactly the rows that `locateEdits` counts in this chunk. */
export function editRows(table: PlannedTable, chunk: Chunk, groups: readonly EditGroup[]): Statement {
  const params = new Params();
  const present = groupsIn(table, groups, params, chunk);
  if (present.length === 0) throw new Error(`no edit concerns ${tableLabel(table.name)}`);
  const sets = editedColumns(present).map((column) => {
    const expression = columnOf(column);
    // A row that two groups concern gets the first one's edits; the verification finds the other's, and they follow.
    const cases = present.flatMap((group) => {
      const { match, edits } = group;
      const mine = edits.filter(({ place }) => topLevel(place.column) === column);
      if (mine.length === 0) return [];
      return passesOf(mine).map((pass) => {
        const isHeld = pass.map((edit) => heldBy(group, edit, params)).join(' OR ');
        return `WHEN ${match.predicate} AND (${isHeld}) THEN ${editedColumn(expression, pass, params)}`;
      });
    });
    return `${quoteName(column)} = CASE ${cases.join(' ')} ELSE ${expression} END`;
  });
  const conditions = [`(${present.map((group) => concerns(group, params)).join(' OR ')})`];
  if (table.partitioning !== undefined) {
    if (chunk.partitions !== undefined)
      conditions.push(partitionFilter(table.partitioning, chunk.partitions));
    else if (table.requirePartitionFilter) conditions.push(everyPartition(table.partitioning));
  }
  const query = `UPDATE ${aliased(chunkTarget(table, chunk))}\nSET ${sets.join(',\n  ')}\nWHERE ${conditions.join('\n  AND ')}`;
  return { query, params: params.params, types: params.types };
}

function groupsIn(
  table: PlannedTable,
  groups: readonly EditGroup[],
  params: Params,
  chunk: Chunk = {},
): GroupInTable[] {
  const all = groups.flatMap((group, index) => {
    const edits = placedEdits(table, group);
    const match = matchSubjects(table, group.subjects, chunk.identifiers, `g${index}_`);
    return edits.length === 0 || match === undefined ? [] : [{ index, edits, match }];
  });
  const present = all.filter(({ index }) => chunk.groups === undefined || chunk.groups.includes(index));
  return present.map((group) => {
    params.merge(group.match);
    const yieldsTo = (edit: PlacedEdit) => {
      const others = all.filter(({ edits, index }) =>
        edits.some((other) => overrules(other, edit, index > group.index)),
      );
      for (const { match } of others) params.merge(match);
      return others.map(({ match }) => match);
    };
    return { ...group, yieldsTo };
  });
}

function concerns(group: GroupInTable, params: Params): string {
  return `(${group.match.predicate} AND (${group.edits.map((edit) => heldBy(group, edit, params)).join(' OR ')}))`;
}

function heldBy(group: GroupInTable, edit: PlacedEdit, params: Params): string {
  const others = group.yieldsTo(edit).map(({ predicate }) => ` AND NOT IFNULL(${predicate}, FALSE)`);
  const isHeld = held(edit, params);
  return others.length === 0 ? isHeld : `(${isHeld}${others.join('')})`;
}

/** What is done at once to a row's column. What is left over the verification finds, as it does a second group's edits. */
function passesOf(edits: readonly PlacedEdit[]): PlacedEdit[][] {
  const isKey = ({ place, value }: PlacedEdit) => place.form === 'json' && value !== undefined;
  const keys = edits.filter(isKey);
  if (keys.length <= KEYS_AT_ONCE) return [[...edits]];
  const passes = [edits.filter((edit) => !isKey(edit))];
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) passes.push(keys.slice(at, at + KEYS_AT_ONCE));
  return passes.filter(({ length }) => length > 0);
}

function editedColumns(present: readonly GroupInTable[]): string[] {
  return [...new Set(present.flatMap(({ edits }) => edits.map(({ place }) => topLevel(place.column))))];
}

function topLevel(path: string): string {
  return path.split('.')[0] ?? path;
}
