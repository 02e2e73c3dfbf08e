/** How often a location's batches are formed: one scan for all requests of an hour or a day is what makes deletion cheap. */

export type Cadence =
  | { kind: 'at_once' }
  | { kind: 'hourly' }
  /** Minutes after midnight, UTC. */
  | { kind: 'daily'; minutes: number };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `at_once`, `hourly`, `daily@02:30` (UTC); `undefined` when it is none of them */
export function parseCadence(text: string): Cadence | undefined {
  if (text === 'at_once' || text === 'hourly') return { kind: text };
  const [, hours, minutes] = /^daily@([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined || minutes === undefined
    ? undefined
    : { kind: 'daily', minutes: Number(hours) * 60 + Number(minutes) };
}

/** When the batch is formed that takes in what may start from `notBefore` on. Milliseconds since the epoch. */
export function startsAt(notBefore: number, cadence: Cadence): number {
  switch (cadence.kind) {
    case 'at_once':
      return notBefore;
    case 'hourly':
      return Math.ceil(notBefore / HOUR) * HOUR;
    case 'daily': {
      const offset = cadence.minutes * MINUTE;
      return Math.ceil((notBefore - offset) / DAY) * DAY + offset;
    }
  }
}
