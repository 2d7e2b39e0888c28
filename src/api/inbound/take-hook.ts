import { failure } from '../../domain/errors';
import type { Json } from '../../domain/ids';
import type { HookRules } from '../../domain/inbound/hook-rules';
import { hookArrivals } from '../../mail/inbound/hook-arrivals';
import { receive } from '../../store/inbound';
import type { ApiDeps } from '../deps';
import { problemOfSigned, type Signed } from '../signed-request';

export interface HookRequest extends Signed {
  readonly name: string;
  readonly rules: HookRules;
}

/** What became of the events of one message; those about other mail of the same account are not counted. */
export interface HookAnswer {
  readonly taken: number;
  readonly duplicates: number;
  readonly refused: number;
}

/**
 * Checks the signature and records each event in a transaction of its own. One that fails makes the whole fail: the provider sends all
 * again, and those that were recorded are duplicates. Throws VIV_HOOK_UNSIGNED, VIV_BODY_INVALID.
 */
export async function takeHook(deps: ApiDeps, { name, rules, body, header }: HookRequest): Promise<HookAnswer> {
  const json = jsonOf(body);
  const now = deps.clock();
  const problem = problemOfSigned(deps, rules, { body, header, json, now });
  if (problem !== undefined) throw failure('VIV_HOOK_UNSIGNED', { hook: name, problem });
  let [taken, duplicates, refused] = [0, 0, 0];
  for (const arrival of hookArrivals({ name, rules }, { json, now })) {
    const { duplicate, standing } = await receive(deps.db, deps.turn, arrival);
    if (duplicate) duplicates += 1;
    else if (standing === 'refused') refused += 1;
    else taken += 1;
  }
  return { taken, duplicates, refused };
}

function jsonOf(body: Buffer): Json {
  try {
    const json: Json = JSON.parse(body.toString('utf8'));
    return json;
  } catch {
    throw failure('VIV_BODY_INVALID', { problems: 'body: not JSON' });
  }
}
