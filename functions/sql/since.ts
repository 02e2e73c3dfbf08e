/** Rows from a time on. What has no time stays in: of it nobody can say that it is older. */
import type { MappedTable } from '../domain/data-map.ts';
import { fieldAt } from '../domain/exported-fields.ts';
import type { PlannedTable } from '../domain/planned-table.ts';
import type { Params } from './params.ts';
import { columnOf } from './statement.ts';

export type EventTime = MappedTable['event_time'];

const UNITS = { seconds: 1, milliseconds: 1_000, microseconds: 1_000_000 } as const;

/** @returns `undefined`: the table does not say when its events happened, or not in a form that can be compared */
export function sinceCondition(
  table: PlannedTable,
  eventTime: EventTime,
  since: string,
  params: Params,
): string | undefined {
  if (eventTime === undefined) return undefined;
  const column = columnOf(eventTime.column);
  const moment = comparable(fieldAt(table, eventTime.column)?.type, eventTime, since);
  if (moment === undefined) return undefined;
  return `IFNULL(${column} >= ${params.add(moment.value, moment.type)}, TRUE)`;
}

function comparable(
  type: string | undefined,
  { unit }: NonNullable<EventTime>,
  since: string,
): { value: string; type: string } | undefined {
  const iso = new Date(since).toISOString();
  switch (type) {
    case 'TIMESTAMP':
      return { value: iso, type: 'TIMESTAMP' };
    case 'DATETIME':
      return { value: iso.slice(0, -1), type: 'DATETIME' };
    case 'DATE':
      return { value: iso.slice(0, 10), type: 'DATE' };
    case 'INTEGER':
    case 'INT64':
      if (unit === undefined) return undefined;
      return { value: String((BigInt(Date.parse(since)) * BigInt(UNITS[unit])) / 1_000n), type: 'INT64' };
    default:
      return undefined;
  }
}
