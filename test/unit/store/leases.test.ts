import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage } from '@google-cloud/storage';
import { createObjectStore } from '../../../functions/google/object-store.ts';
import type { ObjectStore } from '../../../functions/ports.ts';
import { Lease, LeaseLost } from '../../../functions/store/leases.ts';
import { type StorageService, startStorage } from '../../../local/storage/service.ts';

const PROJECT = 'lethe-local';
/** Two thirds of a lease's time are over: it is to be renewed. */
const RENEWAL_DUE = 10_000;
const OVER = 21_000;

let home: string;
let service: StorageService;
let store: ObjectStore;
let now = Date.UTC(2026, 0, 1);
const clock = () => now;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lethe-leases-'));
  service = await startStorage({ folder: home, now: clock });
  process.env['STORAGE_EMULATOR_HOST'] = service.address;
  await new Storage({ projectId: PROJECT }).createBucket('leases');
  store = createObjectStore(PROJECT, 'leases');
});
afterAll(async () => {
  delete process.env['STORAGE_EMULATOR_HOST'];
  await service.close();
  await rm(home, { recursive: true, force: true });
});

async function acquire(location: string, holder: string): Promise<Lease> {
  const lease = await Lease.acquire({ store, clock }, { worker: 'erase', location, shard: 0 }, holder);
  if (lease === undefined) throw new Error('somebody else has the lease');
  return lease;
}

test('a worker that keeps its lease from many places at once does not take it away from itself', async () => {
  const lease = await acquire('many', 'one');
  now += RENEWAL_DUE;

  await Promise.all(Array.from({ length: 16 }, () => lease.keep()));

  expect(
    await Lease.acquire({ store, clock }, { worker: 'erase', location: 'many', shard: 0 }, 'two'),
  ).toBeUndefined();
  await lease.release();
  await acquire('many', 'two');
});

test('a lease that somebody else has taken over is lost', async () => {
  const lease = await acquire('taken', 'one');
  now += OVER;
  await acquire('taken', 'two');

  await expect(Promise.allSettled([lease.keep(), lease.keep()])).resolves.toEqual([
    { status: 'rejected', reason: expect.any(LeaseLost) },
    { status: 'rejected', reason: expect.any(LeaseLost) },
  ]);
});

test('letting go of a lease that somebody else has taken over leaves it to them', async () => {
  const lease = await acquire('left', 'one');
  now += OVER;
  const other = await acquire('left', 'two');

  await lease.release();

  now += RENEWAL_DUE;
  await expect(other.keep()).resolves.toBeUndefined();
});
