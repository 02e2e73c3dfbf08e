/** Which rows are a subject's: the one predicate that locate, change and verify share. */
import type { PlannedIdentifier, PlannedTable } from '../domain/planned-table.ts';
import type { Subject } from '../domain/subject.ts';
import { columnOf, type Statement } from './statement.ts';

export interface Match {
  /** The predicate for each identifier column that some subject can be in. */
  columns: { identifier: PlannedIdentifier; expression: string; predicate: string; parameter: string }[];
  /** All of them, OR-ed, in parentheses. */
  predicate: string;
  params: Statement['params'];
  types: Statement['types'];
}

/**
 * `column IN UNNEST(@id_0) OR …`: equality of whole values, one array parameter whatever the number of subjects, shared
 * by the columns of one identifier type. `undefined` when no column can hold any of them.
 * @param only indices of the identifiers that are asked for; default: all
 * @param prefix of the parameters' names, where a statement asks for several sets of subjects
 */
export function matchSubjects(
  table: PlannedTable,
  subjects: readonly Subject[],
  only?: readonly number[],
  prefix = '',
): Match | undefined {
  const match: Match = { columns: [], predicate: '', params: {}, types: {} };
  table.identifiers.forEach((identifier, index) => {
    if (only !== undefined && !only.includes(index)) return;
    const values = valuesFor(identifier, subjects);
    if (values.length === 0) return;
    const alike = match.columns.find((column) => isAlike(column.identifier, identifier));
    const name = `${prefix}id_${alike === undefined ? index : table.identifiers.indexOf(alike.identifier)}`;
    const expression = columnOf(identifier.column);
    match.columns.push({
      identifier,
      expression,
      predicate: `${expression} IN UNNEST(@${name})`,
      parameter: name,
    });
    match.params[name] = values;
    match.types[name] = [identifier.valueType];
  });
  if (match.columns.length === 0) return undefined;
  match.predicate = `(${match.columns.map(({ predicate }) => predicate).join(' OR ')})`;
  return match;
}

function isAlike(one: PlannedIdentifier, other: PlannedIdentifier): boolean {
  return one.type === other.type && one.valueType === other.valueType;
}

/** Distinct values that can equal something in the column. */
function valuesFor({ type, valueType }: PlannedIdentifier, subjects: readonly Subject[]): string[] {
  const values = subjects.filter((subject) => subject.type === type).map(({ value }) => value);
  const possible = valueType === 'INT64' ? values.filter(isCanonicalInteger) : values;
  return [...new Set(possible)];
}

/** `007` and `1e3` are other identifiers than the integers that a lenient cast would make of them. */
function isCanonicalInteger(value: string): boolean {
  if (!/^(?:0|-?[1-9][0-9]{0,18})$/.test(value)) return false;
  return BigInt.asIntN(64, BigInt(value)) === BigInt(value);
}
