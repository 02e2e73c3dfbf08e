/** Configuration: read once from the environment, by one schema. What is missing or wrong stops the start by name. */
import { z } from 'zod';
import type { AgendaSettings } from './domain/agenda.ts';
import { type Cadence, parseCadence } from './domain/cadence.ts';

const LOCATION_LIST = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9-]+(?:,[A-Za-z][A-Za-z0-9-]+)*$/,
    'must be BigQuery locations with commas between: EU,US',
  )
  .transform((text) => text.split(','))
  .refine((locations) => new Set(locations).size === locations.length, 'must name each location once');

/** Digits only: a coercion would take the empty text for 0, and `0x10` for 16. */
function wholeNumber(least: number, most: number, message: string) {
  return z
    .string()
    .regex(/^[0-9]{1,9}$/, message)
    .transform(Number)
    .refine((number) => number >= least && number <= most, message);
}

const SHARDS_MAX = 1024;
const GRACE_SECONDS_MAX = 365 * 86_400;
const PROXIES_MAX = 10;
const EXPORT_DAYS_MAX = 365;
const FORGET_DAYS_MAX = 3_650;

const HASH_KEY_BYTES_MIN = 32;

function readDays(text: string, context: z.RefinementCtx): number[] {
  const days = text.split(',').filter((part) => part !== '');
  if (days.every((part) => /^[1-9]\d{0,3}$/.test(part))) return days.map(Number);
  context.addIssue({ code: 'custom', message: 'must be days with commas between, like 3,30, or empty' });
  return z.NEVER;
}

function readCadences(text: string, context: z.RefinementCtx): Record<string, Cadence> {
  const cadences: Record<string, Cadence> = {};
  for (const part of text.split(',').filter((one) => one !== '')) {
    const [location = '', name = ''] = part.split('=');
    const cadence = parseCadence(name);
    if (cadence === undefined || location === '') {
      context.addIssue({
        code: 'custom',
        message: 'must be like EU=hourly,US=daily@02:30 (at_once, hourly, daily@hh:mm)',
      });
      return z.NEVER;
    }
    cadences[location] = cadence;
  }
  return cadences;
}

/** On demand, in most regions: https://cloud.google.com/bigquery/pricing#on_demand_pricing */
const PRICE_PER_TIB_DEFAULT = 6.25;

const environmentSchema = z.object({
  GOOGLE_CLOUD_PROJECT: z.string().min(1, 'must be the project id'),
  LETHE_STATE_BUCKET: z.string().min(3, 'must be the name of the bucket that holds requests and manifests'),
  LETHE_RECEIPTS_BUCKET: z.string().min(3, 'must be the name of the write-once bucket for receipts'),
  LETHE_EXPORTS_BUCKET: z.string().min(3, 'must be the name of the bucket for exported files'),
  /** Datasets for staged rows: this, and after an underscore the location in small letters. */
  LETHE_STAGING_DATASET: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,200}$/, 'must be letters, digits and underscores')
    .default('lethe_staging'),
  /** Days after which exported files are removed. */
  LETHE_EXPORT_DAYS: wholeNumber(
    1,
    EXPORT_DAYS_MAX,
    `must be a whole number of days from 1 to ${EXPORT_DAYS_MAX}`,
  ).default(14),
  /** Path of a service account's key file that signs download addresses; absent: the service's own account does. */
  LETHE_URL_SIGNER: z.string().min(1, 'must be the path of a key file').optional(),
  /** BigQuery locations that this deployment works in. */
  LETHE_LOCATIONS: LOCATION_LIST,
  /** Into how many shards each location's tenants are spread; each has its own lease and batches. */
  LETHE_SHARDS: wholeNumber(1, SHARDS_MAX, `must be a whole number from 1 to ${SHARDS_MAX}`).default(1),
  /** Key of the subject hashes and API key hashes, base64, at least 32 bytes. From Secret Manager. */
  LETHE_HASH_KEY: z
    .base64('must be base64')
    .transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
    .refine((key) => key.length >= HASH_KEY_BYTES_MIN, `must hold at least ${HASH_KEY_BYTES_MIN} bytes`),
  /** `projects/…/cryptoKeyVersions/N` in Cloud KMS, or the path of a PEM file. */
  LETHE_SIGNING_KEY: z.string().min(1, 'must be a Cloud KMS key version or the path of a PEM file'),
  /** Time between acceptance and the earliest start, in which a request can be cancelled. */
  LETHE_GRACE_SECONDS: wholeNumber(
    0,
    GRACE_SECONDS_MAX,
    `must be a whole number of seconds, at most ${GRACE_SECONDS_MAX}`,
  ).default(0),
  /** Own proxies in front that append to X-Forwarded-For: 1 on Cloud Run, 2 behind a load balancer, 0 on one machine. */
  LETHE_PROXIES: wholeNumber(0, PROXIES_MAX, `must be a whole number, at most ${PROXIES_MAX}`).default(1),
  /** Days after its completion on which a deletion is made once more, for rows that arrived late. */
  LETHE_SWEEP_DAYS: z.string().default('3,30').transform(readDays),
  /** Days after closing on which Lethe removes the identifiers that it holds itself. */
  LETHE_FORGET_DAYS: wholeNumber(
    0,
    FORGET_DAYS_MAX,
    `must be a whole number of days, at most ${FORGET_DAYS_MAX}`,
  ).default(30),
  /** When batches are formed, by location: `EU=hourly,US=daily@02:30`; others at once. Times are UTC. */
  LETHE_CADENCE: z.string().default('').transform(readCadences),
  /** US dollars for a TiB that BigQuery processes on demand, for estimates of costs; it differs by region. */
  LETHE_PRICE_PER_TIB: z
    .string()
    .regex(/^[0-9]{1,6}(?:\.[0-9]{1,6})?$/, 'must be US dollars, like 6.25')
    .transform(Number)
    .default(PRICE_PER_TIB_DEFAULT),
});

export interface ExportSettings {
  bucket: string;
  /** Followed by `_` and the location. */
  stagingDataset: string;
  days: number;
  urlSigner: string | undefined;
}

export interface Config {
  project: string;
  stateBucket: string;
  receiptsBucket: string;
  exports: ExportSettings;
  locations: string[];
  shards: number;
  hashKey: Uint8Array;
  signingKey: string;
  graceSeconds: number;
  /** US dollars. */
  pricePerTib: number;
  /** How many of our own proxies append to X-Forwarded-For. */
  proxies: number;
  /** By location; absent: at once. */
  cadences: Readonly<Record<string, Cadence>>;
  agenda: AgendaSettings;
}

/** @throws Error that names every missing or wrong variable, and never shows a value */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const result = environmentSchema.safeParse(environment);
  if (!result.success) {
    const findings = result.error.issues.map(({ path, message, code }) => {
      const name = path.join('.');
      return environment[name] === undefined && code === 'invalid_type'
        ? `${name} is missing`
        : `${name} ${message}`;
    });
    throw new Error(`Lethe cannot start: ${findings.join('; ')}`);
  }
  const { data } = result;
  return {
    project: data.GOOGLE_CLOUD_PROJECT,
    stateBucket: data.LETHE_STATE_BUCKET,
    receiptsBucket: data.LETHE_RECEIPTS_BUCKET,
    exports: {
      bucket: data.LETHE_EXPORTS_BUCKET,
      stagingDataset: data.LETHE_STAGING_DATASET,
      days: data.LETHE_EXPORT_DAYS,
      urlSigner: data.LETHE_URL_SIGNER,
    },
    locations: data.LETHE_LOCATIONS,
    shards: data.LETHE_SHARDS,
    hashKey: data.LETHE_HASH_KEY,
    signingKey: data.LETHE_SIGNING_KEY,
    graceSeconds: data.LETHE_GRACE_SECONDS,
    pricePerTib: data.LETHE_PRICE_PER_TIB,
    proxies: data.LETHE_PROXIES,
    cadences: data.LETHE_CADENCE,
    agenda: { sweepDays: data.LETHE_SWEEP_DAYS, forgetDays: data.LETHE_FORGET_DAYS },
  };
}
