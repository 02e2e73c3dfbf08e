/** What the RPC handlers share, and how they are bound to gRPC. */
import type { ServerUnaryCall, sendUnaryData, UntypedHandleCall } from '@grpc/grpc-js';
import type { Faults } from '../faults.ts';
import type { Delivery } from './delivery.ts';
import { idOf } from './names.ts';
import type { Publishing } from './publishing.ts';
import type { PullConsumers } from './pull-consumers.ts';
import { toRpcError } from './rpc-error.ts';

export interface Context {
  publishing: Publishing;
  delivery: Delivery;
  consumers: PullConsumers;
  /** Runs changes of topics and subscriptions one after the other, each seeing the one before it applied. */
  inTurn<T>(change: () => Promise<T>): Promise<T>;
}

/** Ends when the caller hangs up or its deadline passes. */
type Cancelled = AbortSignal;

// biome-ignore lint/suspicious/noExplicitAny: each handler names the request it takes; proto-loader checks its shape.
export type Handler = (context: Context, request: any, cancelled: Cancelled) => Promise<unknown>;

/** Wraps handlers, named as in the .proto file, into gRPC's callbacks; each call goes through the faults. */
export function bindHandlers(
  handlers: Record<string, Handler>,
  context: Context,
): Record<string, UntypedHandleCall> {
  return Object.fromEntries(
    Object.entries(handlers).map(([method, handle]) => [method, bind(method, handle, context)]),
  );
}

function bind(method: string, handle: Handler, context: Context): UntypedHandleCall {
  const operation = operationOf(method);
  const { faults } = context.publishing;
  return (call: ServerUnaryCall<object, unknown>, callback: sendUnaryData<unknown>) => {
    const cancelled = new AbortController();
    call.on('cancelled', () => cancelled.abort());
    around(faults, operation, call.request, () => handle(context, call.request, cancelled.signal)).then(
      (answer) => callback(null, answer),
      (error: unknown) => callback(toRpcError(error)),
    );
  };
}

function around<T>(faults: Faults, operation: string, request: object, run: () => Promise<T>): Promise<T> {
  return faults.around(operation, idOf(resourceOf(request)), run);
}

/** `pubsub.createTopic` for CreateTopic. */
function operationOf(method: string): string {
  return `pubsub.${method.charAt(0).toLowerCase()}${method.slice(1)}`;
}

/** The resource that a request is about; updates carry it whole. */
function resourceOf(request: object): string {
  const fields = request as Record<string, string | { name: string } | undefined>;
  const resource = fields['name'] ?? fields['subscription'] ?? fields['topic'] ?? fields['project'] ?? '';
  return typeof resource === 'string' ? resource : resource.name;
}
