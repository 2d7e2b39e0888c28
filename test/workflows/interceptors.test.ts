import type { ActivateInput } from '@temporalio/workflow';
import fc from 'fast-check';
import { interceptors } from '../../src/workflows/interceptors';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];

const signal = (signalName: string): Job => ({ signalWorkflow: { signalName } });
const timer: Job = { fireTimer: { seq: 1 } };
const update: Job = { doUpdate: { name: 'migrate' } };

/** What the workflow is given of the jobs of one activation. */
function given(jobs: Job[]): readonly Job[] {
  const seen: Job[] = [];
  const [own] = interceptors().internals ?? [];
  own?.activate?.({ activation: { jobs }, batchIndex: 0 }, ({ activation }) => seen.push(...(activation.jobs ?? [])));
  return seen;
}

// INV-STORM
test('pokes that follow one another are one; what lies between them, and other signals, come each in its place', () => {
  const poke = signal('poke');
  const jobs = [poke, poke, update, poke, poke, poke, signal('watch'), signal('watch'), poke, timer];
  expect(given(jobs)).toEqual([poke, update, poke, signal('watch'), signal('watch'), poke, timer]);
});

test('nothing but pokes is ever left out, no two are left side by side, and a poke is left wherever there were some', () => {
  const anyJobs = fc.array(fc.constantFrom('poke', 'watch', 'other').map(signal), { maxLength: 30 });
  const nameOf = (job: Job | undefined) => job?.signalWorkflow?.signalName ?? '';
  fc.assert(
    fc.property(anyJobs, (jobs) => {
      const names = jobs.map(nameOf);
      const left = given(jobs).map(nameOf);
      expect(left.filter((name) => name !== 'poke')).toEqual(names.filter((name) => name !== 'poke'));
      expect(left.filter((name, index) => name === 'poke' && left[index - 1] === 'poke')).toEqual([]);
      expect(left.join(' ')).toBe(names.join(' ').replace(/\bpoke(?: poke)+\b/g, 'poke'));
    }),
  );
});

test('an activation without jobs is passed on', () => {
  expect(given([])).toEqual([]);
});
