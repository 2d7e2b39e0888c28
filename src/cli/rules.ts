import { readConfig } from '../runtime/config';
import { contentFolders } from '../runtime/content';
import { loadRules } from '../runtime/rules';
import type { TurnDeps } from '../store/turn';

/** What commands decide by: the rules of `folder`, else the configured ones. Throws VIV_RULES_INVALID. */
export async function turnDeps(folder: string | undefined): Promise<TurnDeps> {
  return { rules: await loadRules(folder ?? contentFolders(readConfig(process.env)).rules) };
}

/** For commands that take it. */
export const RULES_OPTION = ['--rules <folder>', 'rules to decide by; default: the configured ones'] as const;
