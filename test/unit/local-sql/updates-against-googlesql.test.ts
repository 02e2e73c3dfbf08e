/** UPDATE on both sides: the rows that the reference implementation leaves, DuckDB must leave; where it fails, so must we. */
import { findReferenceImplementation } from '../../support/googlesql-server.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import { startUpdateJudge, type Table, type Updated, type UpdateJudge } from './update-judge.ts';
import { UPDATES, type Updates } from './updates.ts';

const found = findReferenceImplementation();
if ('missing' in found)
  process.stderr.write(`SKIPPED updates: Google's GoogleSQL reference implementation: ${found.missing}\n`);

('missing' in found ? describe.skip : describe)('translated updates', () => {
  let judge: UpdateJudge;
  beforeAll(async () => {
    judge = await startUpdateJudge();
  });
  afterAll(() => judge.stop());

  describe.each(UPDATES)('of $name', ({ rows, parameters, statements }) => {
    let standIn: StandIn;
    let table: Table;
    beforeAll(async () => {
      table = await judge.table(rows);
      standIn = await startStandIn();
      await standIn.create({ table: 't', fields: standIn.translate(rows).fields });
      await standIn.change(`INSERT INTO t ${rows}`);
    });
    afterAll(() => standIn.close());

    test.each(statements)('%s', async (statement) => {
      const expected = await answer(() => judge.update(table, statement, parameters));

      expect(await answer(() => updated(standIn, statement, parameters))).toEqual(expected);
    });
  });
});

/** The change is undone, so that every statement meets the same rows. */
async function updated(
  standIn: StandIn,
  statement: string,
  parameters: Updates['parameters'],
): Promise<Updated> {
  await standIn.connection.run('BEGIN TRANSACTION');
  try {
    const changed = await standIn.change(statement, parameters);
    const rows = await standIn.rows('SELECT TO_JSON_STRING(t) AS j FROM t ORDER BY t.id');
    return { changed, rows: rows.map(({ j }) => String(j)) };
  } finally {
    await standIn.connection.run('ROLLBACK');
  }
}

async function answer(update: () => Promise<Updated>): Promise<Updated | string> {
  try {
    return await update();
  } catch (error) {
    // Not supported would be no answer at all, and these are what must be.
    return (error as Error).constructor.name === 'UnsupportedSql'
      ? String(error)
      : process.env['SAY']
        ? `an error ${error}`
        : 'an error';
  }
}
