/** Resource names: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
import { invalidName } from './rpc-error.ts';

const ID = /^[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/;

/** What a subscription's `topic` says once that topic is gone. */
export const DELETED_TOPIC = '_deleted-topic_';

/** @throws RpcError INVALID_ARGUMENT unless `value` is `projects/P/COLLECTION/ID` with a valid id. */
export function checkName(collection: 'topics' | 'subscriptions', field: string, value: string): string {
  const [projects, project, actual, id, ...rest] = value.split('/');
  const isValid =
    projects === 'projects' && isProject(project) && actual === collection && rest.length === 0 && isId(id);
  if (!isValid) throw invalidName(field, value);
  return value;
}

/** @throws RpcError INVALID_ARGUMENT unless `value` is `projects/P`. */
export function checkProject(value: string): string {
  const [projects, project, ...rest] = value.split('/');
  if (projects !== 'projects' || !isProject(project) || rest.length > 0) throw invalidName('project', value);
  return value;
}

/** The id of a resource, or the project's of `projects/P`. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

export function projectOf(name: string): string {
  return name.split('/')[1] ?? '';
}

function isProject(project: string | undefined): boolean {
  return project !== undefined && /^[a-z0-9][a-z0-9\-.:]*$/.test(project);
}

function isId(id: string | undefined): boolean {
  return id !== undefined && ID.test(id) && !id.startsWith('goog');
}
