import type { Expression, OptionNode } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { readTimestamp } from './time-text.ts';
import { invalid } from './value.ts';

type Kind = 'string' | 'number' | 'boolean' | 'timestamp' | 'labels';

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#table_option_list */
const OPTIONS: Record<'table' | 'view' | 'column', Record<string, Kind>> = {
  table: {
    description: 'string',
    friendly_name: 'string',
    labels: 'labels',
    expiration_timestamp: 'timestamp',
    partition_expiration_days: 'number',
    require_partition_filter: 'boolean',
  },
  view: {
    description: 'string',
    friendly_name: 'string',
    labels: 'labels',
    expiration_timestamp: 'timestamp',
  },
  column: { description: 'string' },
};

/** The options by name; `expiration_timestamp` in milliseconds since the epoch, `labels` as an object. */
export function readOptions(
  options: readonly OptionNode[],
  owner: keyof typeof OPTIONS,
): Record<string, unknown> {
  return Object.fromEntries(
    options.map(({ name, value }) => {
      const key = name.name.toLowerCase();
      const kind = OPTIONS[owner][key];
      if (kind === undefined)
        throw new UnsupportedSql(`the option ${name.name} of a ${owner} (${place(name.at)})`);
      return [key, value.node === 'null' ? null : read(value, kind, key)];
    }),
  );
}

function read(value: Expression, kind: Kind, name: string): unknown {
  if (kind === 'string' && value.node === 'string') return value.value;
  if (kind === 'number' && (value.node === 'integer' || value.node === 'float')) return Number(value.value);
  if (kind === 'boolean' && value.node === 'boolean') return value.value;
  if (
    kind === 'timestamp' &&
    (value.node === 'string' || (value.node === 'typed' && value.type === 'TIMESTAMP'))
  ) {
    const micros = readTimestamp(value.value);
    if (micros !== undefined) return Number(micros / 1000n);
  }
  if (kind === 'labels' && value.node === 'array')
    return Object.fromEntries(value.items.map((item) => readLabel(item, name)));
  const isLiteral = ['string', 'integer', 'float', 'boolean', 'array', 'typed'].includes(value.node);
  if (isLiteral) throw invalid(`Invalid value for option ${name}`, value.at);
  throw new UnsupportedSql(`an expression as the option ${name} (${place(value.at)})`);
}

function readLabel(node: Expression, name: string): [string, string] {
  const [key, value] = node.node === 'struct' ? node.fields : [];
  if (key?.value.node === 'string' && value?.value.node === 'string')
    return [key.value.value, value.value.value];
  throw invalid(`Invalid value for option ${name}`, node.at);
}
