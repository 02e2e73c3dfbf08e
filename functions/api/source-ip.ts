import type { IncomingHttpHeaders } from 'node:http';

/**
 * Where a call comes from. Each proxy in front appends the address that it saw to X-Forwarded-For; what stands before that
 * is the caller's own claim, and not believed.
 * https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
 * @param proxies how many of our own proxies append; Cloud Run's front end is one
 */
export function sourceIp(
  headers: IncomingHttpHeaders,
  socketAddress: string | undefined,
  proxies: number,
): string | undefined {
  if (proxies === 0) return socketAddress;
  const header = headers['x-forwarded-for'];
  const seen = (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((part) => part.trim());
  return seen.at(-proxies) || socketAddress;
}
