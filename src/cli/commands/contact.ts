import type { Command } from 'commander';
import { register as correct } from './contact/correct';
import { register as erase } from './contact/erase';
import { register as exportPerson } from './contact/export';

/** `viveiro contact …`: what a person may ask of whoever has their data. Each part adds its file and one line here. */
export function register(program: Command): void {
  const group = program
    .command('contact')
    .description('what is on record about a person: hand it out, correct it, erase it');
  exportPerson(group);
  correct(group);
  erase(group);
}
