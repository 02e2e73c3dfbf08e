/** String functions whose SQL depends on what their arguments are. */
import type { Call } from './ast.ts';
import { castTo } from './casts.ts';
import { UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { quoteString } from './string-literal.ts';
import { STRING, type Type } from './types.ts';
import { derived, invalid, type Value } from './value.ts';

type StringCall = (call: Call, values: Value[]) => Value | undefined;

const STRINGS: Type = { kind: 'ARRAY', element: STRING };

function strings(values: readonly Value[], count: number): [string, string] | undefined {
  const [text, pattern] = values;
  if (values.length !== count || !text || !pattern) return undefined;
  if (![text, pattern].every(({ type }) => type.kind === 'STRING' || type.kind === 'NULL')) return undefined;
  return [`CAST(${text.sql} AS VARCHAR)`, `CAST(${pattern.sql} AS VARCHAR)`];
}

/** Which group a pattern's match is: the one that it has, or all of it. RE2 takes no more than one. */
function groupOf(pattern: Value | undefined, call: Call): 0 | 1 {
  if (pattern?.literal?.kind !== 'string')
    throw new UnsupportedSql(`${call.name} with a pattern that is no literal (${place(call.at)})`);
  // Escaped characters and classes hold no groups; `(?:` and flags open none.
  const bare = pattern.literal.text.replace(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]/g, '.');
  const groups = [...bare.matchAll(/\((?!\?)|\(\?P?</g)];
  if (groups.length > 1)
    throw invalid(
      'Regular expressions passed into extraction functions must not have more than 1 capturing group',
      call.at,
    );
  const [group] = groups;
  if (group && mayBeLeftOut(bare, group.index))
    throw new UnsupportedSql(
      `${call.name} with a group that may take no part in the match (${place(call.at)})`,
    );
  return group ? 1 : 0;
}

/** BigQuery tells such a group from an empty one (NULL), DuckDB does not. */
function mayBeLeftOut(bare: string, start: number): boolean {
  let depth = 0;
  let end = start;
  for (; end < bare.length; end++) {
    if (bare[end] === '(') depth++;
    if (bare[end] === ')' && --depth === 0) break;
  }
  const before = bare.slice(0, start);
  const after = bare.slice(end + 1);
  return (before + after).includes('|') || /^[?*{]/.test(after) || /\)[?*{]/.test(after);
}

export const STRING_CALLS: Record<string, StringCall> = {
  REGEXP_EXTRACT: (call, values) => {
    const args = strings(values, 2);
    if (!args) return undefined;
    const group = groupOf(values[1], call);
    const [text, pattern] = args;
    return derived(
      `CASE WHEN regexp_matches(${text}, ${pattern}) THEN regexp_extract(${text}, ${pattern}, ${group}) END`,
      STRING,
      values,
    );
  },
  REGEXP_EXTRACT_ALL: (call, values) => {
    const args = strings(values, 2);
    if (!args) return undefined;
    const group = groupOf(values[1], call);
    return derived(`regexp_extract_all(${args.join(', ')}, ${group})`, STRINGS, values);
  },
  /** `%s`, `%d`, `%t` and `%%`: anything with flags or widths is C's business. */
  FORMAT: (call, values) => {
    const [pattern, ...args] = values;
    if (pattern?.literal?.kind !== 'string')
      throw new UnsupportedSql(`FORMAT with a pattern that is no literal (${place(call.at)})`);
    let used = 0;
    const parts = pattern.literal.text.split(/(%[^a-zA-Z%]*[a-zA-Z%])/).filter((part) => part !== '');
    const sqls = parts.map((part) => {
      if (!part.startsWith('%')) return quoteString(part);
      if (part === '%%') return "'%'";
      const arg = args[used++];
      if (arg === undefined) throw invalid('Too few arguments to FORMAT', call.at);
      return formatted(part, arg, call);
    });
    if (used < args.length) throw invalid('Too many arguments to FORMAT', call.at);
    return derived(`(${sqls.join(' || ') || "''"})`, STRING, values);
  },
};

function formatted(element: string, arg: Value, call: Call): string {
  const { kind } = arg.type;
  const fits =
    (element === '%s' && kind === 'STRING') ||
    ((element === '%d' || element === '%i') && kind === 'INT64') ||
    (element === '%t' && ['STRING', 'INT64', 'DATE', 'BOOL'].includes(kind));
  if (!fits) throw new UnsupportedSql(`${element} of a ${kind} in FORMAT (${place(call.at)})`);
  return castTo(arg, STRING, false, call.at).sql;
}
