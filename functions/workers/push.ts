/**
 * The body of a Pub/Sub push request, parsed from its raw bytes: the framework's own conversion loses the
 * subscription and the delivery attempt (facts/platform.md §2).
 * https://cloud.google.com/pubsub/docs/push#receive_push
 */
import { z } from 'zod';

const pushSchema = z.object({
  message: z.object({
    // Absent when a message has attributes only.
    data: z.base64().optional(),
    attributes: z.record(z.string(), z.string()).optional(),
    messageId: z.string(),
  }),
  subscription: z.string(),
  deliveryAttempt: z.number().optional(),
});

const wakeUpSchema = z.object({ tenant: z.string(), request: z.string() });

export interface WakeUp {
  tenant: string;
  request: string;
  location: string;
}

/** @returns undefined when the body is not a push of a wake-up: repeating it would not make it one. */
export function parseWakeUp(rawBody: Uint8Array): WakeUp | undefined {
  const push = pushSchema.safeParse(parseJson(Buffer.from(rawBody).toString('utf8')));
  if (!push.success) return undefined;
  const { data = '', attributes = {} } = push.data.message;
  const content = wakeUpSchema.safeParse(parseJson(Buffer.from(data, 'base64').toString('utf8')));
  const location = attributes['location'];
  return content.success && location !== undefined ? { ...content.data, location } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is as much "not a push" as any other wrong shape: the schema refuses undefined.
    return undefined;
  }
}
