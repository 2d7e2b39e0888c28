import { chooseTeam, routingNeeds } from '../../../src/domain/handoff/choose-team';
import { routingSchema } from '../../../src/domain/handoff/rules';
import { anEvent, MONDAY, someFacts } from '../../support/builders';

const person = (name: string) => ({ name, email: `${name.toLowerCase()}@example.test` });
const team = (rep: string, manager: string) => ({ reps: [person(rep)], manager: person(manager) });
const routing = routingSchema.parse({
  teams: { callers: team('Carla', 'Caio'), hunters: team('Hugo', 'Helena'), sales: team('Rita', 'Marta') },
  rules: [
    { name: 'asked', when: { did: 'call.requested', within: '2d' }, team: 'callers' },
    {
      name: 'busy',
      when: {
        all: [
          { did: 'mail.clicked', atLeast: 3 },
          { did: 'call.requested', atLeast: 2 },
        ],
      },
      team: 'hunters',
    },
    { name: 'ana', when: { fact: 'contact.name', is: 'Ana' }, team: 'hunters' },
  ],
  otherwise: 'sales',
});

describe('the team for a lead', () => {
  it('is that of the first rule that holds, with what it rests on', () => {
    const chosen = chooseTeam(routing, someFacts([anEvent(1, 'call.requested')]), MONDAY);
    expect(chosen).toEqual({
      team: 'callers',
      reason: expect.stringMatching(/^routing rule asked: .*call\.requested/),
    });
    expect(chooseTeam(routing, someFacts(), MONDAY)).toMatchObject({ team: 'hunters' });
  });

  it('is the team for all others when no rule holds', () => {
    const facts = someFacts();
    const rui = { ...facts, contact: { ...facts.contact, name: 'Rui' } };
    expect(chooseTeam(routing, rui, MONDAY)).toEqual({
      team: 'sales',
      reason: 'no routing rule holds, so it goes to the team for all others',
    });
  });

  it('asks for as many events as its neediest rule', () => {
    expect(routingNeeds(routing)).toEqual(
      new Map([
        ['call.requested', 2],
        ['mail.clicked', 3],
      ]),
    );
  });
});
