/** `erase`: deletions and corrections. */
import { withUsableMap } from '../usable-map.ts';
import type { Worker } from '../worker.ts';
import { formBatch } from './form-batch.ts';
import { runBatch } from './run-batch.ts';

export const eraser: Worker = {
  name: 'erase',
  admit: (services, _location, due) => withUsableMap(services, due),
  formBatch,
  runBatch,
};
