import { readConfig } from '../../../functions/config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const COMPLETE = {
  GOOGLE_CLOUD_PROJECT: 'my-project',
  LETHE_STATE_BUCKET: 'state-bucket',
  LETHE_RECEIPTS_BUCKET: 'receipts-bucket',
  LETHE_EXPORTS_BUCKET: 'exports-bucket',
  LETHE_LOCATIONS: 'EU,us-east1',
  LETHE_HASH_KEY: KEY,
  LETHE_SIGNING_KEY: 'projects/p/locations/eu/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1',
};
type Environment = Record<string, string | undefined>;

function refusal(environment: Environment): string {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the configuration was taken');
}

test('a complete environment is read, with one shard and no grace period unless they are set', () => {
  expect(readConfig(COMPLETE)).toEqual({
    project: 'my-project',
    stateBucket: 'state-bucket',
    receiptsBucket: 'receipts-bucket',
    exports: {
      bucket: 'exports-bucket',
      stagingDataset: 'lethe_staging',
      days: 14,
      urlSigner: undefined,
    },
    locations: ['EU', 'us-east1'],
    shards: 1,
    hashKey: new Uint8Array(32).fill(7),
    signingKey: COMPLETE.LETHE_SIGNING_KEY,
    graceSeconds: 0,
    pricePerTib: 6.25,
    proxies: 1,
    cadences: {},
    agenda: { sweepDays: [3, 30], forgetDays: 30 },
  });
  expect(
    readConfig({
      ...COMPLETE,
      LETHE_SHARDS: '16',
      LETHE_GRACE_SECONDS: '86400',
      LETHE_CADENCE: 'EU=hourly,US=daily@02:30',
      LETHE_PRICE_PER_TIB: '8.13',
    }),
  ).toMatchObject({
    shards: 16,
    graceSeconds: 86_400,
    pricePerTib: 8.13,
    cadences: { EU: { kind: 'hourly' }, US: { kind: 'daily', minutes: 150 } },
  });
});

test.each(Object.keys(COMPLETE))('without %s nothing starts, and the name says why', (name) => {
  expect(refusal({ ...COMPLETE, [name]: undefined })).toBe(`Lethe cannot start: ${name} is missing`);
});

test('all that is missing and all that is wrong is named at once', () => {
  const message = refusal({ LETHE_SHARDS: '0', LETHE_HASH_KEY: 'x' });

  for (const name of Object.keys(COMPLETE)) expect(message).toContain(name);
  expect(message).toContain('LETHE_SHARDS');
});

test.each([
  ['GOOGLE_CLOUD_PROJECT', '', 'must be the project id'],
  ['LETHE_STATE_BUCKET', 'x', 'must be the name of the bucket that holds requests and manifests'],
  ['LETHE_RECEIPTS_BUCKET', '', 'must be the name of the write-once bucket for receipts'],
  ['LETHE_LOCATIONS', '', 'must be BigQuery locations with commas between: EU,US'],
  ['LETHE_LOCATIONS', 'EU, US', 'must be BigQuery locations with commas between: EU,US'],
  ['LETHE_LOCATIONS', 'EU,', 'must be BigQuery locations with commas between: EU,US'],
  ['LETHE_LOCATIONS', 'EU,US,EU', 'must name each location once'],
  ['LETHE_SHARDS', '', 'must be a whole number from 1 to 1024'],
  ['LETHE_SHARDS', '0', 'must be a whole number from 1 to 1024'],
  ['LETHE_SHARDS', '1025', 'must be a whole number from 1 to 1024'],
  ['LETHE_SHARDS', '1.5', 'must be a whole number from 1 to 1024'],
  ['LETHE_SHARDS', '0x10', 'must be a whole number from 1 to 1024'],
  ['LETHE_SHARDS', 'secret', 'must be a whole number from 1 to 1024'],
  ['LETHE_SWEEP_DAYS', '3,x', 'must be days with commas between, like 3,30, or empty'],
  ['LETHE_SWEEP_DAYS', '0', 'must be days with commas between, like 3,30, or empty'],
  ['LETHE_FORGET_DAYS', '-1', 'must be a whole number of days, at most 3650'],
  ['LETHE_CADENCE', 'EU=weekly', 'must be like EU=hourly,US=daily@02:30 (at_once, hourly, daily@hh:mm)'],
  ['LETHE_GRACE_SECONDS', '', 'must be a whole number of seconds, at most 31536000'],
  ['LETHE_GRACE_SECONDS', '-1', 'must be a whole number of seconds, at most 31536000'],
  ['LETHE_GRACE_SECONDS', '1e3', 'must be a whole number of seconds, at most 31536000'],
  ['LETHE_GRACE_SECONDS', '31536001', 'must be a whole number of seconds, at most 31536000'],
  ['LETHE_PRICE_PER_TIB', '', 'must be US dollars, like 6.25'],
  ['LETHE_PRICE_PER_TIB', '-1', 'must be US dollars, like 6.25'],
  ['LETHE_PRICE_PER_TIB', '6,25', 'must be US dollars, like 6.25'],
  ['LETHE_HASH_KEY', 'not base64!', 'must be base64'],
  ['LETHE_HASH_KEY', Buffer.alloc(31).toString('base64'), 'must hold at least 32 bytes'],
  ['LETHE_HASH_KEY', '', 'must hold at least 32 bytes'],
  ['LETHE_SIGNING_KEY', '', 'must be a Cloud KMS key version or the path of a PEM file'],
])('%s=%p is refused in words that do not show it', (name, value, detail) => {
  expect(refusal({ ...COMPLETE, [name]: value })).toBe(`Lethe cannot start: ${name} ${detail}`);
});

test('no value is ever shown, however many of them are wrong', () => {
  const wrong = Object.fromEntries(
    [...Object.keys(COMPLETE), 'LETHE_SHARDS', 'LETHE_GRACE_SECONDS'].map((name) => [name, '?s3cr3t-value?']),
  );

  expect(refusal(wrong)).not.toContain('s3cr3t');
});
