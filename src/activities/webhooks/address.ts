import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Not for the open internet: IANA IPv4 and IPv6 special-purpose address registries, and multicast. */
const NOT_PUBLIC = new BlockList();
const IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;
/** Within 2000::/3, which alone is given out: protocol assignments with Teredo, documentation, 6to4. */
const IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;
for (const [net, bits] of IPV4) NOT_PUBLIC.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of IPV6) NOT_PUBLIC.addSubnet(net, bits, 'ipv6');
const GLOBAL_IPV6 = new BlockList();
GLOBAL_IPV6.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address is one of the open internet. An IPv4 address that is written as IPv6 is not: nobody needs it. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !NOT_PUBLIC.check(address, 'ipv4');
  return family === 6 && GLOBAL_IPV6.check(address, 'ipv6') && !NOT_PUBLIC.check(address, 'ipv6');
}

/** The address of an endpoint is none that may be called. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';

  constructor(host: string, address: string) {
    super(
      `${host} is at ${address}, on this machine or in a private network; allowPrivate: true lets the endpoint be there`,
    );
  }
}

/** Throws ForbiddenAddress for a host that is an IP address itself, and none of the open internet. */
export function refusePrivateHost(host: string): void {
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !isPublicAddress(address)) throw new ForbiddenAddress(host, address);
}

/** Resolves names as ever, but to public addresses alone: the connection is made to the very address that was looked at. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '');
    const wrong = found.find(({ address }) => !isPublicAddress(address));
    if (wrong) return callback(new ForbiddenAddress(hostname, wrong.address), '');
    const [first] = found;
    if (options.all || !first) return callback(null, found);
    return callback(null, first.address, first.family);
  });
};
