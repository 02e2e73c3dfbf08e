import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import { RECEIPT_TYPE } from '../functions/domain/jws.ts';
import type { Receipt } from '../functions/domain/receipt.ts';

const GENUINE = 0;
const NOT_GENUINE = 1;
const NOT_CHECKED = 2;

/** `lethe verify`: @returns the exit code */
export async function verify(args: string[]): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { jwks: { type: 'string' } },
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new Error('name one receipt file');
    const jws = (file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')).trim();
    return await check(jws, await loadKeys(values.jwks ?? (await defaultJwks())));
  } catch (error) {
    console.error(`The receipt could not be checked: ${(error as Error).message}`);
    return NOT_CHECKED;
  }
}

async function check(jws: string, keys: JSONWebKeySet): Promise<number> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(keys), {
      algorithms: ['ES256'],
    });
    if (protectedHeader.typ !== RECEIPT_TYPE)
      throw new errors.JWSInvalid(`its type is ${protectedHeader.typ}`);
    const receipt = JSON.parse(new TextDecoder().decode(payload)) as Receipt;
    console.log(JSON.stringify(receipt, null, 2));
    console.error(`\nGenuine: signed with key ${protectedHeader.kid}.`);
    return GENUINE;
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    console.error(`NOT genuine: ${error.message}`);
    return NOT_GENUINE;
  }
}

async function loadKeys(source: string): Promise<JSONWebKeySet> {
  if (!/^https?:/.test(source)) return JSON.parse(await readFile(source, 'utf8')) as JSONWebKeySet;
  const response = await fetch(source).catch((cause: unknown) => {
    throw new Error(`${source} does not answer`, { cause });
  });
  if (!response.ok) throw new Error(`${source} answers ${response.status}`);
  return (await response.json()) as JSONWebKeySet;
}

async function defaultJwks(): Promise<string> {
  const url = process.env['LETHE_URL'] ?? (await localUrl());
  if (url === undefined) throw new Error('set LETHE_URL, or name the public keys with --jwks');
  return `${url}/.well-known/jwks.json`;
}

/** Of the system that `npm start` runs here. */
async function localUrl(): Promise<string | undefined> {
  const path = `${process.env['LETHE_HOME'] ?? '.lethe'}/env`;
  const env = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return /LETHE_URL='([^']+)'/.exec(env)?.[1];
}
