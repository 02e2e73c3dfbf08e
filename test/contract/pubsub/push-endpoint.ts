/** An HTTP endpoint that push subscriptions can deliver to. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

interface PushBody {
  message: {
    data?: string;
    attributes?: Record<string, string>;
    messageId: string;
    message_id: string;
    publishTime: string;
    publish_time: string;
  };
  subscription: string;
  deliveryAttempt?: number;
}

interface Push {
  headers: IncomingHttpHeaders;
  body: PushBody;
}

export interface PushEndpoint {
  url: string;
  pushes: Push[];
  /** Resolves once this many pushes have come, and gives the last of them. */
  count(pushes: number): Promise<Push>;
  close(): Promise<void>;
}

/** @param answer the status for the nth push, from 1; 'hang' never answers, 'reset' closes the connection */
export async function startPushEndpoint(
  answer: (nth: number) => number | 'hang' | 'reset' = () => 204,
): Promise<PushEndpoint> {
  const pushes: Push[] = [];
  const waiting: { pushes: number; resolve: (push: Push) => void }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const push = { headers: request.headers, body: JSON.parse(text) as PushBody };
    pushes.push(push);
    const status = answer(pushes.length);
    if (status === 'reset') request.socket.destroy();
    else if (status === 102) {
      response.writeProcessing();
    } else if (status !== 'hang') {
      response.statusCode = status;
      response.end();
    }
    for (const one of waiting) if (one.pushes === pushes.length) one.resolve(push);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/push`,
    pushes,
    count: (wanted) => {
      const reached = pushes[wanted - 1];
      if (reached !== undefined) return Promise.resolve(reached);
      return new Promise((resolve) => waiting.push({ pushes: wanted, resolve }));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
