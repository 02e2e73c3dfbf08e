/** The local BigQuery does to rows what Google's reference implementation does, statement by statement. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { chunksOf } from '../../functions/domain/located.ts';
import { type BigQueryService, startBigQuery } from '../../local/bigquery/service.ts';
import { Faults } from '../../local/faults.ts';
import { bigqueryClient } from '../../local/provision.ts';
import { describeWithGoogleSql } from '../support/googlesql.ts';
import { askDelete, askLocate, eraseLocated, located } from './ask.ts';
import { isSettled, LOCATION, LocalTable } from './local-table.ts';
import { ASKED } from './people.ts';
import { rowsOf } from './rows.ts';
import { SHAPES } from './shapes.ts';

const DATASET = 'judged';

describeWithGoogleSql('the local BigQuery against GoogleSQL', (judge) => {
  let folder: string;
  let service: BigQueryService;
  let bigquery: BigQuery;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-conformance-'));
    service = await startBigQuery({ folder: join(folder, 'bigquery'), port: 0, faults: new Faults() });
    bigquery = bigqueryClient({ project: 'lethe-test', bigquery: service.address });
    await bigquery.createDataset(DATASET, { location: LOCATION });
  });

  afterAll(async () => {
    await service?.close();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(SHAPES.map((shape, index) => ({ name: shape.name, index, shape })))(
    'a table $name',
    ({ index, shape }) => {
      const rows = rowsOf(shape).filter((row) => isSettled(shape, row));
      let table: LocalTable;

      beforeAll(async () => {
        table = new LocalTable(bigquery, shape, { dataset: DATASET, name: `t${index}_` });
        await table.create(rows);
      });

      test('holds the rows that were loaded', async () => {
        expect(await table.left(rows)).toEqual(rows.map((_, at) => at));
      });

      test.each(ASKED)('locates the same rows in the same places: $name', async ({ subjects }) => {
        const expected = await askLocate(judge(), table.shape, rows, subjects);

        expect(located(await table.locate(subjects))).toEqual(located(expected));
      });

      test('deletes the same rows, of one chunk and of all, and says how many', async () => {
        let left = rows;
        for (const { subjects } of ASKED) {
          const found = await askLocate(judge(), table.shape, left, subjects);
          // First one place only, whose neighbours must stay; then all the others.
          const place = found.at(-1)?.partition;
          for (const chunk of chunksOf(
            table.shape.table,
            found.filter(({ partition }) => partition === place),
          )) {
            const taken = await askDelete(judge(), table.shape, left, subjects, chunk);
            expect(await table.delete(chunk, subjects)).toBe(taken.size);
            left = left.filter((row) => !taken.has(row));
            expect(await table.left(rows)).toEqual(left.map((row) => rows.indexOf(row)));
          }

          const others = await askLocate(judge(), table.shape, left, subjects);
          const after = await eraseLocated(judge(), table.shape, left, subjects, others);
          expect(await table.eraseLocated(subjects, others)).toBe(left.length - after.length);
          left = after;
          expect(await table.left(rows)).toEqual(left.map((row) => rows.indexOf(row)));
          expect(await table.locate(subjects)).toEqual([]);
        }
      });
    },
  );
});
