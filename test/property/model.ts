/**
 * The engine in a few lines of memory: what a table holds once every request of its tenant has come to its end.
 *
 *   A row of which a completed request asked, and which was there when that request's verification began, is gone.
 *   Every other row stays.
 *
 * Between the two is one gap: whether a row that arrived while the verification ran was seen by it nobody can say, and
 * only such a row may be either. How many rows a receipt may count follows from the same rule (`countsOf`).
 */

export interface Subject {
  type: 'person' | 'number';
  value: string;
}

/** Columns that can identify a subject; each table's data map names some of them. */
export const IDENTIFIERS = {
  distinct_id: 'person',
  alias: 'person',
  user_no: 'number',
} as const satisfies Record<string, Subject['type']>;
export type IdentifierColumn = keyof typeof IDENTIFIERS;

/** Milliseconds by the system's clock: not before `from`, not after `to`. */
export interface Span {
  from: number;
  to: number;
}

export interface Row {
  id: string;
  values: Record<IdentifierColumn, string | null>;
  /** Absent of rows that were there before anything was ordered. */
  arrival?: Span;
}

export interface Table {
  /** As the receipt names it. */
  label: string;
  identifiers: readonly IdentifierColumn[];
  rows: readonly Row[];
}

/** What became of a request, as the API tells. */
export interface Ended {
  subjects: readonly Subject[];
  state: 'completed' | 'cancelled';
  /** By table: when the locate ran that found nothing any more. */
  verified: ReadonlyMap<string, Span>;
}

export type Fate = 'gone' | 'stays' | 'either';

/** Whole values, compared character by character; a number's value is its digits as BigQuery writes them. */
export function isTheirs({ identifiers }: Table, { values }: Row, subjects: readonly Subject[]): boolean {
  return identifiers.some((column) =>
    subjects.some(({ type, value }) => type === IDENTIFIERS[column] && value === values[column]),
  );
}

export function fateOf(table: Table, row: Row, requests: readonly Ended[]): Fate {
  const fates = requests
    .filter((request) => reaches(request, table, row))
    .map((one) => fateBy(one, table, row));
  if (fates.includes('gone')) return 'gone';
  return fates.includes('either') ? 'either' : 'stays';
}

function fateBy({ verified }: Ended, { label }: Table, { arrival }: Row): Fate {
  if (arrival === undefined) return 'gone';
  const look = verified.get(label);
  if (look === undefined) throw new Error(`nobody has looked whether ${label} still holds rows`);
  if (arrival.to < look.from) return 'gone';
  return arrival.from > look.to ? 'stays' : 'either';
}

function reaches({ state, subjects }: Ended, table: Table, row: Row): boolean {
  return state === 'completed' && isTheirs(table, row, subjects);
}

export interface Counts {
  least: number;
  most: number;
}

/**
 * How many rows of a table a request's receipt may say were changed. A row counts for every request that located it:
 * those of one batch count it all, but of two batches only the one that came first does. A row that arrived late may
 * have been deleted without having been located, or have come after the end. So `least` are the old rows of this request
 * alone, `most` all that it asked of; without late rows and overlaps the two are the same.
 */
export function countsOf(table: Table, request: Ended, requests: readonly Ended[]): Counts {
  const asked = table.rows.filter((row) => reaches(request, table, row));
  const alone = asked.filter(
    (row) =>
      row.arrival === undefined && !requests.some((other) => other !== request && reaches(other, table, row)),
  );
  return { least: alone.length, most: asked.length };
}
