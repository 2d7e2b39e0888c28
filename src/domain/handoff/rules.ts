import { z } from 'zod';
import { conditionSchema } from '../conditions';
import { slug } from '../sequence/names';

const repSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  email: z.string().trim().toLowerCase().pipe(z.email()),
  weight: z.int().min(1).max(100).default(1).meta({ description: 'Share of the handoffs of the team.' }),
});

const teamSchema = z.strictObject({ reps: z.array(repSchema).min(1), manager: repSchema });
const ruleSchema = z.strictObject({ name: slug, when: conditionSchema, team: slug });

interface Teams {
  readonly teams: Readonly<Record<string, z.output<typeof teamSchema>>>;
  readonly rules: readonly z.output<typeof ruleSchema>[];
  readonly otherwise: string;
}

/** Teams with their reps and manager; the first rule that holds chooses the team. */
export const routingSchema = z
  .strictObject({ teams: z.record(slug, teamSchema), rules: z.array(ruleSchema).default([]), otherwise: slug })
  .superRefine((routing, context) => {
    for (const { path, message } of [...strayTeams(routing), ...sharedAddresses(routing)])
      context.addIssue({ code: 'custom', path, message });
  })
  .readonly();
export type RoutingRules = z.output<typeof routingSchema>;

interface Problem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Places that name a team which is not there. */
function strayTeams({ teams, rules, otherwise }: Teams): readonly Problem[] {
  const named = [
    ...rules.map(({ team }, index) => ({ path: ['rules', index, 'team'], team })),
    { path: ['otherwise'], team: otherwise },
  ];
  const known = Object.keys(teams).join(', ');
  return named
    .filter(({ team }) => !Object.hasOwn(teams, team))
    .map(({ path, team }) => ({ path, message: `no team "${team}"; add it under teams, or name one of: ${known}` }));
}

/** A rep is told by the address, so it can stand in one place only. */
function sharedAddresses({ teams }: Teams): readonly Problem[] {
  const seen = new Set<string>();
  const people = Object.entries(teams).flatMap(([team, { reps, manager }]) => [
    ...reps.map(({ email }, index) => ({ path: ['teams', team, 'reps', index, 'email'], email })),
    { path: ['teams', team, 'manager', 'email'], email: manager.email },
  ]);
  return people.flatMap(({ path, email }) => {
    if (!seen.has(email)) return seen.add(email) && [];
    return [{ path, message: `${email} stands twice; give each rep and manager an address of their own` }];
  });
}
