import type { Expression, OptionNode } from './ast.ts';
import { UnsupportedSql } from './contract.ts';
import { MICROS } from './date-parts.ts';
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
  now: number,
): Record<string, unknown> {
  return Object.fromEntries(
    options.map(({ name, value }) => {
      const key = name.name.toLowerCase();
      const kind = OPTIONS[owner][key];
      if (kind === undefined)
        throw new UnsupportedSql(`the option ${name.name} of a ${owner} (${place(name.at)})`);
      return [key, value.node === 'null' ? null : read(value, kind, key, now)];
    }),
  );
}

function read(value: Expression, kind: Kind, name: string, now: number): unknown {
  if (kind === 'string' && value.node === 'string') return value.value;
  if (kind === 'number' && (value.node === 'integer' || value.node === 'float')) return Number(value.value);
  if (kind === 'boolean' && value.node === 'boolean') return value.value;
  const moment = kind === 'timestamp' ? readMoment(value, now) : undefined;
  if (moment !== undefined) return moment;
  if (kind === 'labels' && value.node === 'array')
    return Object.fromEntries(value.items.map((item) => readLabel(item, name)));
  const isLiteral = ['string', 'integer', 'float', 'boolean', 'array', 'typed'].includes(value.node);
  if (isLiteral) throw invalid(`Invalid value for option ${name}`, value.at);
  throw new UnsupportedSql(`an expression as the option ${name} (${place(value.at)})`);
}

/** A literal, the time of the job, or what lies so far before or behind one of them; in milliseconds. */
function readMoment(value: Expression, now: number): number | undefined {
  if (value.node === 'string' || (value.node === 'typed' && value.type === 'TIMESTAMP')) {
    const micros = readTimestamp(value.value);
    return micros === undefined ? undefined : Number(micros / 1000n);
  }
  if (value.node !== 'call' || value.safe) return undefined;
  const { name, args } = value;
  if (name === 'CURRENT_TIMESTAMP' && args.length === 0) return now;
  const [from, interval] = args;
  if ((name !== 'TIMESTAMP_ADD' && name !== 'TIMESTAMP_SUB') || !from || interval?.node !== 'interval')
    return undefined;
  const start = readMoment(from, now);
  const unit = MICROS[interval.part.name];
  if (start === undefined || unit === undefined || interval.amount.node !== 'integer') return undefined;
  const distance = (Number(interval.amount.value) * unit) / 1000;
  return Math.trunc(name === 'TIMESTAMP_ADD' ? start + distance : start - distance);
}

function readLabel(node: Expression, name: string): [string, string] {
  const [key, value] = node.node === 'struct' ? node.fields : [];
  if (key?.value.node === 'string' && value?.value.node === 'string')
    return [key.value.value, value.value.value];
  throw invalid(`Invalid value for option ${name}`, node.at);
}
