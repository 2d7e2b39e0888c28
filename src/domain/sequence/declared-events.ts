import { z } from 'zod';
import { eventTypeSchema } from '../event';

/** `events.yaml`: the events that a company sends, with what they carry; see docs/sequences.md. */
export const declaredEventsSchema = z
  .strictObject({
    events: z
      .record(
        eventTypeSchema,
        z
          .strictObject({
            description: z.string().max(500).optional().meta({ description: 'When it comes, for people.' }),
            properties: z
              .array(z.string().min(1).max(60))
              .max(100)
              .default([])
              .meta({ description: 'Names of the properties that it carries.' }),
          })
          .readonly(),
      )
      .meta({ description: 'Event types; those that Viveiro records need not stand here.' }),
  })
  .readonly();

/** Names of properties, by event type. */
export type DeclaredEvents = { readonly [type: string]: readonly string[] };

export function declaredEvents({ events }: z.output<typeof declaredEventsSchema>): DeclaredEvents {
  return Object.fromEntries(Object.entries(events).map(([type, { properties }]) => [type, properties]));
}
