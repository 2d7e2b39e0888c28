import { aDefinition, DAY, MONDAY } from '../../support/builders';
import { ACCEPTED, mailsFrom, moved, stateAfter } from '../../support/changing';

const mail = (id: string, template: string) => ({ id, type: 'mail', template });
const rest = { id: 'rest', type: 'wait', for: '5d' };
const done = { id: 'done', type: 'end' };
const HELLO_BEFORE = aDefinition({ steps: [mail('hello', 'hello'), rest, done] });
const WELCOME_BEFORE = aDefinition({ steps: [mail('welcome', 'hello'), rest, done] });
const WELCOME_AHEAD = aDefinition({ steps: [rest, mail('welcome', 'hello'), done] });
const HELLO_AHEAD = aDefinition({ steps: [rest, mail('hello', 'hello'), done] });
const WITHOUT = aDefinition({ steps: [rest, done] });
const AGAIN = aDefinition({ steps: [rest, mail('greeting', 'hello'), done] });
const now = MONDAY + DAY;
const resting = stateAfter(HELLO_BEFORE, [ACCEPTED]);

// INV-MIGRATE-NO-SECOND-MAIL
test.each([
  ['moved ahead under another id, and then back under its own', [WELCOME_AHEAD, HELLO_AHEAD]],
  ['moved ahead under another id, and then under a third', [WELCOME_AHEAD, AGAIN]],
  ['removed, and added again under another id', [WITHOUT, AGAIN]],
  ['removed, added again under another id, removed and added under a third', [WITHOUT, AGAIN, WITHOUT, WELCOME_AHEAD]],
  ['given another id behind the journey, and then moved ahead', [WELCOME_BEFORE, WELCOME_AHEAD]],
  ['given another id behind the journey twice, and then moved ahead', [WELCOME_BEFORE, HELLO_BEFORE, AGAIN]],
])('a mail that was sent is not sent again when it is %s, without a map', (_, versions) => {
  let [state, from] = [resting, HELLO_BEFORE];
  for (const to of versions) {
    ({ state } = moved(state, { from, to, now }));
    from = to;
  }
  expect(mailsFrom(from, state, now)).toEqual([]);
});
