import { sourceIp } from '../../../functions/api/source-ip.ts';

const SOCKET = '10.0.0.1';

test.each([
  ['one machine, whatever the caller claims', '6.6.6.6', 0, SOCKET],
  ['Cloud Run: the last address is its own front end’s word', '6.6.6.6, 203.0.113.9', 1, '203.0.113.9'],
  [
    'a load balancer in front: the one before the last',
    '6.6.6.6, 203.0.113.9, 198.51.100.1',
    2,
    '203.0.113.9',
  ],
  ['fewer addresses than proxies', '203.0.113.9', 2, SOCKET],
])('%s', (_, header, proxies, expected) => {
  expect(sourceIp({ 'x-forwarded-for': header }, SOCKET, proxies)).toBe(expected);
});

test('without the header it is the socket that counts', () => {
  expect(sourceIp({}, SOCKET, 1)).toBe(SOCKET);
});
