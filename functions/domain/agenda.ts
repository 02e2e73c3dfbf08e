/**
 * What is still to be done about a request after it is completed: sweeps find rows that arrived late (exporters write the last
 * days anew, devices were offline), and at the end Lethe forgets the identifiers itself.
 */
import type { RequestDocument } from './request.ts';

export type Errand = `sweep-${number}` | 'forget';

export interface AgendaEntry {
  location: string;
  /** `2026-11-28`, UTC: from that day on. */
  day: string;
  errand: Errand;
  tenant: string;
  id: string;
}

export interface AgendaSettings {
  /** Days after completion on which a deletion is repeated. */
  sweepDays: readonly number[];
  /** Days after closing on which the request's identifiers are removed; not before its last sweep is done. */
  forgetDays: number;
}

const DAY = 86_400_000;

/** @param closedAt milliseconds since the epoch */
export function agendaOf(
  request: Pick<RequestDocument, 'tenant' | 'id' | 'type'>,
  { state, locations, closedAt }: { state: string; locations: readonly string[]; closedAt: number },
  { sweepDays, forgetDays }: AgendaSettings,
): AgendaEntry[] {
  const { tenant, id, type } = request;
  const isSwept = state === 'completed' && type === 'deletion';
  const sweeps = !isSwept
    ? []
    : sweepDays.flatMap((days, index) =>
        locations.map(
          (location): AgendaEntry => ({
            location,
            day: dayOf(closedAt + days * DAY),
            errand: `sweep-${index + 1}`,
            tenant,
            id,
          }),
        ),
      );
  const [first] = locations;
  if (first === undefined) return sweeps;
  return [
    ...sweeps,
    { location: first, day: dayOf(closedAt + forgetDays * DAY), errand: 'forget', tenant, id },
  ];
}

export function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
