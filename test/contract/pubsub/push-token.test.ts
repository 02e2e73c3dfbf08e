/** https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions. Google's emulator sends no token. */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { type Client, connect } from './client.ts';
import { type PushEndpoint, startPushEndpoint } from './push-endpoint.ts';
import { type RunningStandIn, startStandIn } from './stand-in-backend.ts';

const SERVICE_ACCOUNT = 'pusher@demo.iam.gserviceaccount.com';

let running: RunningStandIn;
let client: Client;
let endpoint: PushEndpoint;

beforeEach(async () => {
  running = await startStandIn();
  client = connect(running);
  endpoint = await startPushEndpoint();
});
afterEach(async () => {
  await client.close();
  await running.stop();
  await endpoint.close();
});

async function pushedToken(oidcToken: { serviceAccountEmail: string; audience?: string }): Promise<string> {
  const topic = await client.topic();
  await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url, oidcToken } });
  await topic.publishMessage({ data: Buffer.from('x') });
  await running.service.idle();
  const { headers } = await endpoint.count(endpoint.pushes.length);
  return headers.authorization?.replace(/^Bearer /, '') ?? '';
}

function verify(token: string, audience: string) {
  return jwtVerify(token, createLocalJWKSet(running.service.jwks() as { keys: object[] } as never), {
    issuer: 'https://accounts.google.com',
    audience,
    currentDate: new Date(running.now()),
  });
}

test('a push carries a token for its audience, good for an hour, that the public key verifies', async () => {
  const token = await pushedToken({
    serviceAccountEmail: SERVICE_ACCOUNT,
    audience: 'https://erase.example',
  });
  const { payload, protectedHeader } = await verify(token, 'https://erase.example');
  expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'JWT' });
  expect(payload).toMatchObject({ email: SERVICE_ACCOUNT, email_verified: true });
  expect(payload.sub).toMatch(/^\d{21}$/);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
});

test('without an audience the endpoint is it', async () => {
  const token = await pushedToken({ serviceAccountEmail: SERVICE_ACCOUNT });
  await expect(verify(token, endpoint.url)).resolves.toBeDefined();
  await expect(verify(token, 'https://erase.example')).rejects.toThrow();
});

test('the key survives a restart', async () => {
  const token = await pushedToken({ serviceAccountEmail: SERVICE_ACCOUNT });
  await running.restart();
  await expect(verify(token, endpoint.url)).resolves.toBeDefined();
});

test('a push without oidc_token has no Authorization header', async () => {
  const topic = await client.topic();
  await client.subscription(topic, { pushConfig: { pushEndpoint: endpoint.url } });
  await topic.publishMessage({ data: Buffer.from('x') });
  const { headers } = await endpoint.count(1);
  expect(headers).not.toHaveProperty('authorization');
});
