// writes schemas/*.schema.json for editors: npx tsx scripts/json-schema.ts
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { calendarsSchema } from '../src/domain/calendar/schema';
import { lifecycleSchema } from '../src/domain/client/rules';
import { purposesSchema } from '../src/domain/consent/purposes';
import { deliverySchema } from '../src/domain/delivery/rules';
import { engagementSchema } from '../src/domain/engagement/rules';
import { gateSchema } from '../src/domain/gate/rules';
import { routingSchema } from '../src/domain/handoff/rules';
import { identitySchema } from '../src/domain/identity/rules';
import { inboundSchema } from '../src/domain/inbound/rules';
import { listsSchema } from '../src/domain/lists/rules';
import { scriptSchema } from '../src/domain/rehearsal/script';
import { scoringSchema } from '../src/domain/scoring/rules';
import { segmentsSchema } from '../src/domain/segments/segments';
import { declaredEventsSchema } from '../src/domain/sequence/declared-events';
import { definitionSchema } from '../src/domain/sequence/definition';
import { sourcesSchema } from '../src/domain/source/rules';
import { webhooksSchema } from '../src/domain/webhook/rules';
import { importMapSchema } from '../src/importing/map';
import { salesSampleSchema, sampleSchema } from '../src/mail/template/sample-data';

const FOLDER = path.join(__dirname, '..', 'schemas');

const FILES = {
  sequence: { schema: definitionSchema, title: 'A sequence of Viveiro' },
  scoring: { schema: scoringSchema, title: 'Scoring rules of Viveiro' },
  lifecycle: { schema: lifecycleSchema, title: 'Lifecycle rules of Viveiro' },
  routing: { schema: routingSchema, title: 'Routing rules of Viveiro' },
  gate: { schema: gateSchema, title: 'Gate rules of Viveiro' },
  calendars: { schema: calendarsSchema, title: 'Business calendars of Viveiro' },
  events: { schema: declaredEventsSchema, title: 'Events that a company sends to Viveiro' },
  delivery: { schema: deliverySchema, title: 'Delivery limits of Viveiro' },
  webhooks: { schema: webhooksSchema, title: 'Webhook endpoints of Viveiro' },
  inbound: { schema: inboundSchema, title: 'What Viveiro does with what comes back' },
  engagement: { schema: engagementSchema, title: 'What counts as interest, and what is a machine, in Viveiro' },
  lists: { schema: listsSchema, title: 'What mailing lists allow in Viveiro, and what makes leads of their entries' },
  purposes: { schema: purposesSchema, title: 'What mails of Viveiro may be for' },
  identity: { schema: identitySchema, title: 'How Viveiro tells contacts apart' },
  sources: { schema: sourcesSchema, title: 'Other systems that tell Viveiro of leads' },
  segments: { schema: segmentsSchema, title: 'Segments of Viveiro' },
  import: { schema: importMapSchema, title: 'A mapping of a CSV file for Viveiro' },
  'template-sample': { schema: sampleSchema, title: 'Sample data of a mail template of Viveiro' },
  'template-sales-sample': { schema: salesSampleSchema, title: 'Sample data of a mail to sales of Viveiro' },
  script: { schema: scriptSchema, title: 'A rehearsal script of Viveiro' },
} as const;

/** The JSON Schema of each kind of file, by file name: what a person may write, before defaults are filled in. */
export function jsonSchemas(): { readonly [file: string]: object } {
  const schemas = Object.entries(FILES).map(([name, { schema, title }]) => {
    const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', override: withoutReadOnly });
    return [`${name}.schema.json`, { $schema, title, ...rest }];
  });
  return Object.fromEntries(schemas);
}

/** zod's `readonly` is about code; to an editor the word means that a person may not write there. */
function withoutReadOnly({ jsonSchema }: { readonly jsonSchema: { readOnly?: boolean } }): void {
  delete jsonSchema.readOnly;
}

function main(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, schema] of Object.entries(jsonSchemas()))
    writeFileSync(path.join(FOLDER, file), `${JSON.stringify(schema, null, 2)}\n`);
  execFileSync('npx', ['biome', 'format', '--write', FOLDER], { stdio: 'inherit' }); // the linter looks at them too
}

if (require.main === module) main();
