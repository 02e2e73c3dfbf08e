/**
 * The corpus on both sides: what GoogleSQL's reference implementation answers, translated statements on DuckDB must
 * answer. Where it fails, they must fail. Nothing here was written down by us.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithGoogleSql, type GoogleSql } from '../../support/googlesql.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

const CORPUS = join(__dirname, 'corpus');

function linesOf(file: string): string[] {
  const lines = readFileSync(join(CORPUS, file), 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('--'));
}

/** As text on both sides, so that no decoder stands between them. */
function asText(line: string): string {
  if (/^(SELECT|WITH)\b/.test(line))
    return `SELECT TO_JSON_STRING(ARRAY(SELECT AS STRUCT * FROM (${line}))) AS v`;
  return `SELECT TO_JSON_STRING(STRUCT(${line} AS v)) AS v`;
}

const NO_TABLE = { name: 'p.d.none', columns: [{ name: 'x', type: 'STRING' as const }], rows: [] };

async function judged(judge: GoogleSql, query: string): Promise<string> {
  try {
    const rows = await judge.evaluateQuery({ query, params: {}, types: {} }, NO_TABLE);
    return String(rows[0]?.['v']);
  } catch {
    return 'an error';
  }
}

/** Rows of a query that does not order them may come in any order, here and there. */
function inAnyOrder(line: string, answer: string): string {
  if (!/^(?:SELECT|WITH)\b/i.test(line) || /\bORDER BY\b/i.test(line) || !answer.startsWith('[{'))
    return answer;
  const rows = JSON.parse(answer) as unknown[];
  return JSON.stringify(rows.map((row) => JSON.stringify(row)).sort());
}

describeWithGoogleSql('translated expressions', (judge) => {
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await startStandIn();
  });
  afterAll(() => standIn.close());

  async function ours(query: string): Promise<string> {
    try {
      return String(await standIn.value(query));
    } catch (error) {
      // Not supported would be no answer at all, and this corpus is of what is.
      return (error as Error).constructor.name === 'UnsupportedSql' ? String(error) : 'an error';
    }
  }

  test.each(readdirSync(CORPUS))('%s: every line gives the same on both sides', async (file) => {
    const expected: [string, string][] = [];
    const found: [string, string][] = [];
    for (const line of linesOf(file)) {
      expected.push([line, inAnyOrder(line, await judged(judge(), asText(line)))]);
      found.push([line, inAnyOrder(line, await ours(asText(line)))]);
    }

    expect(found).toEqual(expected);
  });
});
