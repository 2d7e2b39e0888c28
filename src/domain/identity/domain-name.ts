import { domainToASCII } from 'node:url';

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * A domain of the internet as it is compared: lower case, IDNA (UTS 46, as the WHATWG URL standard has it), no dot at the end.
 * `undefined`: no mail can be sent there.
 */
export function asciiDomain(raw: string): string | undefined {
  // domainToASCII takes what a URL takes: ports, paths and numbers that are IP addresses are none of ours
  if (/[\s/:@?#%[\]\\]/.test(raw)) return undefined;
  const ascii = domainToASCII(raw.replace(/[.\u3002\uFF0E\uFF61]$/, ''));
  const labels = ascii.split('.');
  const isWhole = ascii.length <= 253 && labels.length >= 2 && labels.every((label) => LABEL.test(label));
  return isWhole && /[a-z]/.test(labels.at(-1) ?? '') ? ascii : undefined;
}
