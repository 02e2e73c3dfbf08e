/** Properties in JSON, judged by Google's own GoogleSQL: an edit must be possible, and its verification must see it. */
import type { PlacedEdit } from '../../../functions/domain/edits.ts';
import { editedColumn } from '../../../functions/sql/edited.ts';
import { held } from '../../../functions/sql/held.ts';
import { Params } from '../../../functions/sql/params.ts';
import { describeWithGoogleSql } from '../../support/googlesql.ts';

describeWithGoogleSql('edits of JSON', (judge) => {
  async function isHeldAfter(text: string, isText: boolean, value?: string | number): Promise<unknown> {
    const place = { form: 'json', property: 'plan', column: 'properties', isText, keys: ['plan'] } as const;
    const edit: PlacedEdit = { place: { ...place, keys: ['plan'] }, ...(value !== undefined && { value }) };
    const params = new Params();
    const source = isText ? 't.`x`' : 'PARSE_JSON(t.`x`)';
    const content = editedColumn('t.`properties`', [edit], params);
    const query = `SELECT CAST(${held(edit, params)} AS STRING) AS held FROM (SELECT ${content} AS properties FROM (SELECT ${source} AS properties FROM \`p.d.t\` AS t) AS t) AS t`;
    const table = { name: 'p.d.t', columns: [{ name: 'x', type: 'STRING' as const }], rows: [{ x: text }] };
    // The judge takes no scalar parameters.
    const inlined = query.replace(/@(p_\d+)/g, (_, name: string) => {
      const literal = params.params[name];
      return params.types[name] === 'STRING'
        ? JSON.stringify(literal)
        : `CAST('${literal}' AS ${params.types[name]})`;
    });
    const [row] = await judge().evaluateQuery({ query: inlined, params: {}, types: {} }, table);
    return row?.['held'];
  }
  const before = '{"plan":"old","n":1}';
  for (const isText of [false, true]) {
    for (const value of [
      'new',
      'line\u2028break',
      '\u007f<>',
      7,
      0.5,
      9007199254740992,
      12345678901234568,
      1e20,
      1e-7,
    ]) {
      test(`a property in ${isText ? 'text' : 'JSON'} that was set to ${JSON.stringify(value)} is seen to be set`, async () => {
        expect(await isHeldAfter(before, isText, value)).toBe('false');
      });
    }
  }
  test.each(['52.520006599999998', '0.12345678901234567890123', '123456789012345678901234'])(
    'a property is erased beside the number %s',
    async (number) => {
      expect(await isHeldAfter(`{"plan":"old","n":${number}}`, true)).toBe('false');
    },
  );
});
