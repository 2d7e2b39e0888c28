import type { ReturnClaim } from '../../domain/inbound/claims';
import { readReturnAddress } from '../verp';

/** What the signature on an address says; undefined: the address is none of ours. */
export function returnClaim(secret: string, address: string): ReturnClaim | undefined {
  const read = readReturnAddress(secret, address);
  return read.type === 'foreign' ? undefined : read;
}
