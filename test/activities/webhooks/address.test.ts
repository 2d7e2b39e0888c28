import { isPublicAddress, publicLookup, refusePrivateHost } from '../../../src/activities/webhooks/address';

test.each(['93.184.215.14', '8.8.8.8', '172.15.255.255', '172.32.0.1', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])(
  '%s is an address of the open internet',
  (address) => expect(isPublicAddress(address)).toBe(true),
);

test.each([
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'not an address',
])('%s is none', (address) => expect(isPublicAddress(address)).toBe(false));

test.each([
  'http://127.1/',
  'http://0x7f000001/',
  'http://2130706433/',
  'http://[::1]:80/',
  'http://[::ffff:10.0.0.1]/',
])('the host of %s is refused, however it is written', (url) =>
  expect(() => refusePrivateHost(new URL(url).hostname)).toThrow(/allowPrivate/),
);

test('a name is looked up, and refused for the address that it has', async () => {
  const problem = await new Promise<unknown>((resolve) => publicLookup('localhost', {}, (error) => resolve(error)));
  expect(String(problem)).toMatch(/localhost is at .* on this machine or in a private network/);
});
