import type { Command } from 'commander';
import { register as backtest } from './backtest';
import { register as config } from './config';
import { register as consent } from './consent';
import { register as demo } from './demo';
import { register as dkim } from './dkim';
import { register as doctor } from './doctor';
import { register as enrol } from './enrol';
import { register as experiment } from './experiment';
import { register as handoffs } from './handoffs';
import { register as importing } from './import';
import { register as inbound } from './inbound';
import { register as journeys } from './journeys';
import { register as key } from './key';
import { register as migrate } from './migrate';
import { register as pause } from './pause';
import { register as plan } from './plan';
import { register as publish } from './publish';
import { register as rehearse } from './rehearse';
import { register as rep } from './rep';
import { register as resume } from './resume';
import { register as segment } from './segment';
import { register as sends } from './sends';
import { register as sequence } from './sequence';
import { register as simulate } from './simulate';
import { register as start } from './start';
import { register as suppression } from './suppression';
import { register as task } from './task';
import { register as template } from './template';
import { register as validate } from './validate';
import { register as why } from './why';
import { register as worker } from './worker';

interface Group {
  /** As it stands above the commands in the help. */
  readonly heading: string;
  readonly commands: readonly ((program: Command) => void)[];
}

/** Every command; a new one adds its file and one line here. */
export const GROUPS: readonly Group[] = [
  { heading: 'Run it:', commands: [start, demo, worker] },
  {
    heading: 'Sequences:',
    commands: [validate, plan, publish, migrate, sequence, rehearse, simulate, backtest, pause, resume, experiment],
  },
  { heading: 'Mails:', commands: [template, sends, inbound, suppression] },
  { heading: 'People:', commands: [importing, enrol, journeys, why, segment, consent] },
  { heading: 'Sales:', commands: [handoffs, task, rep] },
  { heading: 'Set up:', commands: [doctor, config, key, dkim] },
];
