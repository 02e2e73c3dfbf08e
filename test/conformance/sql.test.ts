/** Every statement that `functions/sql` emits, judged by Google's reference implementation. */
import { chunksOf } from '../../functions/domain/located.ts';
import { describeWithGoogleSql } from '../support/googlesql.ts';
import { askDelete, askLocate, eraseLocated, located } from './ask.ts';
import { expectedLocated, isReachable, isTheirs, partitionOf, placesOf } from './oracle.ts';
import { ASKED } from './people.ts';
import { rowsOf } from './rows.ts';
import { SHAPES } from './shapes.ts';

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

    // Every second partition, and the others: ranges with gaps between them, whose neighbours must stay.
    test.each(['even', 'odd'])(
      'a chunk takes the rows of its own partitions and no other: %s',
      async (half) => {
        const subjects = ASKED.flatMap((asked) => asked.subjects);
        const found = await askLocate(judge(), shape, rows, subjects);
        const places = [...new Set(found.map(({ partition }) => partition))].sort();
        const chosen = places.filter((_, index) => index % 2 === (half === 'even' ? 0 : 1));
        const chunks = chunksOf(
          shape.table,
          found.filter(({ partition }) => chosen.includes(partition)),
        );

        const taken = await Promise.all(
          chunks.map((chunk) => askDelete(judge(), shape, rows, subjects, chunk)),
        );

        expect(chunks.flatMap(placesOf)).toEqual(chosen);
        chunks.forEach((chunk, index) => {
          expect(rows.filter((row) => taken[index]?.has(row))).toEqual(
            rows.filter(
              (row) => isTheirs(shape, row, subjects) && placesOf(chunk).includes(partitionOf(shape, row)),
            ),
          );
        });
      },
    );
  });
});
