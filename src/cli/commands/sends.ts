import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { failure } from '../../domain/errors';
import type { RecordedAttempt } from '../../store/send-attempts';
import { askAgain, countSends, findSendRecord, settleByHand } from '../../store/send-record';
import { listUncertain } from '../../store/sends';
import { JSON_OPTION, shortText } from '../arguments';
import { withDatabase } from '../database';
import { minuteText, onOneLine, writeJson } from '../output';
import { RULES_OPTION, turnDeps } from '../rules';
import { table } from '../table';

const sendId = (text: string): string => {
  if (!z.uuid().safeParse(text).success)
    throw new InvalidArgumentError('write the id of a send: viveiro sends --uncertain');
  return text;
};

/** `viveiro sends --uncertain`, `sends show`, `sends settle`, `sends again`, `sends count`: the ledger, and what is in doubt in it. */
export function register(program: Command): void {
  const sends = program
    .command('sends')
    .option('--uncertain', 'those of which nobody knows whether they went out')
    .option(...JSON_OPTION)
    .description('list sends in doubt, the oldest first, and settle them by the log of the relay')
    .addHelpText(
      'after',
      `
A process died, or the connection broke, between the first byte of the body and the answer of the server. Marketing mail is
held then, since it might arrive twice; transactional mail was sent again under the same Message-ID.

Examples:
  $ viveiro sends --uncertain
  $ viveiro sends --uncertain --json
  $ viveiro sends settle 0193b6a0-0000-5000-8000-00000000000a --as accepted --reason "the log of the relay has it"`,
    )
    .action(list);
  sends
    .command('show')
    .argument('<id>', 'as the list has it', sendId)
    .option(...JSON_OPTION)
    .description('show a send, and each try to deliver it')
    .addHelpText('after', '\nExamples:\n  $ viveiro sends show 0193b6a0-0000-5000-8000-00000000000a')
    .action(show);
  sends
    .command('settle')
    .argument('<id>', 'as the list has it', sendId)
    .addOption(new Option('--as <status>', 'how it ended').choices(['accepted', 'rejected']).makeOptionMandatory())
    .requiredOption('--reason <text>', 'how you know', shortText(500))
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('end the doubt about a send; one whose end is known is left as it is')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro sends settle 0193b6a0-0000-5000-8000-00000000000a --as rejected --reason "the relay never saw it"`,
    )
    .action(settle);
  sends
    .command('again')
    .argument('<id>', 'as the list has it', sendId)
    .requiredOption('--reason <text>', 'why', shortText(500))
    .option(...JSON_OPTION)
    .description('let a worker send a mail in doubt once more, if the gate allows it: it may then arrive twice')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro sends again 0193b6a0-0000-5000-8000-00000000000a --reason "they say that nothing came"`,
    )
    .action(again);
  sends
    .command('count')
    .option(...JSON_OPTION)
    .description('count sends by how they stand')
    .addHelpText('after', '\nExamples:\n  $ viveiro sends count --json')
    .action(count);
}

interface JsonOption {
  readonly json?: boolean;
}
const wantsJson = (command: Command): boolean => command.optsWithGlobals<JsonOption>().json === true;

async function list({ json, uncertain }: JsonOption & { readonly uncertain?: boolean }): Promise<void> {
  if (!uncertain)
    throw failure('VIV_USAGE', { problem: 'say which sends: --uncertain, or show, settle, again, count' });
  const sends = await withDatabase(listUncertain);
  if (json) {
    writeJson({ sends });
    return;
  }
  const rows = sends.map(({ id, plannedAt, recipient, status, subject, messageId, reason }) =>
    [id, minuteText(plannedAt), recipient, status, subject ?? '', messageId, reason].map(onOneLine),
  );
  process.stdout.write(table(['id', 'planned (UTC)', 'to', 'status', 'subject', 'Message-ID', 'reason'], rows));
}

async function show(id: string, _: object, command: Command): Promise<void> {
  const { attempts, ...send } = await withDatabase((db) => findSendRecord(db, id));
  if (wantsJson(command)) return writeJson({ send, attempts });
  const { recipient, status, subject, messageId, purpose, template, plannedAt, settledAt, reason } = send;
  const lines = [
    ['status', status],
    ['to', recipient],
    ['subject', subject ?? ''],
    ['Message-ID', messageId],
    ['purpose', purpose],
    ['template', template],
    ['planned (UTC)', minuteText(plannedAt)],
    ['settled (UTC)', minuteText(settledAt)],
    ['reason', reason],
  ].map((line) => line.map(onOneLine));
  process.stdout.write(`${table(['send', id], lines)}\n${triesText(attempts)}`);
}

/** Whether the mail may have arrived, for people. */
const REACHED: { readonly [R in RecordedAttempt['reached']]: string } = {
  claimed: 'not sent',
  dispatching: 'may have arrived',
  replied: 'answered',
};

const triesText = (attempts: readonly RecordedAttempt[]): string =>
  table(
    ['try ended (UTC)', 'outcome', 'mail', 'reply'],
    attempts.map(({ endedAt, outcome, reached, problem }) => [
      minuteText(endedAt.getTime()),
      outcome === 'put_off' ? 'deferred' : outcome,
      REACHED[reached],
      onOneLine(problem),
    ]),
  );

interface SettleOptions {
  readonly as: 'accepted' | 'rejected';
  readonly reason: string;
  readonly rules?: string;
}

async function settle(id: string, { as: status, reason, rules }: SettleOptions, command: Command): Promise<void> {
  const deps = await turnDeps(rules);
  await withDatabase((db) => settleByHand(db, deps, { sendId: id, status, reason, now: Date.now() }));
  if (wantsJson(command)) writeJson({ send: id, status });
  else process.stdout.write(`${id}: ${status}\n`);
}

async function again(id: string, { reason }: { readonly reason: string }, command: Command): Promise<void> {
  await withDatabase((db) => askAgain(db, { sendId: id, reason, now: Date.now() }));
  if (wantsJson(command)) writeJson({ send: id, asked: true });
  else process.stdout.write(`${id}: a worker sends it again\n`);
}

async function count(_: object, command: Command): Promise<void> {
  const counts = await withDatabase(countSends);
  if (wantsJson(command)) return writeJson({ counts });
  const rows = Object.entries(counts).map(([status, of]) => [status, String(of)]);
  process.stdout.write(table(['status', 'sends'], rows));
}
