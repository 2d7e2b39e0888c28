import type { Command } from 'commander';
import { register as count } from './form/count';
import { register as held } from './form/held';
import { register as list } from './form/list';
import { register as open } from './form/open';
import { register as preview } from './form/preview';
import { register as show } from './form/show';
import { register as snippet } from './form/snippet';

/** `viveiro form list|show|preview|open|snippet|count|held|release|drop` */
export function register(program: Command): void {
  const form = program.command('form').description('forms: look at them, show them on a site, see what was sent');
  for (const add of [list, show, preview, open, snippet, count, held]) add(form);
}
