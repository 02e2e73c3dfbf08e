/** Reads a request's share of a staging table. */
import type { Step } from '../../domain/batch.ts';
import { WarehouseError } from '../../ports.ts';
import type { BatchContext } from '../worker.ts';
import { stagingDataset } from './staging.ts';

/** The staging table of this step has expired. */
export class StagingLost extends Error {
  readonly step: Step;
  constructor(step: Step, cause: unknown) {
    super(`the staged rows of step ${step.id} are gone`, { cause });
    this.step = step;
  }
}

/** JSON texts. @throws StagingLost */
export async function* stagedRows(
  { services, location, keepAlive }: BatchContext,
  step: Step,
  position: number,
): AsyncGenerator<string> {
  if (step.staging === undefined) return;
  const table = { dataset: stagingDataset(services.config, location), table: step.staging };
  try {
    for await (const page of services.warehouse.stagedContents(table, position)) {
      await keepAlive();
      yield* page;
    }
  } catch (error) {
    if (error instanceof WarehouseError && error.failure.reason === 'notFound')
      throw new StagingLost(step, error);
    throw error;
  }
}

/** Counts the rows and keeps the first ones, those that are not too long. */
export async function* noting(rows: AsyncIterable<string>, noted: Noted): AsyncGenerator<string> {
  for await (const row of rows) {
    noted.rows += 1;
    if (noted.sample.length < SAMPLE_ROWS && row.length <= SAMPLE_CHARACTERS) noted.sample.push(row);
    yield row;
  }
}

export interface Noted {
  rows: number;
  sample: string[];
}

/** Rows of each table that the readable page shows, and the most text of one of them. */
const SAMPLE_ROWS = 20;
const SAMPLE_CHARACTERS = 4_000;
