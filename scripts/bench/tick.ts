/** A tick with few and with many closed requests: it must not notice the difference. */
import { Storage } from '@google-cloud/storage';
import { STATE_BUCKET } from '../../local/provision.ts';
import type { BenchSystem } from './bench-system.ts';
import { median } from './lone.ts';
import type { Figure } from './report.ts';

const RUNS = 11;
const WRITES_AT_ONCE = 32;

/** @param closed how many closed requests are written for the second measurement */
export async function tick(system: BenchSystem, closed: number): Promise<Figure[]> {
  const few = await timeOf(system);
  await writeClosed(system, closed);
  const many = await timeOf(system);
  return [
    {
      name: `tick with ${closed} closed requests beside 10`,
      value: many / few,
      unit: 'ratio',
      beside: `${few.toFixed(1)} ms`,
      goal: 1.2,
    },
  ];
}

async function timeOf({ stack }: BenchSystem): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const from = performance.now();
    await stack.tick();
    times.push(performance.now() - from);
  }
  return median(times);
}

/** As `functions/` leaves them: the object, no marker, an entry of the agenda for some later day. */
async function writeClosed({ stack }: BenchSystem, count: number): Promise<void> {
  const { storage, project } = stack.addresses;
  const bucket = new Storage({ projectId: project, apiEndpoint: storage }).bucket(STATE_BUCKET);
  let next = 0;
  const write = async () => {
    for (; next < count; ) {
      const id = `r-closed-${next}`;
      next += 1;
      await bucket.file(`requests/closed/${id}`).save('{}', { resumable: false });
      await bucket.file(`agenda/EU/2999-01-01/forget/closed/${id}`).save('', { resumable: false });
    }
  };
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, write));
}
