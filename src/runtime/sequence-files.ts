import { DEFAULT_PURPOSES, isOfMail } from '../domain/consent/purposes';
import { failure } from '../domain/errors';
import { purposesOf } from '../domain/gate/rules';
import type { Instant } from '../domain/ids';
import type { Rules } from '../domain/rules';
import { meaningsOf } from '../domain/segments/segments';
import type { Known, KnownSequence } from '../domain/sequence/checks';
import type { Definition } from '../domain/sequence/definition';
import { type ParsedSequence, parseSequence } from '../domain/sequence/parse';
import { problemText } from '../domain/yaml/problem';
import type { Templates } from '../mail/templates';
import { type Db, transaction } from '../store/db';
import { newestVersions, type Published, publish } from '../store/sequences';
import { type PublishedName, publishTemplates, templatesIn } from './template-files';
import { readText } from './text-file';

export type SequenceFile = ParsedSequence & { readonly file: string; readonly source: string };

/** A sequence file, read and checked. One that cannot be read is invalid too. */
export async function readSequenceFile(file: string, known: Known = {}): Promise<SequenceFile> {
  const read = await readText(file);
  if ('problem' in read) return { type: 'invalid', problems: [read.problem], file, source: '' };
  return { ...parseSequence(read.text, file, known), file, source: read.text };
}

export interface PublishedFile extends Published {
  readonly file: string;
  readonly sequence: string;
  /** Templates that it names and that were published with it: those that had changed. */
  readonly templates: readonly PublishedName[];
}

export interface Publishing {
  readonly files: readonly string[];
  readonly known?: Known;
  /** Left out: templates are not published. */
  readonly templates?: Templates;
  readonly now: Instant;
}

/**
 * Publishes sequence files in order, each after the templates that it names; with one of them invalid, nothing. Throws
 * VIV_SEQUENCE_INVALID with all problems.
 */
export async function publishFiles(
  db: Db,
  { files, known, templates, now }: Publishing,
): Promise<readonly PublishedFile[]> {
  const read = await readForPublishing(db, files, known);
  const valid = read.flatMap((one) => (one.type === 'valid' ? [one] : []));
  const invalid = read.flatMap((one) => (one.type === 'invalid' ? [one] : []));
  if (invalid.length > 0)
    throw failure('VIV_SEQUENCE_INVALID', {
      file: invalid.map(({ file }) => file).join(', '),
      problems: invalid.flatMap(({ problems }) => problems.map(problemText)).join('\n'),
    });
  const published: PublishedFile[] = [];
  for (const { file, source, input, definition } of valid) {
    const named = templates ? await publishTemplates(db, { templates, names: templatesIn(definition), now }) : [];
    const version = await publish(db, { definition: input, source, now });
    const changed = named.filter(({ status }) => status === 'published');
    published.push({ ...version, file, sequence: definition.sequence, templates: changed });
  }
  return published;
}

/** Reads files as publishing does: they may join each other, and what is published. */
export async function readForPublishing(
  db: Db,
  files: readonly string[],
  known: Known = {},
): Promise<readonly SequenceFile[]> {
  const sequences = [...(await publishedSequences(db)), ...(await sequencesIn(files, known))];
  return Promise.all(files.map((file) => readSequenceFile(file, { ...known, sequences })));
}

/** What the newest published versions are called, and what they join. */
async function publishedSequences(db: Db): Promise<readonly KnownSequence[]> {
  const versions = await transaction(db, newestVersions);
  return versions.map(({ definition }) => knownSequence(definition));
}

/** What the valid ones of the files are called, and what they join. */
export async function sequencesIn(
  files: readonly string[],
  { segments }: Pick<Known, 'segments'> = {},
): Promise<readonly KnownSequence[]> {
  const read = await Promise.all(
    [...new Set(files)].map((file) => readSequenceFile(file, segments ? { segments } : {})),
  );
  return read.flatMap((one) => (one.type === 'valid' ? [knownSequence(one.definition)] : []));
}

function knownSequence({ sequence, audience, steps }: Definition): KnownSequence {
  return { name: sequence, audience, joins: steps.flatMap((step) => (step.type === 'join' ? [step.sequence] : [])) };
}

/** What the rules know that a sequence may name: purposes, teams, calendars, declared events, webhook endpoints and segments. */
export function knownFrom(rules: Omit<Rules, 'scoring' | 'lifecycle'>): Known {
  const { gate, routing, calendars, events, webhooks, segments } = rules;
  const purposes = [
    ...gate.consentFor,
    ...gate.caps.flatMap(purposesOf),
    ...(gate.quietHours?.purposes ?? []),
    ...(gate.sendDays?.purposes ?? []),
    ...(gate.gap?.purposes ?? []),
    ...(gate.sunset?.purposes ?? []),
    ...(gate.sunset?.lastCall === undefined ? [] : [gate.sunset.lastCall]),
    ...Object.keys((rules.purposes ?? DEFAULT_PURPOSES).purposes).filter(isOfMail),
  ];
  return {
    purposes: [...new Set(purposes)],
    teams: Object.keys(routing.teams),
    calendars: Object.keys(calendars.named ?? {}),
    webhooks: Object.keys(webhooks?.endpoints ?? {}),
    segments: meaningsOf(segments),
    ...(events ? { events } : {}),
  };
}
