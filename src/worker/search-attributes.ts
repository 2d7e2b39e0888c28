import type { Connection } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { failure } from '../domain/errors';
import type { JourneyStatus, Move } from '../domain/journey/move';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes';
import { refusalOf } from './refusal';

type Name = keyof typeof SEARCH_ATTRIBUTES;
const NAMES = Object.keys(SEARCH_ATTRIBUTES) as Name[]; // Object.keys forgets the names
const { IndexedValueType } = temporal.api.enums.v1;
const TYPES = {
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  INT: IndexedValueType.INDEXED_VALUE_TYPE_INT,
} as const;

const keyword = (name: Name, value: string): SearchAttributePair => ({
  key: defineSearchAttributeKey(name, 'KEYWORD'),
  value,
});

/** What a journey is found by from its start. */
export function attributesOf(journey: {
  readonly contactId: string;
  readonly sequence: string;
  readonly version: number;
  readonly status: JourneyStatus;
  readonly move: Move;
}): SearchAttributePair[] {
  const { contactId, sequence, version, status, move } = journey;
  return [
    keyword('ViveiroContact', contactId),
    keyword('ViveiroSequence', sequence),
    { key: defineSearchAttributeKey('ViveiroVersion', 'INT'), value: version },
    ...(move.type === 'end' ? [] : [keyword('ViveiroStep', move.stepId)]),
    keyword('ViveiroStatus', status),
  ];
}

/**
 * Sees to it that the namespace knows the search attributes of journeys. Where it does, no right but that to read is needed; where it
 * does not, they are added. May be called by every process at every start. Throws VIV_SEARCH_ATTRIBUTES, which says how to add them.
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  if ((await problemOf(connection, namespace)) === undefined) return;
  const searchAttributes = Object.fromEntries(NAMES.map((name) => [name, TYPES[SEARCH_ATTRIBUTES[name]]]));
  const added = await refusalOf(() => connection.operatorService.addSearchAttributes({ namespace, searchAttributes }));
  const problem = added ?? (await problemOf(connection, namespace)); // of another type, it is passed over in silence
  if (problem)
    throw failure(
      'VIV_SEARCH_ATTRIBUTES',
      { namespace, problem: problem.details, commands: commandsFor(namespace) },
      problem,
    );
}

/** A search that only passes where all attributes are there with their types. */
const SEARCH = NAMES.map((name) =>
  SEARCH_ATTRIBUTES[name] === 'INT' ? `${name} = 0` : `${name} STARTS_WITH 'none'`,
).join(' AND ');

const problemOf = (connection: Connection, namespace: string) =>
  refusalOf(() => connection.workflowService.countWorkflowExecutions({ namespace, query: SEARCH }));

function commandsFor(namespace: string): string {
  const words = { KEYWORD: 'Keyword', INT: 'Int' } as const;
  const flags = NAMES.map((name) => `--name ${name} --type ${words[SEARCH_ATTRIBUTES[name]]}`);
  return `temporal operator search-attribute create --namespace ${namespace} ${flags.join(' ')}`;
}
