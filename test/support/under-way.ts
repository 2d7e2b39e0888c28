import type { JourneyAnswer } from '../../src/api/contract/journeys';
import { keyOf } from '../../src/domain/ids';
import { signLink } from '../../src/mail/links';
import { waitUntil } from '../../src/runtime/processes';
import { SEQUENCE_FILES } from './company';
import { workflowOf } from './engine';
import { everythingIn } from './everything';
import { LIVE_SECRET, type Live } from './live';

const PATIENCE_MS = 30_000;
const STILL_MS = 500;

/** Where each journey stands: `wait` in a time, `event` in a waitFor, and so on; `next` waits to enter until `group` ends. */
export interface Standing {
  readonly wait: string;
  readonly event: string;
  readonly task: string;
  readonly pause: string;
  readonly handoff: string;
  readonly group: string;
  readonly next: string;
}
type Place = keyof Standing;

/** Sequence of each, in the order in which they enter. */
const SEQUENCES: { readonly [P in Place]: string } = {
  wait: 'rests',
  event: 'listens',
  task: 'rings',
  pause: 'halts',
  handoff: 'sells',
  group: 'first',
  next: 'second',
};
/** How each journey ends that goes on as it should. */
export const ENDS: { readonly [P in Place]: string } = {
  wait: 'completed',
  event: 'came',
  task: 'talked',
  pause: 'completed',
  handoff: 'sold',
  group: 'completed',
  next: 'completed',
};
const PLACES = Object.keys(SEQUENCES) as Place[]; // Object.keys forgets the names

export const emailAt = (place: Place): string => `${place === 'next' ? 'group' : place}@example.test`;

export interface UnderWay {
  readonly journeys: Standing;
  readonly taskId: string;
  readonly pauseId: string;
  readonly handoffId: string;
  /**
   * Throws when `work` has changed any row of the database but those of the tables left out, or the run of a workflow or the length
   * of its history, since they were looked at last.
   */
  unchanged<T>(work: () => Promise<T>, leftOut?: readonly string[]): Promise<T>;
  /** For who has changed something on purpose: what is there now is what stays. */
  lookAnew(): Promise<void>;
  /** Where the journeys stand: their rows alone, and the run of each workflow. */
  standing(): Promise<string>;
  /** Resolves once nothing has changed for half a second: no job, no activity is under way. */
  stillness(): Promise<void>;
  /** The outcome of each journey, once something has come for each of them: time, an event, an outcome, a resume, an answer. */
  goOn(): Promise<{ readonly [P in Place]: string }>;
}

/** Publishes the company's sequences, and brings one journey to each kind of place; for one test file, behind `live`. */
export function underWay(system: Live): UnderWay {
  const journeys = {} as { -readonly [P in Place]: string }; // set before the first test
  const result = { journeys, taskId: '', pauseId: '', handoffId: '' };
  const rowOf = (place: Place) => system.db.journey.findUnique({ where: { id: journeys[place] } });
  const until = async (what: string, isSo: () => Promise<boolean>) => {
    if (!(await waitUntil(isSo, PATIENCE_MS))) throw new Error(`not so: ${what}`);
  };
  const workflows = () => [
    ...PLACES.filter((place) => place !== 'next').map((place) => workflowOf(journeys[place])),
    `handoff:${result.handoffId}`,
  ];
  const runOf = async (workflowId: string) => {
    const { runId, status, historyLength } = await system.client.workflow.getHandle(workflowId).describe();
    return { workflowId, runId, status: status.name, historyLength };
  };
  const snapshot = async (leftOut?: readonly string[]) => {
    const [rows, runs] = await Promise.all([
      everythingIn(system.databaseUrl, ['refusal', ...(leftOut ?? [])]), // that is counted up to a second later
      Promise.all(workflows().map(runOf)),
    ]);
    return JSON.stringify([rows, runs], null, 1);
  };
  const standing = async () => {
    const ids = { in: PLACES.map((place) => journeys[place]) };
    const rows = await system.db.journey.findMany({ where: { id: ids }, orderBy: { id: 'asc' } });
    return JSON.stringify([rows, await Promise.all(workflows().map(runOf))], null, 1);
  };
  /** What the work before has left: nobody else changes anything. */
  let left: string | undefined;
  const unchanged: UnderWay['unchanged'] = async (work, leftOut) => {
    const before = (leftOut ? undefined : left) ?? (await snapshot(leftOut));
    left = undefined;
    const answer = await work();
    const after = await snapshot(leftOut);
    expect(after).toBe(before);
    if (!leftOut) left = after;
    return answer;
  };
  const endOf = async (place: Place): Promise<string> => {
    await until(`${place} has ended`, async () => (await rowOf(place))?.status === 'ended');
    return (await rowOf(place))?.outcome ?? '';
  };
  const see = (place: Place) =>
    system.ask('POST', '/v1/events', { type: 'page.seen', contact: { email: emailAt(place) } });
  const stillness = async () => {
    let [last, since] = ['', performance.now()];
    await until('nothing moves any more', async () => {
      const now = await snapshot().catch(() => ''); // a workflow may not be there yet
      if (now !== last || now === '') [last, since] = [now, performance.now()];
      return performance.now() - since > STILL_MS;
    });
  };
  const lookAnew = async () => {
    await stillness();
    left = undefined;
  };
  const goOn: UnderWay['goOn'] = async () => {
    await system.skipping.further(workflowOf(journeys.wait));
    await see('event');
    await system.done('task', 'close', result.taskId, '--outcome', 'reached');
    await system.done('resume', '--sequence', 'halts');
    await until('pause is no longer held', async () => (await rowOf('pause'))?.heldBy === null);
    await system.skipping.further(workflowOf(journeys.pause));
    const { repId } = await system.db.handoff.findUniqueOrThrow({ where: { id: result.handoffId } });
    const link = signLink(LIVE_SECRET, { kind: 'handoff', id: result.handoffId, repId: repId ?? '' });
    await system.ask('POST', `/h/${link}`, 'action=accept', { 'content-type': 'application/x-www-form-urlencoded' });
    await see('group');
    await until('next has entered', async () => (await rowOf('next'))?.status === 'running');
    await until('next is looking', async () => (await rowOf('next'))?.stepId === 'listen');
    await see('next');
    const ends: [Place, string][] = [];
    for (const place of PLACES) ends.push([place, await endOf(place)]);
    await lookAnew();
    return Object.fromEntries(ends) as { [P in Place]: string }; // one for each place
  };

  beforeAll(async () => {
    await system.done('publish', ...SEQUENCE_FILES.map((name) => system.files.path(`company/${name}`)));
    const freeze = ['--mode', 'freeze', '--reason', 'prices are wrong'];
    result.pauseId = JSON.parse(await system.done('pause', '--sequence', 'halts', ...freeze, '--json')).pause.id;
    for (const place of PLACES) {
      const contact = { email: emailAt(place) };
      const lead = { offer: 'course', source: 'form' };
      if (place !== 'next') await system.ask('POST', '/v1/leads', { contact, lead });
      const { body } = await system.ask('POST', '/v1/journeys', { sequence: SEQUENCES[place], contact });
      ({ journeyId: journeys[place] } = body as JourneyAnswer); // what the contract answers
    }
    result.handoffId = keyOf(journeys.handoff, 'sell', 1);
    await until('everyone has a place', async () => {
      const handoff = await system.db.handoff.findUnique({ where: { id: result.handoffId } });
      const held = await rowOf('pause');
      const mails = await system.db.send.findMany({ where: { status: 'accepted' } });
      return handoff?.status === 'offered' && mails.length === 1 && held?.heldBy === result.pauseId;
    });
    ({ id: result.taskId } = await system.db.task.findFirstOrThrow({ where: { journeyId: journeys.task } }));
    await lookAnew();
  }, 4 * PATIENCE_MS);
  return Object.assign(result, { unchanged, lookAnew, standing, stillness, goOn });
}
