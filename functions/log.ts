/**
 * Structured logs in Cloud Logging's form, one JSON object a line
 * (https://cloud.google.com/logging/docs/structured-logging). Only the fields listed here can be logged, and none of
 * them can hold an identifier of a subject; an error gives its name, code and stack frames, but not its message,
 * because messages of BigQuery and of parsers quote values.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface LogFields {
  tenant?: string;
  request?: string;
  batch?: string;
  step?: string;
  table?: string;
  location?: string;
  shard?: number;
  job?: string;
  code?: string;
  kind?: string;
  count?: number;
  rows?: number;
  bytes?: number;
  milliseconds?: number;
  route?: string;
  method?: string;
  status?: number;
  key?: string;
}

export type Severity = 'DEBUG' | 'INFO' | 'NOTICE' | 'WARNING' | 'ERROR';

const traces = new AsyncLocalStorage<{ project: string; header: string | undefined }>();

/** Everything logged inside of `run` carries the trace of the incoming request. */
export function withTrace<T>(project: string, traceparent: string | undefined, run: () => T): T {
  return traces.run({ project, header: traceparent }, run);
}

export function log(severity: Severity, message: string, fields: LogFields = {}, error?: unknown): void {
  const entry = {
    severity,
    message,
    time: new Date().toISOString(),
    ...fields,
    ...(error !== undefined && { error: describe(error) }),
    ...traceFields(),
  };
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}

/** An error, its causes and its parts: as deep as anybody reads, since a cause can lead back to its effect. */
const DEPTH_MAX = 5;
const FRAMES_MAX = 12;

function describe(error: unknown, depth = 1): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code } = error as Error & { code?: unknown };
  const isDeep = depth === DEPTH_MAX;
  return {
    name: error.constructor.name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    stack: framesOf(error),
    ...(error.cause !== undefined && !isDeep && { cause: describe(error.cause, depth + 1) }),
    ...(error instanceof AggregateError &&
      !isDeep && { errors: error.errors.map((part) => describe(part, depth + 1)) }),
  };
}

/** The stack begins with the message, which may itself look like frames: only what follows it is taken. */
function framesOf({ stack = '', message }: Error): string[] {
  const start = stack.indexOf(message);
  // The message was changed since, and where the old one ends is not known.
  if (start === -1) return [];
  const lines = stack.slice(start + message.length).split('\n');
  return lines
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .slice(0, FRAMES_MAX);
}

/** W3C traceparent, `00-{trace}-{span}-{flags}`: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

function traceFields(): object {
  const current = traces.getStore();
  const match = TRACEPARENT.exec(current?.header ?? '');
  if (match === null || current === undefined) return {};
  const [, trace, span, flags] = match;
  return {
    'logging.googleapis.com/trace': `projects/${current.project}/traces/${trace}`,
    'logging.googleapis.com/spanId': span,
    'logging.googleapis.com/trace_sampled': (Number.parseInt(flags ?? '0', 16) & 1) === 1,
  };
}
