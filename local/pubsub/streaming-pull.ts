/** StreamingPull, the stream behind `subscription.on('message')` of Google's clients. */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Context } from './handlers.ts';
import { ACK_DEADLINE_SECONDS_MAX, ACK_DEADLINE_SECONDS_MIN, PULL_MESSAGES_MAX } from './limits.ts';
import { idOf } from './names.ts';
import { acknowledgeAll, checkPullable, modifyDeadlines } from './pull.ts';
import type { PullConsumer } from './pull-consumers.ts';
import { outOfBounds, type RpcError, toRpcError } from './rpc-error.ts';
import { findSubscription } from './subscriber.ts';
import type { ReceivedMessage } from './wire.ts';

interface StreamingPullRequest {
  subscription: string;
  ackIds: string[];
  modifyDeadlineSeconds: number[];
  modifyDeadlineAckIds: string[];
  streamAckDeadlineSeconds: number;
  /** As text; 0 means no limit. */
  maxOutstandingMessages: string;
}

interface StreamingPullResponse {
  receivedMessages: ReceivedMessage[];
  subscriptionProperties?: { exactlyOnceDeliveryEnabled: boolean; messageOrderingEnabled: boolean };
}

export type StreamingPullCall = ServerDuplexStream<StreamingPullRequest, StreamingPullResponse>;

/** The first request opens the stream; later ones acknowledge, change deadlines, or only keep it alive. */
export function streamingPull(context: Context, call: StreamingPullCall): void {
  let stream: Stream | undefined;
  const { faults } = context.publishing;
  call.on('data', (request: StreamingPullRequest) => {
    try {
      if (stream !== undefined) {
        stream.update(request);
        return;
      }
      const opened = new Stream(context, call, request);
      stream = opened;
      faults
        .around('pubsub.streamingPull', idOf(request.subscription), async () => opened.begin())
        .catch((error: unknown) => opened.end(toRpcError(error)));
    } catch (error) {
      if (stream !== undefined) stream.end(toRpcError(error));
      else call.emit('error', toRpcError(error));
    }
  });
  call.on('end', () => stream?.end());
  call.on('cancelled', () => stream?.end());
}

class Stream implements PullConsumer {
  readonly expires = Number.POSITIVE_INFINITY;
  readonly subscription: string;
  readonly #context: Context;
  readonly #call: StreamingPullCall;
  readonly #outstandingMax: number;
  #deadlineSeconds: number;
  /** Sent and neither acknowledged nor given up: looked up in the backlog, which knows every ending. */
  readonly #outstanding = new Set<string>();

  constructor(context: Context, call: StreamingPullCall, request: StreamingPullRequest) {
    this.#context = context;
    this.#call = call;
    this.subscription = request.subscription;
    this.#outstandingMax = Number(request.maxOutstandingMessages) || Number.POSITIVE_INFINITY;
    this.#deadlineSeconds = request.streamAckDeadlineSeconds;
    checkDeadline(this.#deadlineSeconds);
    checkPullable(findSubscription(context.publishing.state, this.subscription).subscription);
  }

  begin(): void {
    this.#call.write({
      receivedMessages: [],
      subscriptionProperties: { exactlyOnceDeliveryEnabled: false, messageOrderingEnabled: false },
    });
    this.#context.consumers.add(this);
    this.#context.delivery.wake();
  }

  update(request: StreamingPullRequest): void {
    const target = findSubscription(this.#context.publishing.state, this.subscription);
    if (request.streamAckDeadlineSeconds > 0) {
      checkDeadline(request.streamAckDeadlineSeconds);
      this.#deadlineSeconds = request.streamAckDeadlineSeconds;
    }
    if (request.ackIds.length > 0) acknowledgeAll(this.#context, target, request.ackIds);
    for (const [index, ackId] of request.modifyDeadlineAckIds.entries())
      modifyDeadlines(this.#context, target, [ackId], request.modifyDeadlineSeconds[index] ?? 0);
  }

  capacity(): number {
    const target = this.#context.publishing.state.subscriptions.get(this.subscription);
    for (const ackId of this.#outstanding)
      if (!target?.backlog.isLeased(ackId)) this.#outstanding.delete(ackId);
    return Math.min(this.#outstandingMax - this.#outstanding.size, PULL_MESSAGES_MAX);
  }

  ackDeadlineMilliseconds(): number {
    return this.#deadlineSeconds * 1000;
  }

  receive(receivedMessages: ReceivedMessage[]): void {
    for (const { ackId } of receivedMessages) this.#outstanding.add(ackId);
    this.#call.write({ receivedMessages });
  }

  end(error?: RpcError): void {
    this.#context.consumers.remove(this);
    if (error === undefined) this.#call.end();
    else this.#call.emit('error', error);
  }
}

function checkDeadline(seconds: number): void {
  if (seconds < ACK_DEADLINE_SECONDS_MIN || seconds > ACK_DEADLINE_SECONDS_MAX)
    throw outOfBounds(
      'stream_ack_deadline_seconds',
      `${seconds}`,
      `${ACK_DEADLINE_SECONDS_MIN}`,
      `${ACK_DEADLINE_SECONDS_MAX}`,
    );
}
