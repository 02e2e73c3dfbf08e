/** Every statement that `functions/sql` emits, judged by Google's reference implementation. */
import { chunksOf } from '../../functions/domain/located.ts';
import { describeWithGoogleSql } from '../support/googlesql.ts';
import { askDelete, askLocate, eraseLocated, located } from './ask.ts';
import { expectedLocated, isReachable, isTheirs, partitionOf } from './oracle.ts';
import { ASKED } from './people.ts';
import { rowsOf, SHAPES } from './shapes.ts';

describeWithGoogleSql('locate and delete by GoogleSQL', (judge) => {
  describe.each(SHAPES)('a table $name', (shape) => {
    const rows = rowsOf(shape);

    test.each(ASKED)('all and only the rows of $name are counted, and taken', async ({ subjects }) => {
      const found = await askLocate(judge(), shape, rows, subjects);
      const left = await eraseLocated(judge(), shape, rows, subjects, found);

      expect(located(found)).toEqual(expectedLocated(shape, rows, subjects));
      expect(left).toEqual(
        rows.filter((row) => !(isTheirs(shape, row, subjects) && isReachable(shape, row))),
      );
    });

    test('a chunk takes their rows of its own partitions and no other', async () => {
      const subjects = ASKED.flatMap((asked) => asked.subjects);
      const found = await askLocate(judge(), shape, rows, subjects);
      const partitions = [...new Set(found.map(({ partition }) => partition))].sort();
      // Every second partition: ranges with gaps between them, whose neighbours must stay.
      const chosen = partitions.filter((_, index) => index % 2 === 0);
      const chunks = chunksOf(
        shape.table,
        found.filter(({ partition }) => chosen.includes(partition)),
      );

      const taken = await Promise.all(
        chunks.map((chunk) => askDelete(judge(), shape, rows, subjects, chunk)),
      );

      const all = new Set(taken.flatMap((some) => [...some]));
      expect(rows.filter((row) => all.has(row))).toEqual(
        rows.filter((row) => isTheirs(shape, row, subjects) && chosen.includes(partitionOf(shape, row))),
      );
    });
  });
});
