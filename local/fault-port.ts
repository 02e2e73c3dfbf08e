/**
 * Fault injection from outside, for trials with `LETHE_FAULTS=1 npm start`: POST a rule (`local/faults.ts`), DELETE all.
 * Without that switch nobody listens.
 */
import { z } from 'zod';
import { type FaultRule, Faults } from './faults.ts';
import { NoSuchRoute, serve } from './http.ts';

const when = z.enum(['before', 'after']);
const ruleSchema = z.strictObject({
  operation: z.string(),
  resource: z.string().optional(),
  skip: z.int().min(0).optional(),
  times: z.int().min(1).optional(),
  action: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fail'), status: z.int(), reason: z.string(), message: z.string() }),
    z.strictObject({ kind: z.literal('delay'), milliseconds: z.int().min(0) }),
    z.strictObject({ kind: z.literal('duplicate') }),
    z.strictObject({ kind: z.literal('drop'), when }),
    z.strictObject({ kind: z.literal('die'), process: z.enum(['api', 'erase']), when }),
  ]),
});

/** @returns the address to post rules to */
export async function serveFaults(faults: Faults): Promise<string> {
  const service = await serve({
    port: 0,
    // Its own calls are not struck.
    faults: new Faults(),
    routes: [
      {
        method: 'POST',
        pattern: /^\/faults$/,
        operation: 'faults.add',
        async handle(call) {
          faults.add(ruleSchema.parse(await call.json()) as FaultRule);
          return { status: 204 };
        },
      },
      {
        method: 'DELETE',
        pattern: /^\/faults$/,
        operation: 'faults.clear',
        async handle() {
          faults.clear();
          return { status: 204 };
        },
      },
    ],
    renderError: (error) => ({
      status: error instanceof NoSuchRoute ? 404 : 400,
      json: { error: { message: error instanceof Error ? error.message : String(error) } },
    }),
  });
  return `${service.address}/faults`;
}
