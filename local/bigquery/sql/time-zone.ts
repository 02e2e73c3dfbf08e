/**
 * Time zones by their names of the IANA database, as Node knows them.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#time_zone_name
 */
/** As the database writes them: Node would not mind the case, BigQuery does. */
const NAME = /^(?![A-Z]{4,}\/)[A-Z][A-Za-z0-9_+-]*(?:\/[A-Z][A-Za-z0-9_+-]*)*$/;
const DAY_MICROS = 86_400_000_000n;

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, newFormat(zone));
  return formats.get(zone);
}

function newFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!NAME.test(timeZone)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** How far the zone's clock is before UTC at that moment, in microseconds. */
function offsetAt(micros: bigint, format: Intl.DateTimeFormat): bigint {
  const seconds = (micros - (((micros % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
  const parts = Object.fromEntries(
    format.formatToParts(Number(seconds) * 1000).map(({ type, value }) => [type, value]),
  );
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
  const local = new Date(0);
  local.setUTCFullYear(year, Number(parts['month']) - 1, Number(parts['day']));
  local.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']));
  return BigInt(local.getTime() / 1000) * 1_000_000n - seconds * 1_000_000n;
}

/**
 * The moment at which the zone's clock shows this time. A time that it shows twice is the first, one that it leaves out
 * is as if the clock had not been changed yet. `undefined`: no such zone.
 */
export function momentInZone(local: bigint, zone: string): bigint | undefined {
  const format = formatOf(zone);
  if (format === undefined) return undefined;
  const [before, after] = [offsetAt(local - DAY_MICROS, format), offsetAt(local + DAY_MICROS, format)];
  const early = local - before;
  if (before === after || offsetAt(early, format) === before) return early;
  const late = local - after;
  return offsetAt(late, format) === after ? late : early;
}
