import type { Command } from 'commander';
import { register as check } from './template/check';
import { register as preview } from './template/preview';
import { register as publish } from './template/publish';
import { register as sendTest } from './template/send-test';
import { register as versions } from './template/versions';

/** `viveiro template check|publish|versions|show|preview|send-test` */
export function register(program: Command): void {
  const template = program.command('template').description('mail templates: check, publish, look at, send a test');
  for (const add of [check, publish, versions, preview, sendTest]) add(template);
}
