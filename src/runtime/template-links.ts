import http from 'node:http';
import https from 'node:https';
import { ForbiddenAddress, publicLookup, refusePrivateHost } from '../activities/webhooks/address';
import type { TrackedTarget } from '../domain/template/content';
import type { Problem } from '../domain/yaml/problem';
import { render } from '../mail/render';
import type { Compiled } from '../mail/template/compile';
import { problemAt, problemsInOrder } from '../mail/template/problem';
import { sampleOf } from '../mail/template/sample-data';
import type { Origin } from '../mail/template/source';
import type { ReadTemplates } from '../mail/templates';
import { inParallel } from './in-parallel';

export interface AskOptions {
  /** For the whole of one answer (ms). */
  readonly timeoutMs?: number;
  /** Pages on this machine and in private networks, too. */
  readonly allowPrivate?: boolean;
}

const AT_ONCE = 4;
const TIMEOUT_MS = 10_000;
const MOST_REDIRECTS = 5;

/** Asks every page that the templates link to, once each, whether it is there. Pages of this machine or network are none for readers. */
export async function linkProblems(
  { compiled, samples }: ReadTemplates,
  names: readonly string[],
  options: AskOptions = {},
): Promise<readonly Problem[]> {
  const places = new Map<string, Origin[]>();
  for (const one of compiled.filter(({ draft }) => names.includes(draft.name)))
    for (const { url, origin } of addressesIn(
      one,
      sampleOf(one.draft.name, one.draft.locale, samples.get(one.draft.name)),
    ))
      places.set(url, [...(places.get(url) ?? []), origin]);
  const problems: Problem[] = [];
  await inParallel([...places], AT_ONCE, async ([url, origins]) => {
    const found = await answerOf(url, options);
    if (found) problems.push(...origins.map((origin) => toldAt(origin, url, found)));
  });
  return problemsInOrder(problems);
}

/** Addresses without values are asked as they stand; those with values as they are for the sample, if it shows them. */
function addressesIn(
  { draft, text }: Compiled,
  { filling }: ReturnType<typeof sampleOf>,
): readonly { readonly url: string; readonly origin: Origin }[] {
  const shown = text.links.some(({ values }) => values.length > 0) ? render(text, filling, draft.name).links : [];
  const urlOf = ({ name, literals, values }: TrackedTarget) =>
    values.length === 0 ? literals.join('') : shown.find((link) => link.name === name)?.url;
  return text.links.flatMap((target, index) => {
    const url = urlOf(target);
    const tag = draft.body.tags.find(({ kind, source }) => kind === 'tracked' && sourceIndex(source) === index);
    return url === undefined ? [] : [{ url, origin: tag?.origin ?? draft.origin }];
  });
}

const sourceIndex = (source: string): number => Number(/^\{\{tracked (\d+)/.exec(source)?.[1]);

interface Answer {
  readonly severity: Problem['severity'];
  readonly said: string;
}

const toldAt = (origin: Origin, url: string, { severity, said }: Answer): Problem =>
  problemAt(
    origin,
    { message: `${url} ${said}`, fix: 'correct the address, or the page' },
    { code: 'VIV_LINK_DEAD', severity },
  );

/** Undefined: the page is there. */
async function answerOf(url: string, options: AskOptions): Promise<Answer | undefined> {
  try {
    const head = await finalStatus(url, 'HEAD', options);
    const status = head < 400 ? head : await finalStatus(url, 'GET', options); // not every server knows HEAD
    if (status < 400) return undefined;
    return { severity: isGone(status) ? 'error' : 'warning', said: `answers with ${status}` };
  } catch (error) {
    if (error instanceof ForbiddenAddress)
      return { severity: 'error', said: 'leads to this machine or a private network' };
    return { severity: 'error', said: `gives no answer: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Others may only mean that the server keeps out what is no browser. */
const isGone = (status: number): boolean => status === 404 || status === 410;

async function finalStatus(first: string, method: 'HEAD' | 'GET', options: AskOptions): Promise<number> {
  let url = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const { status, location } = await ask(url, method, options);
    if (status < 300 || status >= 400 || location === undefined) return status;
    url = new URL(location, url).href;
    if (!/^https?:$/.test(new URL(url).protocol)) throw new Error(`it leads on to ${url}`);
  }
  throw new Error(`it leads on more than ${MOST_REDIRECTS} times`);
}

function ask(
  url: string,
  method: 'HEAD' | 'GET',
  { timeoutMs = TIMEOUT_MS, allowPrivate = false }: AskOptions,
): Promise<{ readonly status: number; readonly location: string | undefined }> {
  if (!allowPrivate) refusePrivateHost(new URL(url).hostname);
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        method,
        headers: { 'user-agent': 'Viveiro link check', accept: '*/*' },
        agent: false, // a connection of its own: a kept one could lead to an address that was looked at long ago
        signal: AbortSignal.timeout(timeoutMs),
        ...(allowPrivate ? {} : { lookup: publicLookup }),
      },
      (response) => {
        response.destroy(); // what stands on the page is nothing to us
        resolve({ status: response.statusCode ?? 0, location: response.headers.location });
      },
    );
    asking.on('error', reject).end();
  });
}
