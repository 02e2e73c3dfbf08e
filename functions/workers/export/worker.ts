/** `export`: everything about a subject, or named properties, as files. */
import { withUsableMap } from '../usable-map.ts';
import type { Worker } from '../worker.ts';
import { formBatch } from './form-batch.ts';
import { runBatch } from './run-batch.ts';

export const exporter: Worker = {
  name: 'export',
  admit: (services, _location, due) => withUsableMap(services, due),
  formBatch,
  runBatch,
};
