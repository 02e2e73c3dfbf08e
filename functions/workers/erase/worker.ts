/** `erase`: deletions and corrections. */
import type { Worker } from '../worker.ts';
import { formBatch } from './form-batch.ts';
import { runBatch } from './run-batch.ts';

export const eraser: Worker = { name: 'erase', formBatch, runBatch };
