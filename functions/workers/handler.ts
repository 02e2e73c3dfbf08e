/**
 * A worker: woken by a push from its topic (POST /), or by Cloud Scheduler's tick (POST /tick). Both do the same thing,
 * a pass over what is open; the message only says where to look first.
 *
 * 2xx acknowledges; anything else makes Pub/Sub or Cloud Scheduler come again.
 */
import type { Request, Response } from '@google-cloud/functions-framework';
import { log, withTrace } from '../log.ts';
import type { Services } from '../services.ts';
import { parseWakeUp, type WakeUp } from './push.ts';
import { Pass } from './pass.ts';
import type { Worker } from './worker.ts';

/** An invocation stops taking up work after this; a push request times out at 10 minutes. */
const WORK_MILLISECONDS_MAX = 8 * 60_000;

export function createWorker(
  services: Services,
  worker: Worker,
): (request: Request, response: Response) => Promise<void> {
  return (request, response) =>
    withTrace(services.config.project, request.get('traceparent'), async () => {
      response.status(await answer(services, worker, request)).end();
    });
}

async function answer(services: Services, worker: Worker, request: Request): Promise<number> {
  if (request.method === 'GET' && request.path === '/readyz') return 200;
  if (request.method !== 'POST') return 405;
  try {
    if (request.path === '/tick') {
      await work(services, worker, services.config.locations, undefined);
      return 204;
    }
    const wakeUp = parseWakeUp(request.rawBody ?? new Uint8Array());
    if (wakeUp === undefined || !services.config.locations.includes(wakeUp.location)) {
      // Recorded, and acknowledged: coming again would not make it readable, and would slow the subscription down.
      log('ERROR', 'a push is not a wake-up of this worker', { code: 'poison_message' });
      return 204;
    }
    await work(services, worker, [wakeUp.location], wakeUp);
    return 204;
  } catch (error) {
    log('ERROR', 'a pass failed and will be repeated', { code: 'pass_failed' }, error);
    return 500;
  }
}

async function work(
  services: Services,
  worker: Worker,
  locations: string[],
  wakeUp: WakeUp | undefined,
): Promise<void> {
  const deadline = services.clock() + WORK_MILLISECONDS_MAX;
  const passes = locations.map((location) =>
    new Pass(services, { worker, location, deadline, wakeUp }).run(),
  );
  const outcomes = await Promise.allSettled(passes);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
