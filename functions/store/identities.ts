/**
 * What mapping tables have led to: `identities/{tenant}/{request}`, written once, by whichever location's worker comes first.
 * It holds identifiers, so it goes with the request.
 */
import type { RequestDocument } from '../domain/request.ts';
import type { RequestState } from '../domain/request-state.ts';
import { type Resolution, type SearchedRequest, searched } from '../domain/resolution.ts';
import type { ObjectStore } from '../ports.ts';
import { type RequestKey, readRequest } from './requests.ts';

export interface IdentitiesDocument extends Resolution {
  version: 1;
  /** `project:location.job`: BigQuery keeps their parameters. */
  jobs: string[];
}

const identitiesName = ({ tenant, id }: RequestKey) => `identities/${tenant}/${id}`;

export async function readIdentities(
  store: ObjectStore,
  key: RequestKey,
): Promise<IdentitiesDocument | undefined> {
  const found = await store.read(identitiesName(key));
  return found && (JSON.parse(found.body) as IdentitiesDocument);
}

/** @returns what stands: this, or what another worker has written before */
export async function keepIdentities(
  store: ObjectStore,
  key: RequestKey,
  document: IdentitiesDocument,
): Promise<IdentitiesDocument> {
  if ((await store.create(identitiesName(key), JSON.stringify(document))) !== undefined) return document;
  const standing = await readIdentities(store, key);
  if (standing === undefined) throw new Error(`the identities of ${key.id} were there and are gone`);
  return standing;
}

export async function removeIdentities(store: ObjectStore, key: RequestKey): Promise<void> {
  await store.remove(identitiesName(key));
}

/** The request with every identifier that it is to be searched for by. */
export async function withIdentities(
  store: ObjectStore,
  document: RequestDocument,
  { identities }: RequestState,
): Promise<SearchedRequest> {
  if (identities === undefined) return document;
  const { count, decision } = identities;
  if (count === 0) return searched(document, [], decision);
  const found = await readIdentities(store, document);
  if (found === undefined) throw new Error(`the identities of ${document.id} are gone`);
  return searched(document, found.found, decision);
}

export async function readSearched(
  store: ObjectStore,
  key: RequestKey,
): Promise<SearchedRequest | undefined> {
  const found = await readRequest(store, key);
  return found && withIdentities(store, found.document, found.state);
}
