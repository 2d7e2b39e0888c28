/**
 * Where a link of a mail leads, as a browser will read it; undefined: nobody is sent there. Only pages of the web, with no user name that
 * could pass for a host, and nothing that browsers read otherwise than they show it.
 */
export function safeTarget(address: string): string | undefined {
  if (/[\\\p{Cc}\s]/u.test(address) || !/^https?:\/\/[^/]/i.test(address) || !URL.canParse(address)) return undefined;
  const { href, protocol, username, password, hostname } = new URL(address);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && username === '' && password === '' && hostname !== '' ? href : undefined;
}

/** The target with one more parameter. */
export function withParameter(target: string, [name, value]: readonly [string, string]): string {
  const url = new URL(target);
  url.searchParams.set(name, value);
  return url.href;
}
