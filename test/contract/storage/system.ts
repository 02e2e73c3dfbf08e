/** A stand-in of its own for each test file, Google's client on it, and a clock that only the test moves. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bucket, type CreateBucketRequest, Storage } from '@google-cloud/storage';
import { Faults } from '../../../local/faults.ts';
import { type StorageOptions, type StorageService, startStorage } from '../../../local/storage/service.ts';

export const DAY = 86_400_000;

export interface TestSystem {
  service: StorageService;
  client: Storage;
  faults: Faults;
  folder: string;
  /** Moves the clock forward. */
  pass(milliseconds: number): void;
  now(): number;
  /** A bucket that no other test has. */
  newBucket(settings?: CreateBucketRequest | object): Promise<Bucket>;
  /** Ends the service and starts another on the same folder; `between` may do something to the folder. */
  restart(between?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export async function startSystem(extra: Partial<StorageOptions> = {}): Promise<TestSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-storage-'));
  const faults = new Faults();
  let time = Date.now();
  let buckets = 0;
  const now = () => time;
  const start = () => startStorage({ folder, now, faults, ...extra });
  const service = await start();
  const system: TestSystem = {
    service,
    client: clientOf(service),
    faults,
    folder,
    now,
    pass: (milliseconds) => {
      time += milliseconds;
    },
    newBucket: async (settings = {}) => {
      buckets += 1;
      const [bucket] = await system.client.createBucket(`bucket-${buckets}`, settings as CreateBucketRequest);
      return bucket;
    },
    restart: async (between = async () => {}) => {
      await system.service.close();
      await between();
      system.service = await start();
      system.client = clientOf(system.service);
    },
    close: async () => {
      await system.service.close();
      await rm(folder, { recursive: true });
    },
  };
  return system;
}

export function clientOf({ address }: Pick<StorageService, 'address'>): Storage {
  return new Storage({
    apiEndpoint: address,
    projectId: 'demo',
    // The client's own back-off is not under test: short, but not below a second, which it cannot bear.
    retryOptions: { retryDelayMultiplier: 1, maxRetryDelay: 1 },
  });
}

/** What a call was refused with. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ code: number; message: string; reason?: string }> {
  try {
    await call;
  } catch (error) {
    const { code, message, errors } = error as {
      code: number;
      message: string;
      errors?: { reason: string }[];
    };
    const reason = errors?.[0]?.reason;
    return { code: Number(code), message, ...(reason !== undefined && { reason }) };
  }
  throw new Error('the call was expected to be refused, and was not');
}
