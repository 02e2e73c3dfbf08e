/** The question to a mapping table, judged by Google's reference implementation: in every shape of table, about look-alikes. */
import type { Subject } from '../../functions/domain/subject.ts';
import { tableLabel } from '../../functions/domain/planned-table.ts';
import { linksOf, readLinkRow } from '../../functions/sql/links.ts';
import { describeWithGoogleSql, type GoogleSql } from '../support/googlesql.ts';
import type { Row } from '../support/googlesql-values.ts';
import { isReachable, isTheirs, valueAt } from './oracle.ts';
import { ASKED, TYPE } from './people.ts';
import { rowsOf } from './rows.ts';
import { SHAPES, type Shape } from './shapes.ts';

const UNLIMITED = 1_000_000;

async function askLinks(
  judge: GoogleSql,
  { table, columns }: Shape,
  rows: readonly Row[],
  subjects: readonly Subject[],
  rowsMax = UNLIMITED,
): Promise<string[]> {
  const statement = linksOf(table, subjects, rowsMax);
  if (statement === undefined) return [];
  const judged = { name: tableLabel(table.name), columns, rows };
  const verdict = await judge.analyze(statement, judged);
  if (!verdict.ok) throw new Error(`${verdict.message}\n${statement.query}`);
  const found = await judge.evaluateQuery(statement, judged);
  return found.map((row) => JSON.stringify(readLinkRow(row))).sort();
}

/** The distinct values of the links in all rows that have one of the subjects. */
function expectedLinks(shape: Shape, rows: readonly Row[], subjects: readonly Subject[]): string[] {
  const theirs = rows.filter((row) => isTheirs(shape, row, subjects) && isReachable(shape, row));
  const lines = theirs.map((row) =>
    JSON.stringify(shape.table.identifiers.map(({ column }) => valueAt(row, column))),
  );
  return [...new Set(lines)].sort();
}

describeWithGoogleSql('the links of a mapping table by GoogleSQL', (judge) => {
  describe.each(SHAPES)('a table $name', (shape) => {
    const rows = rowsOf(shape);

    test.each(ASKED)('all and only the links of $name are told, each once', async ({ subjects }) => {
      expect(await askLinks(judge(), shape, [...rows, ...rows], subjects)).toEqual(
        expectedLinks(shape, rows, subjects),
      );
    });
  });

  test('of an identifier with too many rows one more than the limit comes; others are told whole', async () => {
    const [first] = SHAPES;
    if (first === undefined) throw new Error('there are no shapes');
    const identifiers = ['a', 'b'].map((column) => ({ type: TYPE, column, valueType: 'STRING' as const }));
    const shape: Shape = {
      ...first,
      table: {
        name: first.table.name,
        location: 'EU',
        identifiers,
        places: [],
        requirePartitionFilter: false,
        timeTravelHours: 168,
      },
      columns: ['a', 'b'].map((name) => ({ name, type: 'STRING' as const })),
    };
    const crowd = Array.from({ length: 20 }, (_, index) => ({ a: `other-${index}`, b: 'tv' }));
    const rows: Row[] = [...crowd, { a: 'jane', b: 'phone' }, { a: 'jane', b: 'tv' }, { a: 'ann', b: 'pad' }];
    const asked = ['tv', 'jane'].map((value) => ({ type: TYPE, value }));

    const found = await askLinks(judge(), shape, rows, asked, 5);

    const pairs = found.map((line) => JSON.parse(line) as string[]);
    expect(pairs.filter(([a]) => a === 'jane')).toEqual([
      ['jane', 'phone'],
      ['jane', 'tv'],
    ]);
    expect(pairs.filter(([a, b]) => b === 'tv' && a !== 'jane').length).toBeGreaterThanOrEqual(5);
    expect(pairs.length).toBeLessThanOrEqual(8);
  });
});
