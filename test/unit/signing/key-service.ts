/**
 * Cloud KMS's REST face, as far as a signer needs it
 * (https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys.cryptoKeyVersions).
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { CRC32C } from '@google-cloud/storage';

/** Google's own implementation; KMS writes the unsigned number as the text of an int64. */
export function checksum(bytes: Uint8Array): string {
  const crc = new CRC32C();
  crc.update(Buffer.from(bytes));
  return String(Buffer.from(crc.toString(), 'base64').readUInt32BE());
}

export interface Call {
  method: string;
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
}

type Answer = Record<string, unknown>;

export class KeyService {
  readonly calls: Call[] = [];
  /** What goes wrong on the way back. */
  distort: (answer: Answer) => Answer = (answer) => answer;
  /** An HTTP status with which the next calls are refused. */
  refusal: number | undefined;
  readonly #keyVersion: string;
  readonly #privatePem: string;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(keyVersion: string, privatePem: string) {
    this.#keyVersion = keyVersion;
    this.#privatePem = privatePem;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = request;
    const body = method === 'POST' ? ((await json(request)) as Answer) : {};
    this.calls.push({ method, path, authorization: request.headers.authorization, body });
    const answer = this.refusal === undefined ? this.#answer(method, path, body) : undefined;
    const status = this.refusal ?? (answer === undefined ? 404 : 200);
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(answer ? this.distort(answer) : { error: { code: status } }));
  }

  #answer(method: string, path: string, body: Answer): Answer | undefined {
    const resource = `/v1/${this.#keyVersion}`;
    if (method === 'GET' && path === `${resource}/publicKey`) return this.#publicKey();
    if (method === 'POST' && path === `${resource}:asymmetricSign`) return this.#sign(body);
    return undefined;
  }

  #publicKey(): Answer {
    const pem = createPublicKey(this.#privatePem).export({ format: 'pem', type: 'spki' }) as string;
    return {
      pem,
      algorithm: 'EC_SIGN_P256_SHA256',
      pemCrc32c: checksum(Buffer.from(pem)),
      name: this.#keyVersion,
      protectionLevel: 'SOFTWARE',
    };
  }

  /** It is given a digest; `signed` is told by the test, because Node signs texts only. */
  signed = '';

  #sign(body: Answer): Answer {
    const { sha256 } = body['digest'] as { sha256: string };
    const digest = Buffer.from(sha256, 'base64');
    const signature = sign('sha256', Buffer.from(this.signed), createPrivateKey(this.#privatePem));
    return {
      signature: signature.toString('base64'),
      signatureCrc32c: checksum(signature),
      verifiedDigestCrc32c: body['digestCrc32c'] === checksum(digest),
      name: this.#keyVersion,
      protectionLevel: 'SOFTWARE',
    };
  }
}
