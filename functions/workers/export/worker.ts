/** `export`: everything about a subject, or named properties, as files. */
import { withKnownNames } from '../known-names.ts';
import { withUsableMap } from '../usable-map.ts';
import type { Worker } from '../worker.ts';
import { formBatch } from './form-batch.ts';
import { runBatch } from './run-batch.ts';

export const exporter: Worker = {
  name: 'export',
  admit: async (services, _location, due) => withKnownNames(services, await withUsableMap(services, due)),
  formBatch,
  runBatch,
};
