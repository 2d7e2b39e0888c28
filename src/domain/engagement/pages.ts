import type { Json } from '../ids';

const LONGEST = 300;
/** The parts of a query that say where somebody came from. All others may hold anything, and are forgotten. */
const KEPT = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'];

/** `https://www.example.com` of an address of the web; undefined for any other address. */
export function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, origin, username, password } = new URL(address);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' ? origin : undefined;
}

export interface SeenPage {
  readonly url: string;
  readonly title?: string | undefined;
  readonly referrer?: string | undefined;
}

/** What is kept of a page that was seen: site and path, without the query, but for what says where somebody came from. */
export function pageProperties({ url, title, referrer }: SeenPage): { readonly [key: string]: Json } {
  const { origin, pathname, searchParams } = new URL(url);
  const from = referrer === undefined ? undefined : originOf(referrer);
  const kept = KEPT.flatMap((name): [string, Json][] => {
    const value = searchParams.get(name);
    return value ? [[name, value.slice(0, LONGEST)]] : [];
  });
  return {
    site: origin,
    page: pathname.slice(0, LONGEST),
    ...(title ? { title: title.slice(0, LONGEST) } : {}),
    ...(from && from !== origin ? { referrer: from } : {}),
    ...Object.fromEntries(kept),
  };
}
