/** https://cloud.google.com/storage/docs/access-control/signed-urls */
import { generateKeyPairSync } from 'node:crypto';
import { type Bucket, type GetSignedUrlConfig, Storage } from '@google-cloud/storage';
import { refusal, startSystem, type TestSystem } from './system.ts';

const MINUTE = 60_000;

let system: TestSystem;
let bucket: Bucket;
let signing: Storage;
beforeAll(async () => {
  // Google's library warns that `credentials` will go one day.
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  system = await startSystem();
  bucket = await system.newBucket();
  signing = signingAs(await system.service.signer());
  const metadata = { metadata: { a: '1' } };
  await bucket.file('a/b c+ü').save('0123456789', { resumable: false, contentType: 'text/plain', metadata });
});
afterAll(() => system.close());

const signingAs = (credentials: { client_email: string; private_key: string }) =>
  new Storage({ apiEndpoint: system.service.address, projectId: 'demo', credentials });

/** Valid from now on, for one minute unless the test says otherwise. */
async function sign(config: Partial<GetSignedUrlConfig> = {}, name = 'a/b c+ü', client = signing) {
  const accessibleAt = system.now();
  const all = {
    version: 'v4',
    action: 'read',
    accessibleAt,
    expires: accessibleAt + MINUTE,
    ...config,
  } as const;
  return (await client.bucket(bucket.name).file(name).getSignedUrl(all))[0];
}

/** The status and the elements of the XML error. */
async function refused(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  expect(response.headers.get('content-type')).toBe('application/xml; charset=UTF-8');
  const text = await response.text();
  expect(text).toMatch(/^<\?xml version='1\.0' encoding='UTF-8'\?><Error>.*<\/Error>$/s);
  const elements = [...text.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name, value]) => [name, value]);
  return { status: response.status, ...Object.fromEntries(elements) };
}

const tampered = (url: string, parameter: string, value: string) => {
  const changed = new URL(url);
  changed.searchParams.set(parameter, value);
  return changed.href;
};

const MISMATCH = {
  status: 403,
  Code: 'SignatureDoesNotMatch',
  Message: 'Access denied.',
  Details:
    'The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.',
};

test('a signed URL gives the object to whoever has it, as often as wanted', async () => {
  const url = await sign();
  for (const _ of [1, 2]) {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '10',
      'cache-control': 'private, max-age=0',
      'x-goog-hash': expect.stringContaining('crc32c='),
    });
    expect(await response.text()).toBe('0123456789');
  }
});

test('a URL that was signed for GET is good for HEAD and for ranges', async () => {
  const url = await sign();
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
  const part = await fetch(url, { headers: { range: 'bytes=2-4' } });
  expect([part.status, await part.text()]).toEqual([206, '234']);
});

test('the answer has the name and type that were signed', async () => {
  const response = await fetch(await sign({ promptSaveAs: 'export.csv', responseType: 'text/csv' }));
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="export.csv"');
  expect(response.headers.get('content-type')).toBe('text/csv');
});

test('a signature of which one digit is another is 403, and says what should have been signed', async () => {
  const url = await sign();
  const signature = new URL(url).searchParams.get('X-Goog-Signature') ?? '';
  const other = signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  const answer = await refused(tampered(url, 'X-Goog-Signature', other));
  expect(answer).toMatchObject(MISMATCH);
  expect(answer.StringToSign).toMatch(
    /^GOOG4-RSA-SHA256\n\d{8}T\d{6}Z\n\d{8}\/auto\/storage\/goog4_request\n[0-9a-f]{64}$/,
  );
  expect(answer.CanonicalRequest).toMatch(
    new RegExp(
      `^GET\n/${bucket.name}/a/b%20c%2B%C3%BC\nX-Goog-Algorithm=.*\nhost:127.0.0.1\n\nhost\nUNSIGNED-PAYLOAD$`,
      's',
    ),
  );
});

test.each(['', 'zz', 'abc'])('a signature that is %j is refused', async (signature) => {
  expect(await refused(tampered(await sign(), 'X-Goog-Signature', signature))).toMatchObject(MISMATCH);
});

test('a URL is good until its last millisecond and 400 from then on, whatever else is wrong with it', async () => {
  const signedAt = Math.floor(system.now() / 1000) * 1000;
  const url = await sign({ accessibleAt: signedAt, expires: signedAt + MINUTE });
  system.pass(signedAt + MINUTE - 1 - system.now());
  expect((await fetch(url)).status).toBe(200);
  system.pass(1);
  const expired = {
    status: 400,
    Code: 'ExpiredToken',
    Message: 'Invalid argument.',
    Details: `The provided token has expired. Request signature expired at: ${new Date(signedAt + MINUTE).toISOString().slice(0, 19)}+00:00`,
  };
  expect(await refused(url)).toEqual(expired);
  expect(await refused(tampered(url, 'X-Goog-Signature', 'ab'))).toEqual(expired);
});

test('a longer life than was signed is 403, a life beyond a week 400', async () => {
  const url = await sign();
  expect(await refused(tampered(url, 'X-Goog-Expires', '61'))).toMatchObject(MISMATCH);
  expect(await refused(tampered(url, 'X-Goog-Expires', '604801'))).toMatchObject({
    status: 400,
    Code: 'MalformedSecurityHeader',
    ParameterName: 'Expires',
  });
});

test('a URL that was signed for reading is 403 for every other method', async () => {
  const url = await sign();
  for (const method of ['PUT', 'POST', 'DELETE']) {
    const answer = await refused(url, { method });
    expect(answer).toMatchObject(MISMATCH);
    expect(answer.CanonicalRequest).toMatch(new RegExp(`^${method}\n`));
  }
  expect(await refused(await sign({ action: 'write' }))).toMatchObject(MISMATCH);
  expect(await bucket.file('a/b c+ü').exists()).toEqual([true]);
});

test('a parameter that was added, changed or taken away after signing is 403', async () => {
  const url = await sign({ promptSaveAs: 'export.csv' });
  expect(await refused(`${url}&response-content-type=text%2Fhtml`)).toMatchObject(MISMATCH);
  expect(await refused(tampered(url, 'response-content-disposition', 'inline'))).toMatchObject(MISMATCH);
  const without = new URL(url);
  without.searchParams.delete('response-content-disposition');
  expect(await refused(without.href)).toMatchObject(MISMATCH);
});

test('a URL for one object is not good for another, and not for another bucket', async () => {
  await bucket.file('secret').save('s', { resumable: false });
  const url = new URL(await sign());
  url.pathname = `/${bucket.name}/secret`;
  expect(await refused(url.href)).toMatchObject(MISMATCH);
  url.pathname = '/other-bucket/a/b%20c%2B%C3%BC';
  expect(await refused(url.href)).toMatchObject(MISMATCH);
});

test('a signature of another key, or in the name of another account, is 403', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreign = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const own = await system.service.signer();
  const otherKey = await sign({}, 'secret', signingAs({ ...own, private_key: foreign }));
  expect(await refused(otherKey)).toMatchObject(MISMATCH);
  const otherName = await sign({}, 'secret', signingAs({ ...own, client_email: 'eve@example.com' }));
  expect(await refused(otherName)).toMatchObject(MISMATCH);
});

test('without a signature there is no access, whether the object is there or not', async () => {
  for (const path of [`${bucket.name}/secret`, `${bucket.name}/missing`, 'no-such-bucket/missing'])
    expect(await refused(`${system.service.address}/${path}`)).toEqual({
      status: 403,
      Code: 'AccessDenied',
      Message: 'Access denied.',
      Details:
        "Anonymous caller does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist).",
    });
});

test('parameters that cannot be read are 400 and named', async () => {
  const url = await sign();
  for (const [parameter, value, named] of [
    ['X-Goog-Date', 'yesterday', 'Date'],
    ['X-Goog-Expires', 'soon', 'Expires'],
    ['X-Goog-Credential', 'me', 'Credential'],
    ['X-Goog-Algorithm', 'none', 'Algorithm'],
  ] as const)
    expect(await refused(tampered(url, parameter, value))).toMatchObject({
      status: 400,
      Code: 'MalformedSecurityHeader',
      Message: 'Invalid argument.',
      ParameterName: named,
    });
  expect(await refused(tampered(url, 'X-Goog-SignedHeaders', 'hos'))).toMatchObject({
    status: 400,
    Code: 'MalformedSecurityHeader',
    Details: 'Your request has a malformed header. Host header not signed.',
  });
});

test('headers that were signed must be sent as they were, and headers of Google must be signed', async () => {
  const url = await sign({ extensionHeaders: { 'x-test': 'a' } });
  expect((await fetch(url, { headers: { 'x-test': ' a ' } })).status).toBe(200);
  expect(await refused(url, { headers: { 'x-test': 'b' } })).toMatchObject(MISMATCH);
  expect(await refused(url)).toEqual({
    status: 400,
    Code: 'MalformedSecurityHeader',
    Message: 'Invalid argument.',
    Details:
      'Your request has a malformed header. Header was included in signedheaders, but not in the request.',
    ParameterName: 'x-test',
  });
  const headers = { 'x-goog-meta-a': '1' };
  expect(await refused(await sign(), { headers })).toEqual({
    status: 400,
    Code: 'MalformedSecurityHeader',
    Message: 'Invalid argument.',
    Details: 'Your request has a malformed header. Header must be signed.',
    ParameterName: 'x-goog-meta-a',
  });
});

test('a URL whose object is gone is 404, whose range is beyond it 416', async () => {
  expect(await refused(await sign({}, 'missing'))).toMatchObject({
    status: 404,
    Code: 'NoSuchKey',
    Message: 'The specified key does not exist.',
    Details: `No such object: ${bucket.name}/missing`,
  });
  const beyond = await refused(await sign(), { headers: { range: 'bytes=10-' } });
  expect(beyond).toMatchObject({ status: 416, Code: 'InvalidRange' });
});

test('an object that changed since keeps its URL, a generation that was signed does not', async () => {
  const file = bucket.file('versioned');
  await file.save('1', { resumable: false });
  const any = await sign({}, 'versioned');
  const one = await sign({ queryParams: { generation: String(file.metadata.generation) } }, 'versioned');
  expect(await (await fetch(one)).text()).toBe('1');
  await file.save('2', { resumable: false });
  expect(await (await fetch(any)).text()).toBe('2');
  expect((await refused(one)).status).toBe(404);
});

test('the account and its URLs outlive a restart', async () => {
  const url = new URL(await sign());
  await system.restart();
  signing = signingAs(await system.service.signer());
  url.port = String(system.service.port);
  expect((await fetch(url)).status).toBe(200);
});

test('what is signed well but not supported is 501', async () => {
  const write = await sign({ action: 'write' });
  expect(await refused(write, { method: 'PUT' })).toMatchObject({ status: 501, Code: 'NotImplemented' });
  const v2 = await sign({ version: 'v2', accessibleAt: undefined as never });
  expect(await refused(v2)).toMatchObject({ status: 501, Code: 'NotImplemented' });
  const unknown = await sign({ queryParams: { userProject: 'p' } });
  expect(await refused(unknown)).toMatchObject({ status: 501, Code: 'NotImplemented' });
});

test('without credentials the client cannot sign, as in production without a service account', async () => {
  const unsigned = system.client.bucket(bucket.name).file('a');
  const expires = system.now() + MINUTE;
  const refusedBy = await refusal(unsigned.getSignedUrl({ version: 'v4', action: 'read', expires }));
  expect(refusedBy.message).toMatch(/credentials/i);
});
