import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { ErrorCode } from '../domain/errors';
import { DEFAULT_INBOUND } from '../domain/inbound/rules';
import { createRefusalCounter, type RefusalCounter } from '../store/refusal-counter';
import type { Refusal } from '../store/refusals';
import type { ApiDeps } from './deps';

/** What is signed and may be forged, by what it asks for. */
export type LinkName =
  | 'click'
  | 'open'
  | 'unsubscribe'
  | 'call'
  | 'preferences'
  | 'confirm'
  | 'handoff'
  | 'ebook'
  | 'calendar'
  | 'thanks'
  | 'visit';

/** As what a route counts whom it refuses. Forms, hooks and sources by the name in the address, if there is one of that name. */
export type CountedAs =
  | { readonly kind: 'link'; readonly name: LinkName }
  | { readonly kind: 'form' | 'hook' | 'source' }
  | { readonly kind: 'view' }
  /** It has nothing to refuse. */
  | { readonly kind: 'nothing' };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Public routes say it: what strangers send is counted where it is refused. */
    counts?: CountedAs;
  }
  interface FastifyInstance {
    refusals: Refusals;
  }
}

type Place = Omit<Refusal, 'code'>;

export interface Refusals extends RefusalCounter {
  /** What the request was sent to; undefined: to nothing whose refusals are counted. */
  placeOf(request: FastifyRequest): Place | undefined;
  /** The same by the address alone, of what no route was found for. */
  placeOfUrl(url: string): Place | undefined;
}

/** A public route: anyone may call it, and whom it refuses is counted. */
export const publicly = <C extends CountedAs>(counts: C) => ({ config: { access: 'public', counts } }) as const;

/** Counts what this server refuses, until it closes. Before any route is added; a public one that does not say as what it counts fails `ready()`. */
export function countRefusals(app: FastifyInstance, deps: ApiDeps): void {
  const { db, clock } = deps;
  const onProblem = (problem: unknown) => app.log.error({ err: problem }, 'refusals were not counted yet');
  const counter = createRefusalCounter({ db, clock, onProblem });
  app.addHook('onClose', () => counter.settled());
  const addresses = new Map<string, { readonly begins: RegExp; readonly counts: CountedAs }>();
  app.addHook('onRoute', (route) => {
    const counts = countsOf(route);
    if (counts) addresses.set(route.url, { begins: beginningOf(route.url), counts });
  });
  const nameOf = namesOf(deps);
  const placeOfUrl = (url: string): Place | undefined => {
    const fitting = [...addresses.values()].filter(({ begins }) => begins.test(url));
    const [closest] = fitting.sort((a, b) => b.begins.source.length - a.begins.source.length);
    return closest && placeAs(closest.counts, nameOf, {});
  };
  app.decorate('refusals', {
    ...counter,
    placeOfUrl,
    placeOf({ is404, routeOptions, params, url }) {
      const counts = routeOptions?.config?.counts; // there is no route behind what the framework could not take apart
      return is404 || routeOptions?.url === undefined
        ? placeOfUrl(url)
        : counts && placeAs(counts, nameOf, Object(params) as { readonly [name: string]: string }); // as the router took it apart
    },
  } satisfies Refusals);
}

function countsOf({ config, method, url }: RouteOptions): CountedAs | undefined {
  if (config?.access === 'public' && config.counts === undefined)
    throw new TypeError(`route ${String(method)} ${url} must declare config.counts`);
  return config?.counts;
}

/** `/f/:form/file/:token` as what an address of it begins with, however mangled it is behind that. */
const beginningOf = (url: string): RegExp => {
  const fixed = url.replace(/[^/]+$/, (last) => (last.startsWith(':') ? '' : last));
  return new RegExp(`^${fixed.replaceAll('.', '\\.').replaceAll(/:[^/]+/g, '[^/]*')}`, 'i');
};

/** The names that forms, hooks and sources have, as an address has them. */
const namesOf = ({ forms, turn: { rules } }: ApiDeps) => {
  const { hooks } = rules.inbound ?? DEFAULT_INBOUND;
  const sources = rules.sources?.sources ?? {};
  return {
    form: (told: string) => [told.replace(/\.(json|js)$/, '')].find((name) => forms.has(name)),
    hook: (told: string) => (Object.hasOwn(hooks, told) ? told : undefined),
    source: (told: string) => (Object.hasOwn(sources, told) ? told : undefined),
  } as const satisfies { readonly [kind: string]: (told: string) => string | undefined };
};

function placeAs(
  counts: CountedAs,
  nameOf: ReturnType<typeof namesOf>,
  params: { readonly [name: string]: string },
): Place | undefined {
  switch (counts.kind) {
    case 'nothing':
      return undefined;
    case 'link':
      return counts;
    case 'view':
      return { kind: 'view', name: '' };
    default:
      return { kind: counts.kind, name: nameOf[counts.kind](params[counts.kind] ?? '') ?? '' };
  }
}

/** Whoever has broken off before all of it was sent was refused nothing. */
const isBrokenOff = ({ raw }: FastifyRequest): boolean => !raw.complete && raw.socket?.destroyed === true;

/** Counts a refusal, and logs it without a word of what was sent. `link`: what was refused is a link that came with something else. */
export function countRefusal(request: FastifyRequest, code: ErrorCode, link?: LinkName): void {
  const { refusals } = request.server;
  const place: Place | undefined = link === undefined ? refusals.placeOf(request) : { kind: 'link', name: link };
  if (!place || isBrokenOff(request)) return;
  request.log.info({ ...place, code }, 'refused');
  refusals.note({ ...place, code });
}
