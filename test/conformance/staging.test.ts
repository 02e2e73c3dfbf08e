/** The query that stages an export's rows, judged by Google's reference implementation. */
import { tableLabel } from '../../functions/domain/planned-table.ts';
import { type Asked, selectRows } from '../../functions/sql/stage.ts';
import { describeWithGoogleSql } from '../support/googlesql.ts';
import type { Row } from '../support/googlesql-values.ts';
import { isReachable, isTheirs } from './oracle.ts';
import { ASKED } from './people.ts';
import { rowsOf } from './rows.ts';
import { SHAPES, type Shape } from './shapes.ts';

const PROPERTIES = { properties: ['whatever'] };

/** Everybody is asked for by one request each; all of them by one more, which wants less of each row. */
const REQUESTS: Asked[] = [
  ...ASKED.map(({ subjects }, position) => ({
    position,
    request: { subjects, scope: 'everything' as const },
  })),
  {
    position: ASKED.length,
    request: { subjects: ASKED.flatMap(({ subjects }) => subjects), scope: PROPERTIES },
  },
];

/** By request: of each of its rows once the identifiers, as sorted JSON. */
function expected(shape: Shape, rows: readonly Row[]): string[][] {
  return REQUESTS.map(({ request }) =>
    rows
      .filter((row) => isTheirs(shape, row, request.subjects) && isReachable(shape, row))
      .map((row) => identifiersOf(shape, row)),
  ).map((list) => list.sort());
}

function identifiersOf({ table }: Shape, row: Row): string {
  return JSON.stringify(table.identifiers.map(({ column }) => at(row, column)));
}

function at(row: unknown, path: string): unknown {
  const value = path
    .split('.')
    .reduce<unknown>((found, field) => (found as Record<string, unknown> | null)?.[field] ?? null, row);
  return value === null ? null : String(value);
}

describeWithGoogleSql('staging by GoogleSQL', (judge) => {
  test.each(SHAPES)('a table $name: each request gets each of its rows once, and no other', async (shape) => {
    const rows = rowsOf(shape);
    const statement = selectRows(shape.table, REQUESTS);
    if (statement === undefined) throw new Error('nothing is asked');
    const table = { name: tableLabel(shape.table.name), columns: shape.columns, rows };
    const verdict = await judge().analyze(statement, table);
    if (!verdict.ok) throw new Error(`${verdict.message}\n${statement.query}`);

    const staged = await judge().evaluateQuery(statement, table);

    const found: string[][] = REQUESTS.map(() => []);
    for (const { request, content } of staged) {
      const row = JSON.parse(content ?? '') as Record<string, unknown>;
      const position = Number(request);
      // Of named properties the identifiers are fields of their full names.
      const isPart = position === ASKED.length;
      const values = shape.table.identifiers.map(({ column }) =>
        isPart ? (row[column] === null ? null : String(row[column])) : at(row, column),
      );
      found[position]?.push(JSON.stringify(values));
    }
    expect(found.map((list) => list.sort())).toEqual(expected(shape, rows));
  });
});
