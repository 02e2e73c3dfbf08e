/** The judge itself: it refuses what BigQuery refuses, or its consent would prove nothing. */
import type { Statement } from '../../functions/sql/statement.ts';
import { describeWithGoogleSql, type Table } from '../support/googlesql.ts';

const TABLE: Table = {
  name: 'p.d.events',
  columns: [
    { name: 'user_id', type: 'STRING' },
    { name: 'user_no', type: 'INT64' },
    { name: 'device', type: [{ name: 'id', type: 'STRING' }] },
    { name: '_PARTITIONTIME', type: 'TIMESTAMP', isPseudo: true },
  ],
  rows: [
    { user_id: 'jane', user_no: '7', device: { id: 'x' }, _PARTITIONTIME: '2026-11-24T23:59:59.999999Z' },
    { user_id: null, user_no: null, device: null, _PARTITIONTIME: null },
    {
      user_id: 'Jane',
      user_no: '9223372036854775807',
      device: { id: null },
      _PARTITIONTIME: '1969-12-31T23:59:59.000001Z',
    },
  ],
};

const plain = (
  query: string,
  types: Statement['types'] = {},
  params: Statement['params'] = {},
): Statement => ({
  query,
  types,
  params,
});

describeWithGoogleSql('the judge', (judge) => {
  test.each([
    [
      'a column that the table lacks',
      'DELETE FROM `p.d.events` WHERE userid = "x"',
      /Unrecognized name: userid/,
    ],
    ['a table that is not there', 'DELETE FROM `p.d.other` WHERE TRUE', /Table not found: `p.d.other`/],
    ['a DELETE without WHERE', 'DELETE FROM `p.d.events`', /must have a WHERE clause/],
    [
      'a parameter that is not given',
      'DELETE FROM `p.d.events` WHERE user_id = @id',
      /parameter 'id' not found/,
    ],
    [
      'STRING compared with INT64',
      'DELETE FROM `p.d.events` WHERE user_no = user_id',
      /No matching signature/,
    ],
    [
      'a row compared with a value',
      'DELETE FROM `p.d.events` WHERE events IN UNNEST(["x"])',
      /No matching signature for operator IN UNNEST/,
    ],
    [
      'a key that BigQuery knows nothing of',
      'DELETE FROM `p.d.events` WHERE `$row` = 1 AND x',
      /Unrecognized name/,
    ],
    [
      'a MERGE',
      'MERGE `p.d.events` USING UNNEST([1]) AS n ON FALSE WHEN MATCHED THEN DELETE',
      /not supported/,
    ],
    ['a TRUNCATE', 'TRUNCATE TABLE `p.d.events`', /not supported/],
    ['a date beyond the calendar', "SELECT DATE '10000-01-01' FROM `p.d.events`", /Invalid DATE literal/],
  ])('refuses %s', async (_, query, message) => {
    expect(await judge().analyze(plain(query), TABLE)).toEqual({
      ok: false,
      message: expect.stringMatching(message),
    });
  });

  test('refuses DML inside of DML, which GoogleSQL has and BigQuery has not', async () => {
    const tags = { name: 'tags', type: { arrayOf: 'STRING' as const } };
    const table = { ...TABLE, columns: [...TABLE.columns, tags], rows: [] };
    const set = (what: string) => plain(`UPDATE \`p.d.events\` SET ${what} WHERE TRUE`);

    expect(await judge().analyze(set("(DELETE tags t WHERE t = 'x')"), table)).toEqual({
      ok: false,
      message: 'BigQuery has no nested DML',
    });
    expect(
      await judge().analyze(set("tags = ARRAY(SELECT t FROM UNNEST(tags) t WHERE t != 'x')"), table),
    ).toEqual({
      ok: true,
    });
  });

  test('hides a column behind a table of its name, as BigQuery does', async () => {
    const table = { ...TABLE, name: 'p.d.user_id' };
    const statement = plain('DELETE FROM `p.d.user_id` WHERE user_id = "jane"');

    expect((await judge().analyze(statement, table)).ok).toBe(false);
  });

  test('gives every type back as it was put in', async () => {
    const query = `SELECT user_id, CAST(user_no AS STRING) AS user_no, device.id AS device,
      FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E6SZ', _PARTITIONTIME, 'UTC') AS time FROM \`p.d.events\``;

    expect(await judge().evaluateQuery(plain(query), TABLE)).toEqual(
      expect.arrayContaining([
        { user_id: 'jane', user_no: '7', device: 'x', time: '2026-11-24T23:59:59.999999Z' },
        { user_id: null, user_no: null, device: null, time: null },
        {
          user_id: 'Jane',
          user_no: '9223372036854775807',
          device: null,
          time: '1969-12-31T23:59:59.000001Z',
        },
      ]),
    );
  });

  test('gives DATE and DATETIME back as they were put in', async () => {
    const moments = [
      '0001-01-01T00:00:00',
      '1969-12-31T23:59:59.999999',
      '2026-11-24T10:11:12.000001',
      '9999-12-31T23:59:59',
    ];
    const table: Table = {
      name: 'p.d.t',
      columns: [
        { name: 'day', type: 'DATE' },
        { name: 'moment', type: 'DATETIME' },
      ],
      rows: moments.map((moment) => ({ day: moment.slice(0, 10), moment })),
    };

    const rows = await judge().evaluateQuery(
      plain('SELECT CAST(day AS STRING) AS day, CAST(moment AS STRING) AS moment FROM `p.d.t` ORDER BY 1'),
      table,
    );

    expect(rows).toEqual(
      moments.map((moment) => ({ day: moment.slice(0, 10), moment: moment.replace('T', ' ') })),
    );
  });

  test('deletes by its parameters, and names the rows by their position', async () => {
    const statement = plain(
      'DELETE FROM `p.d.events` WHERE user_no IN UNNEST(@no)',
      { no: ['INT64'] },
      { no: ['9223372036854775807', '0'] },
    );

    expect(await judge().evaluateDelete(statement, TABLE)).toEqual([2]);
  });

  test('goes by the time zone it is told', async () => {
    const statement = plain(
      "SELECT FORMAT_TIMESTAMP('%Y%m%d', _PARTITIONTIME) AS day FROM `p.d.events` WHERE user_id = 'jane'",
    );

    expect(await judge().evaluateQuery(statement, TABLE)).toEqual([{ day: '20261124' }]);
    expect(await judge().evaluateQuery(statement, TABLE, { timeZone: 'Asia/Tokyo' })).toEqual([
      { day: '20261125' },
    ]);
  });
});
