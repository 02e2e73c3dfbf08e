import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { findSystem } from '../../../local/load/running-system.ts';
import { readSchema } from '../../../local/load/schema-file.ts';
import { isHeader, openFile, readHeader } from '../../../local/load/source-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-load-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('the file to load', () => {
  test('is unzipped when it is zipped, whatever its name', async () => {
    expect(await text(await openFile(await write('plain.ndjson.gz', '{"a":1}\n')))).toBe('{"a":1}\n');
    expect(await text(await openFile(await write('zipped.ndjson', gzipSync('{"a":1}\n'))))).toBe('{"a":1}\n');
  });

  test('may be empty', async () => {
    expect(await text(await openFile(await write('empty.csv', '')))).toBe('');
  });

  test('is named when it is missing', async () => {
    await expect(openFile(join(folder, 'none.csv'))).rejects.toThrow(
      `There is no file ${join(folder, 'none.csv')}.`,
    );
    await expect(openFile(folder)).rejects.toThrow('cannot be read');
  });

  test('of CSV has a header when its first line names columns', async () => {
    const path = await write('rows.csv', '\ufeff"Id",name\r\n1,Ada\r\n');
    expect(isHeader(await readHeader(path), ['id', 'name'])).toBe(true);
    expect(isHeader(['1', 'Ada'], ['id', 'name'])).toBe(false);
    expect(() => isHeader(['name', 'id'], ['id', 'name'])).toThrow("column 1 is name, the schema's is id");
  });
});

describe('the schema file', () => {
  test('is a list of fields, or an object that holds one', async () => {
    const fields = [{ name: 'a', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'b', type: 'STRING' }] }];
    expect(await readSchema(await write('list.json', JSON.stringify(fields)))).toEqual(fields);
    expect(await readSchema(await write('object.json', JSON.stringify({ fields })))).toEqual(fields);
  });

  test.each([
    ['name: a', 'is not JSON'],
    ['[]', 'must have a field'],
    ['{"a":1}', 'is not a schema: body must be a list of fields'],
    ['[{"name":"a"}]', 'is not a schema: [0].type must be a type'],
    [
      '[{"name":"a","type":"RECORD","fields":[{"name":1,"type":"STRING"}]}]',
      '[0].fields[0].name must be a column name',
    ],
    ['[{"name":"a","type":"STRING","mode":"LIST"}]', '[0].mode must be NULLABLE, REQUIRED or REPEATED'],
  ])('%s is refused', async (content, message) => {
    await expect(readSchema(await write('schema.json', content))).rejects.toThrow(message);
  });

  test('is named when it is missing', async () => {
    await expect(readSchema(join(folder, 'no.json'))).rejects.toThrow('There is no schema file');
  });
});

describe('the running system', () => {
  test('is found in the data folder’s env file, before the variable of Google’s clients', async () => {
    await write(
      'env',
      "export GOOGLE_CLOUD_PROJECT='p'\nexport BIGQUERY_EMULATOR_HOST='http://127.0.0.1:1'\n",
    );
    expect(await findSystem({ LETHE_HOME: folder, BIGQUERY_EMULATOR_HOST: '127.0.0.1:2' })).toEqual({
      project: 'p',
      bigquery: 'http://127.0.0.1:1',
    });
  });

  test('is found by the variable, with or without a scheme', async () => {
    expect(await findSystem({ BIGQUERY_EMULATOR_HOST: '127.0.0.1:2' })).toEqual({
      project: 'lethe-local',
      bigquery: 'http://127.0.0.1:2',
    });
  });

  test('that was never started is said to be so', async () => {
    await expect(findSystem({ LETHE_HOME: folder })).rejects.toThrow('Start it with: npm start');
  });
});
