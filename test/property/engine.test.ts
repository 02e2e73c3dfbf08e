/**
 * The engine against a model of itself (`model.ts`): random tables, orders, cancellations, lost and repeated messages,
 * late rows, faults and crashes; at the end rows, states, receipts and ledger are what the model says.
 *
 * 120 histories are what two cores play in about a minute: a history costs half a second of computing, in three
 * processes. LETHE_HISTORIES says how many else (`npm run test:long`: 100,000); LETHE_SEED and LETHE_PATH play again what a
 * failure names. Worker and test run side by side, so that the same world may take another course the second time.
 *
 * Not played here: properties, corrections, exports, sweeps, holds, a changing data map, a grace period, tables that come
 * and go, quotas of the DML queue, a restart of the stand-ins.
 */
import fc from 'fast-check';
import { System } from '../support/system.ts';
import { type History, worldOf } from './history.ts';
import { runWorld } from './run-world.ts';

const HISTORIES = Number(process.env['LETHE_HISTORIES'] ?? 120);
/** `npm test` plays the same histories every time; whoever asks for a number of them gets others. */
const SEED =
  process.env['LETHE_SEED'] ?? (process.env['LETHE_HISTORIES'] === undefined ? '20261125' : undefined);
const HISTORIES_AT_ONCE_MAX = 40;
/**
 * Each tenant's batch is its own, mostly: tenants of one batch wait for the pace of its manifest. And nothing is swept
 * afterwards, so that a late row shows whether the deletion itself reached it.
 */
const SETTINGS = { LETHE_SHARDS: '64', LETHE_SWEEP_DAYS: '' };
/** The stand-ins keep everything; a fresh system now and then keeps the pace. */
const HISTORIES_PER_SYSTEM = 1_000;
/** Shrinking ends after this, with the smallest world found so far. */
const SHRINK_MILLISECONDS_MAX = 120_000;

let system: System | undefined;
afterEach(async () => {
  await system?.close();
  system = undefined;
});

test(
  `${HISTORIES} random histories end as the model says`,
  async () => {
    let played = 0;
    let worlds = 0;
    let ofSystem = 0;
    let failedAt: number | undefined;

    const renew = async () => {
      await system?.close();
      system = undefined;
      ofSystem = 0;
    };
    const endsAsTheModelSays = async (world: History[]) => {
      const isOver =
        failedAt === undefined ? played >= HISTORIES : Date.now() - failedAt > SHRINK_MILLISECONDS_MAX;
      if (isOver) return;
      if (ofSystem >= HISTORIES_PER_SYSTEM) await renew();
      system ??= await System.start({ settings: SETTINGS });
      worlds += 1;
      try {
        await runWorld(system, `w${worlds}`, world);
      } catch (error) {
        failedAt ??= Date.now();
        // What a failed world has left open must not trouble the next one.
        await renew();
        throw error;
      }
      played += world.length;
      ofSystem += world.length;
    };

    await fc.assert(fc.asyncProperty(worldOf(HISTORIES_AT_ONCE_MAX), endsAsTheModelSays), {
      // A world has a third of the most on average: these are more than enough.
      numRuns: Math.ceil(HISTORIES / 4) + 20,
      ...(SEED !== undefined && { seed: Number(SEED) }),
      ...(process.env['LETHE_PATH'] !== undefined && { path: process.env['LETHE_PATH'] }),
    });
    // What is played again by its path is one world.
    if (process.env['LETHE_PATH'] === undefined) expect(played).toBeGreaterThanOrEqual(HISTORIES);
  },
  60_000 + SHRINK_MILLISECONDS_MAX + HISTORIES * 1_000,
);
