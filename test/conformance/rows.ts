/** Who is in a table of a shape. */
import type { Row, Value } from '../support/googlesql-values.ts';
import type { Shape } from './shapes.ts';

/** So many places hold rows of everybody; of more places each holds every third of them, in turn. */
const CROWDED_PLACES_MAX = 3;

/**
 * Rows of everybody. The columns' owners are combined in step, and against each other's step, so that there are rows
 * of one, of several, and of nobody.
 */
export function rowsOf({ owners, places, placeColumn }: Shape): Row[] {
  const paths = Object.keys(owners);
  const most = Math.max(...Object.values(owners).map(({ length }) => length));
  const step = places.length > CROWDED_PLACES_MAX ? 3 : 1;
  return places.flatMap((place, at) => {
    const rows: Row[] = [];
    for (let index = at % step; index <= most; index += step) {
      const row: Row = placeColumn === undefined ? {} : { [placeColumn]: place };
      paths.forEach((path, column) => {
        const values = owners[path] ?? [];
        // The extra turn leaves every column NULL once; the other columns are NULL ever so often.
        const isNull = index === most || (column > 0 && (index + at) % 4 === 0);
        setPath(row, path, isNull ? null : (values[(index + column * at) % values.length] ?? null));
      });
      rows.push(row);
    }
    return rows;
  });
}

/** A STRUCT of which no field is set is NULL itself. */
export function setPath(row: Row, path: string, value: Value): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    row[first] = value;
    return;
  }
  const inner = (row[first] ?? null) as Row | null;
  if (inner === null && value === null) {
    row[first] ??= null;
    return;
  }
  const fields = inner ?? {};
  setPath(fields, rest.join('.'), value);
  row[first] = fields;
}
