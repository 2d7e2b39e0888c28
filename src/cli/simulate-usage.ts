import { failure } from '../domain/errors';

/** What of the options of `viveiro simulate` depends on each other. */
export interface Depending {
  readonly population: number | 'real' | { readonly file: string };
  readonly map?: string;
  readonly skipBadRows?: boolean;
  readonly journeys?: string;
  readonly mailDomains?: unknown;
  readonly secondLeads?: number;
  readonly secondOffer?: string;
}

/** Refuses options of which nothing can come. Throws VIV_USAGE. */
export function checkSimulateOptions(options: Depending): void {
  const { population, map, skipBadRows, journeys, mailDomains, secondLeads, secondOffer } = options;
  const isFile = typeof population === 'object';
  const problem = [
    !isFile && map !== undefined && '--map goes with a file: --population FILE.csv',
    !isFile && skipBadRows && '--skip-bad-rows goes with a file: --population FILE.csv',
    population !== 'real' && journeys !== undefined && '--journeys goes with --population real',
    typeof population !== 'number' &&
      mailDomains !== undefined &&
      '--mail-domains goes with made-up people: --population 1000',
    secondLeads === undefined && secondOffer !== undefined && '--second-offer goes with --second-leads',
  ].find((one) => typeof one === 'string');
  if (typeof problem === 'string') throw failure('VIV_USAGE', { problem });
}
