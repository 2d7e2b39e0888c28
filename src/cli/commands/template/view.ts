import type { ReadTemplates, Rendered } from '../../../mail/templates';
import { readConfig } from '../../../runtime/config';
import { lookAt, type View } from '../../../runtime/template-view';
import type { Db } from '../../../store/db';
import { turnDeps } from '../../rules';

export interface ViewOptions {
  readonly locale?: string;
  readonly contact?: string;
  readonly version?: number;
}

/** The mail that a person asked for. Throws as `lookAt` does. */
export async function viewed(
  read: ReadTemplates,
  template: string,
  { options, db }: { readonly options: ViewOptions; readonly db?: Db },
): Promise<Rendered> {
  const { locale, contact, version } = options;
  const view: View = { template, locale, contact, version };
  return lookAt({ read, config: readConfig(process.env), turn: await turnDeps(undefined), now: Date.now(), db }, view);
}
