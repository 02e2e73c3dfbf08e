/** https://cloud.google.com/bigquery/docs/locations */

const MULTI_REGIONS = ['US', 'EU'];
export const DEFAULT_LOCATION = 'US';

/** Multi-regions are written in capitals, regions in small letters, whatever the caller writes. */
export function normalLocation(location: string): string {
  const upper = location.toUpperCase();
  return MULTI_REGIONS.includes(upper) ? upper : location.toLowerCase();
}

/** "Required except for US and EU": where a job is looked for when the caller does not say where it ran. */
export function locationsToSearch(location: string | null | undefined): string[] {
  return location ? [normalLocation(location)] : MULTI_REGIONS;
}
