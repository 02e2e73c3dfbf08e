/** The datasets for staged rows: one a location, since a query writes where it reads. */
import type { Config } from '../../config.ts';

/** After this BigQuery removes what nobody has dropped. */
export const STAGING_HOURS = 48;

export function stagingDataset({ exports }: Pick<Config, 'exports'>, location: string): string {
  return `${exports.stagingDataset}_${location.toLowerCase().replaceAll('-', '_')}`;
}
