import { retried, type Step } from '../domain/batch.ts';
import type { DataMap } from '../domain/data-map.ts';
import { LetheError } from '../domain/errors.ts';
import { entryFor } from '../domain/planned-table.ts';
import { workerOf } from '../domain/request.ts';
import { isTerminal, resume } from '../domain/request-state.ts';
import type { Services } from '../services.ts';
import { readDataMap } from '../store/data-maps.ts';
import { ManifestFile } from '../store/manifests.ts';
import { changeState, type RequestKey, readRequest } from '../store/requests.ts';
import { wake } from './wake.ts';

/**
 * Somebody has mended what a request waits for: its waiting steps are planned anew, by the data map as it is now, and the
 * workers are woken. A worker that is at the batch finds its manifest replaced, lets go, and is followed by another.
 * @throws LetheError `not_found`, `already_closed`
 */
export async function retryRequest(services: Services, key: RequestKey): Promise<void> {
  const { store, clock, publisher, config } = services;
  const found = await readRequest(store, key);
  if (found === undefined) throw new LetheError('not_found', 'There is no such request.');
  const { state } = found;
  if (isTerminal(state)) throw new LetheError('already_closed', `The request is ${state.state}.`);
  const map = await readDataMap(store, key.tenant);
  if (map === undefined) throw new LetheError('no_data_map', `Tenant ${key.tenant} has no data map.`);
  await changeState(store, key, (current) => resume(current, clock()));
  for (const [location, batch] of Object.entries(state.batches)) {
    const file = await ManifestFile.open(store, clock, location, batch);
    const steps = file.current.steps.map((step) =>
      step.tenant === key.tenant ? withMap(step, map, config.project) : step,
    );
    if (steps.every((step, index) => step === file.current.steps[index])) continue;
    file.current = { ...file.current, steps };
    await file.save();
  }
  await wake(publisher, workerOf(found.document.type), key, state.locations);
}

function withMap(step: Step, map: DataMap, project: string): Step {
  if (step.isDone || step.waiting === undefined) return step;
  return retried(step, entryFor(map, step.mapped, project));
}
