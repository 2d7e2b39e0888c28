import type { HookRules } from '../../domain/inbound/hook-rules';
import { hookArrivals } from '../../mail/inbound/hook-arrivals';
import { receive } from '../../store/inbound';
import type { ApiDeps } from '../deps';
import type { Signed } from '../signed-request';
import { jsonOf } from './body';
import { provenIn, type Taken } from './proven';

export interface HookRequest extends Signed {
  readonly name: string;
  readonly rules: HookRules;
}

/**
 * Checks the signature and records each event in a transaction of its own. One that fails makes the whole fail: the provider sends all
 * again, and those that were recorded are duplicates. Those about other mail of the same account are not counted. Throws
 * VIV_HOOK_UNSIGNED, VIV_CERTIFICATE_UNREACHABLE, VIV_BODY_INVALID.
 */
export async function takeHook(deps: ApiDeps, { name, rules, body, header }: HookRequest): Promise<Taken> {
  const now = deps.clock();
  const message = { body, json: jsonOf(body), header };
  const proven = await provenIn(deps, { name, way: 'hook', rules, message, now });
  if ('answer' in proven) return proven.answer;
  const counts = { taken: 0, duplicates: 0, refused: 0 };
  for (const arrival of hookArrivals({ name, rules }, { json: proven.json, now })) {
    const { duplicate, standing } = await receive(deps.db, deps.turn, arrival);
    counts[duplicate ? 'duplicates' : standing === 'refused' ? 'refused' : 'taken'] += 1;
  }
  return counts;
}
