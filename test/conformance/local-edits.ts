/** A table of people's properties in the local BigQuery, which does what the judge does, or says where not. */
import type { BigQuery } from '@google-cloud/bigquery';
import type { LocatedRow } from '../../functions/domain/located.ts';
import { tableLabel } from '../../functions/domain/planned-table.ts';
import { readLocatedRow } from '../../functions/sql/locate.ts';
import type { Statement } from '../../functions/sql/statement.ts';
import type { GoogleSql, Table } from '../support/googlesql.ts';
import type { Row } from '../support/googlesql-values.ts';
import type { Witness } from './ask-edits.ts';
import { type EditTable, fieldOf } from './edit-table.ts';
import { LOCATION } from './local-table.ts';
import { literal } from './literal.ts';

/** Rows of one INSERT: its text may have 1 MB. */
const INSERT_ROWS = 25;

export class LocalEdits implements Witness {
  readonly #bigquery: BigQuery;
  readonly #judge: GoogleSql;

  constructor(bigquery: BigQuery, judge: GoogleSql) {
    this.#bigquery = bigquery;
    this.#judge = judge;
  }

  async create(table: EditTable): Promise<void> {
    const { planned, columns, required, placeColumn = '', rows } = table;
    const visible = columns.filter(({ isPseudo }) => !isPseudo);
    const { partitioning, requirePartitionFilter } = planned;
    const resource = {
      schema: { fields: visible.map((column) => fieldOf(column, required)) },
      ...(partitioning?.kind === 'time' && {
        timePartitioning: { type: partitioning.unit, field: partitioning.column },
        requirePartitionFilter,
      }),
      location: LOCATION,
    };
    const dataset = this.#bigquery.dataset(planned.name.dataset, { location: LOCATION });
    const suffixes = planned.name.isSharded
      ? [...new Set(rows.map((row) => String(row[placeColumn])))]
      : [''];
    for (const suffix of suffixes) {
      await dataset.createTable(planned.name.table + suffix, resource as never);
      const label = tableLabel(planned.name).replace(/\*$/, suffix);
      const here = rows.filter((row) => suffix === '' || row[placeColumn] === suffix);
      for (let at = 0; at < here.length; at += INSERT_ROWS) {
        const lines = here
          .slice(at, at + INSERT_ROWS)
          .map((row) => `(${visible.map(({ name, type }) => literal(type, row[name])).join(', ')})`);
        const names = visible.map(({ name }) => `\`${name}\``).join(', ');
        await this.#run({
          query: `INSERT INTO \`${label}\` (${names}) VALUES ${lines.join(',\n')}`,
          params: {},
          types: {},
        });
      }
    }
  }

  async located(statement: Statement, found: readonly LocatedRow[]): Promise<void> {
    const { rows } = await this.#run(statement);

    expect(rows.map(readLocatedRow).sort(byText)).toEqual(found.toSorted(byText));
  }

  async changed(statement: Statement, target: Table, after: readonly Row[], changed: number): Promise<void> {
    expect((await this.#run(statement)).affected).toBe(changed);
    await this.expectRows({ ...target, rows: after });
  }

  /** Both print their rows, so that no decoder stands between. */
  async expectRows(table: Table): Promise<void> {
    const filter = table.columns.some(({ name }) => name === 'day')
      ? 'day IS NULL OR day IS NOT NULL'
      : 'TRUE';
    const query = `SELECT TO_JSON_STRING(t) AS line FROM \`${table.name}\` AS t WHERE ${filter} ORDER BY t.n`;
    const print = { query, params: {}, types: {} };
    const expected = await this.#judge.evaluateQuery(print, table);

    expect((await this.#run(print)).rows).toEqual(expected);
  }

  async #run({
    query,
    params,
    types,
  }: Statement): Promise<{ rows: Record<string, unknown>[]; affected: number }> {
    const [job] = await this.#bigquery.createQueryJob({
      query,
      params: wrapped(params, types),
      types,
      location: LOCATION,
      useLegacySql: false,
    });
    const [rows, , answer] = await job.getQueryResults();
    return { rows, affected: Number(answer?.numDmlAffectedRows ?? 0) };
  }
}

function byText(one: LocatedRow, other: LocatedRow): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

/** Google's client takes these types in an object only. */
function wrapped(params: Statement['params'], types: Statement['types']): Statement['params'] {
  const isTime = (type: unknown) => ['DATE', 'TIME', 'DATETIME', 'TIMESTAMP'].includes(String(type));
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, isTime(types[name]) ? { value } : value]),
  );
}
