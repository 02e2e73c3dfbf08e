/** google.protobuf.FieldMask for updates: paths in snake_case, nested ones with dots. */
import { invalidArgument } from './rpc-error.ts';

export interface FieldMask {
  paths: string[];
}

/**
 * @param changeable the top-level fields that may be changed, in camelCase
 * @returns a copy of `current` with the masked fields of `wanted`
 * @throws RpcError INVALID_ARGUMENT for an empty mask and for fields that cannot be changed
 */
export function applyMask<T extends object>(
  current: T,
  wanted: T,
  mask: FieldMask | null,
  changeable: (keyof T | string)[],
): T {
  const paths = mask?.paths ?? [];
  if (paths.length === 0)
    throw invalidArgument(
      'The update_mask in the request must be set, and must contain a non-empty paths list.',
    );
  const result = structuredClone(current);
  for (const path of paths) {
    const keys = path.split('.').map(toCamelCase);
    if (!changeable.includes(keys[0] ?? ''))
      throw invalidArgument(
        `Invalid update_mask provided in the request: ${path} is not a known or changeable field.`,
      );
    copy(result as Fields, wanted as Fields, keys, path);
  }
  return result;
}

type Fields = Record<string, unknown>;

function copy(to: Fields, from: Fields, [key = '', ...rest]: string[], path: string): void {
  if (rest.length === 0) {
    to[key] = from[key];
    return;
  }
  const source = from[key];
  if (typeof source !== 'object' || source === null)
    throw invalidArgument(`Invalid update_mask provided in the request: ${path} has no value.`);
  if (typeof to[key] !== 'object' || to[key] === null) to[key] = structuredClone(source);
  else copy(to[key] as Fields, source as Fields, rest, path);
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
