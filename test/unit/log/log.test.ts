/** https://cloud.google.com/logging/docs/structured-logging */
import { log, withTrace } from '../../../functions/log.ts';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const JANE = 'jane@example.com';

/** What is written to standard output meanwhile, as it is written. */
function written(run: () => void): string[] {
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  try {
    run();
  } finally {
    write.mockRestore();
  }
  return lines;
}

function entry(run: () => void): Record<string, unknown> {
  const [line = '', ...others] = written(run);
  expect(others).toEqual([]);
  expect(line.indexOf('\n')).toBe(line.length - 1);
  return JSON.parse(line) as Record<string, unknown>;
}

test('an entry is one line of JSON with severity, message, time and its fields', () => {
  expect(entry(() => log('NOTICE', 'deleted rows', { tenant: 'demo', rows: 3 }))).toEqual({
    severity: 'NOTICE',
    message: 'deleted rows',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    tenant: 'demo',
    rows: 3,
  });
});

test('a message or field with a line break is still one line', () => {
  expect(entry(() => log('INFO', 'a\nb', { code: 'x\r\ny\u2028' }))).toMatchObject({ message: 'a\nb' });
});

describe('the trace', () => {
  const traced = (header: string | undefined) => entry(() => withTrace('p', header, () => log('INFO', 'x')));

  test('of the incoming request is named as Cloud Trace does', () => {
    expect(traced(TRACEPARENT)).toMatchObject({
      'logging.googleapis.com/trace': 'projects/p/traces/4bf92f3577b34da6a3ce929d0e0e4736',
      'logging.googleapis.com/spanId': '00f067aa0ba902b7',
      'logging.googleapis.com/trace_sampled': true,
    });
    expect(traced(TRACEPARENT.replace(/01$/, '00'))).toMatchObject({
      'logging.googleapis.com/trace_sampled': false,
    });
  });

  // https://www.w3.org/TR/trace-context/#traceparent-header-field-values
  test.each([
    undefined,
    '',
    'x',
    TRACEPARENT.toUpperCase(),
    `${TRACEPARENT}\n`,
    TRACEPARENT.replace(/^00/, 'ff'),
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
  ])('is left out when the header is %p', (header) => {
    expect(Object.keys(traced(header))).toEqual(['severity', 'message', 'time']);
  });

  test('follows what is awaited, and does not leave its request', async () => {
    const lines: Record<string, unknown>[] = [];
    const take = (name: string) => lines.push(entry(() => log('INFO', name)));
    await withTrace('p', TRACEPARENT, async () => {
      await Promise.resolve();
      take('inside');
    });
    take('outside');

    expect(lines.map((line) => 'logging.googleapis.com/trace' in line)).toEqual([true, false]);
  });
});

describe('an error', () => {
  const logged = (error: unknown) => entry(() => log('ERROR', 'failed', {}, error))['error'];

  test('gives its name, code and frames, and not its message', () => {
    class QueryFailed extends Error {
      readonly code = 'invalidQuery';
    }
    const error = logged(new QueryFailed(`no such user: ${JANE}`));

    expect(error).toMatchObject({ name: 'QueryFailed', code: 'invalidQuery' });
    expect((error as { stack: string[] }).stack[0]).toMatch(/^at .*log\.test\.ts:\d+:\d+/);
    expect(JSON.stringify(error)).not.toContain(JANE);
  });

  test('gives its cause in the same way, whatever was thrown', () => {
    const error = logged(new Error(JANE, { cause: new TypeError(JANE, { cause: JANE }) }));

    expect(error).toMatchObject({
      name: 'Error',
      cause: { name: 'TypeError', cause: { name: 'string' } },
    });
    expect(JSON.stringify(error)).not.toContain(JANE);
  });

  test('whose message looks like frames of a stack does not get it into the log', () => {
    const error = new Error(`Bad value:\n    at ${JANE} (/x.ts:1:2)\n    at b`);

    expect(JSON.stringify(logged(error))).not.toContain(JANE);
  });

  test('whose message was changed after it was made does not show what it was made with', () => {
    const error = new Error(`x\n    at ${JANE} (/x.ts:1:2)`);
    error.message = 'changed';

    expect(JSON.stringify(logged(error))).not.toContain(JANE);
  });

  test('that is its own cause is written all the same', () => {
    const error = new Error('x');
    error.cause = error;

    expect(logged(error)).toMatchObject({ name: 'Error' });
  });

  test('of several gives them all', () => {
    expect(logged(new AggregateError([new RangeError(JANE), JANE], JANE))).toMatchObject({
      name: 'AggregateError',
      errors: [{ name: 'RangeError' }, { name: 'string' }],
    });
  });
});
