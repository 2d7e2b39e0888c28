import { aWaitFor, ENDS } from '../../support/journeys';
import { aMail, aRun, END, type Scenario } from '../recording';

/** Every step type, one entry each. */
export const STEPS: readonly Scenario[] = [
  aRun('mail-wait-checkpoint-mail', {
    steps: [
      aMail('hello'),
      { id: 'rest', type: 'wait', for: '2d' },
      { id: 'keen', type: 'checkpoint', when: { fact: 'lead.score', atLeast: 40 }, then: 'done' },
      aMail('again'),
      END,
    ],
  }),
  aRun('mail-deferred', {
    parts: { purpose: 'newsletter' }, // one a day
    steps: [aMail('one'), aMail('two'), END],
  }),
  aRun('mail-skipped', { parts: { purpose: 'marketing' }, steps: [aMail('unwanted'), END] }),
  aRun('mail-variants', {
    steps: [
      {
        id: 'try',
        type: 'mail',
        variants: [
          { name: 'a', template: 'hello' },
          { name: 'b', template: 'receipt' },
        ],
      },
      END,
    ],
  }),
  aRun('wait-until', {
    steps: [{ id: 'morning', type: 'wait', until: { weekday: 'mon', time: '09:00' } }, END],
  }),
  aRun('wait-for-timeout', { steps: [aWaitFor('page.viewed'), ...ENDS] }),
  aRun('update-split-goto', {
    steps: [
      { id: 'mark', type: 'update', set: { plan: 'gold' }, tag: ['keen'] },
      { id: 'half', type: 'split', branches: [{ name: 'left' }, { name: 'right' }] },
      { id: 'rest', type: 'wait', for: '1d' },
      { id: 'twice', type: 'goto', to: 'rest', most: 2 },
      END,
    ],
  }),
];
