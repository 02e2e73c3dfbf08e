/** `erase`: deletions and corrections, their sweeps, and the forgetting. */
import { forgetRequest } from '../../requests/forget.ts';
import type { StandingEntry } from '../../store/agenda.ts';
import { withKnownNames } from '../known-names.ts';
import { withUsableMap } from '../usable-map.ts';
import type { BatchContext, Worker } from '../worker.ts';
import { withoutEarlierEdits } from './earlier-edits.ts';
import { withoutEarlierExports } from './earlier-exports.ts';
import { formBatch } from './form-batch.ts';
import { runBatch, runSteadily } from './run-batch.ts';
import { finishSweep, sweepBatches } from './sweeps.ts';

async function runAgenda(context: BatchContext, shard: number, due: readonly StandingEntry[]): Promise<void> {
  const sweeps = due.filter(({ errand }) => errand !== 'forget');
  for (const file of await sweepBatches(context, shard, sweeps))
    await runSteadily(context, file, (requests) => finishSweep(context, file.current, requests, sweeps));
  for (const entry of due.filter(({ errand }) => errand === 'forget')) {
    if (context.services.clock() >= context.deadline) return;
    await context.keepAlive();
    await forgetRequest(context.services, entry);
  }
}

export const eraser: Worker = {
  name: 'erase',
  admit: async (services, location, due) => {
    const usable = await withKnownNames(services, await withUsableMap(services, due));
    return withoutEarlierEdits(services, location, await withoutEarlierExports(services, location, usable));
  },
  formBatch,
  runBatch,
  runAgenda,
};
