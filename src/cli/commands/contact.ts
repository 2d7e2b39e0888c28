import type { Command } from 'commander';
import { register as correct } from './contact/correct';
import { register as erase } from './contact/erase';
import { register as exportPerson } from './contact/export';
import { register as judge } from './contact/judge';
import { register as whoIsWho } from './contact/who-is-who';

/** `viveiro contact …`: who is who, and what a person may ask of whoever has their data. Each part adds its file and one line here. */
export function register(program: Command): void {
  const group = program
    .command('contact')
    .description('people on record: type them in, make one of two, hand out, correct and erase what is on record');
  whoIsWho(group);
  exportPerson(group);
  correct(group);
  erase(group);
  judge(group);
}
