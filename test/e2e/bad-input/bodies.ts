import { newId } from '../../../src/domain/ids';
import type { BadRequest } from '../../support/refusals';
import { emailAt } from '../../support/under-way';

const BODY = 'VIV_BODY_INVALID';
const ana = () => ({ email: emailAt('wait') });
const long = (length: number) => 'x'.repeat(length);

/** An object in an object, so many deep. */
const nested = (levels: number): object => (levels === 0 ? {} : { deep: nested(levels - 1) });

export const EVENTS: readonly BadRequest[] = [
  ['of no type', '/v1/events', () => ({ contact: ana() }), [400, BODY], /type/],
  ['of a type that is none', '/v1/events', () => ({ type: 'Page Seen', contact: ana() }), [400, BODY], /type: .*write/],
  ['of nobody', '/v1/events', () => ({ type: 'page.seen' }), [400, BODY], /contact/],
  [
    'of an unknown contact',
    '/v1/events',
    () => ({ type: 'page.seen', contact: { email: 'no@example.test' } }),
    [404, 'VIV_CONTACT_UNKNOWN'],
  ],
  [
    'of an unknown id',
    '/v1/events',
    () => ({ type: 'page.seen', contact: { id: newId() } }),
    [404, 'VIV_CONTACT_UNKNOWN'],
  ],
  [
    'of a contact by two names',
    '/v1/events',
    () => ({ type: 'page.seen', contact: { ...ana(), id: newId() } }),
    [400, BODY],
    /either email or id/,
  ],
  [
    'of properties that are a list',
    '/v1/events',
    () => ({ type: 'page.seen', contact: ana(), properties: [1] }),
    [400, BODY],
    /properties: not an object/,
  ],
  [
    'of properties that are text',
    '/v1/events',
    () => ({ type: 'page.seen', contact: ana(), properties: 'x' }),
    [400, BODY],
  ],
  [
    'of properties nested too deep',
    '/v1/events',
    () => ({ type: 'page.seen', contact: ana(), properties: nested(20) }),
    [400, BODY],
    /nested/,
  ],
  [
    'of properties of a megabyte',
    '/v1/events',
    () => ({ type: 'page.seen', contact: ana(), properties: { text: long(900_000) } }),
    [400, BODY],
    /65536/,
  ],
  [
    'of half a character',
    '/v1/events',
    () => `{"type":"page.seen","contact":{"email":"${emailAt('wait')}"},"properties":{"a":"\\ud800"}}`,
    [400, BODY],
    /surrogate/,
  ],
  [
    'of five megabytes',
    '/v1/events',
    () => ({ type: 'page.seen', contact: ana(), properties: { text: long(5_000_000) } }),
    [413, 'VIV_BODY_TOO_LARGE'],
  ],
  [
    'of tomorrow',
    '/v1/events',
    () => ({ type: 'page.seen', contact: ana(), at: new Date(Date.now() + 86_400_000).toISOString() }),
    [400, BODY],
    /future/,
  ],
  [
    'of a time that is none',
    '/v1/events',
    () => ({ type: 'page.seen', contact: ana(), at: 'noon' }),
    [400, BODY],
    /write it like/,
  ],
  ['with an unknown key', '/v1/events', () => ({ type: 'page.seen', contact: ana(), kind: 'x' }), [400, BODY], /kind/],
  [
    'with a key of nothing',
    '/v1/events',
    () => ({ type: 'page.seen', contact: ana(), idempotencyKey: '' }),
    [400, BODY],
    /idempotencyKey/,
  ],
  ['that are none', '/v1/events', () => ({ events: [] }), [400, BODY]],
  [
    'of which one is none',
    '/v1/events',
    () => ({
      events: [
        { type: 'page.seen', contact: ana() },
        { type: 7, contact: ana() },
      ],
    }),
    [400, BODY],
    /events\.1\.type/,
  ],
  [
    'of which one is of tomorrow',
    '/v1/events',
    () => ({
      events: [
        { type: 'page.seen', contact: ana() },
        { type: 'page.seen', contact: ana(), at: '2999-01-01T00:00:00Z' },
      ],
    }),
    [400, BODY],
    /events\.1\.at/,
  ],
  [
    'that are five hundred and one',
    '/v1/events',
    () => ({ events: Array.from({ length: 501 }, () => ({ type: 'page.seen', contact: ana() })) }),
    [400, BODY],
  ],
  ['that is no object', '/v1/events', () => '7', [400, BODY]],
  ['that is half a body', '/v1/events', () => '{"type":', [400, BODY]],
  ['that is nothing', '/v1/events', () => '', [400, BODY]],
];

export const lead = { offer: 'course', source: 'form' };
export const LEADS: readonly BadRequest[] = [
  ['of no address', '/v1/leads', () => ({ contact: {}, lead }), [400, BODY], /contact\.email/],
  [
    'of an address that is none',
    '/v1/leads',
    () => ({ contact: { email: 'ana' }, lead }),
    [400, BODY],
    /write it like ana@example.com/,
  ],
  ['of no offer', '/v1/leads', () => ({ contact: ana(), lead: { source: 'form' } }), [400, BODY], /lead\.offer/],
  [
    'of an unknown zone',
    '/v1/leads',
    () => ({ contact: { ...ana(), timeZone: 'Mars/Base' }, lead }),
    [400, BODY],
    /timeZone/,
  ],
  [
    'of a locale that is none',
    '/v1/leads',
    () => ({ contact: { ...ana(), locale: 'Portuguese' }, lead }),
    [400, BODY],
    /pt-BR/,
  ],
  [
    'of tags that are text',
    '/v1/leads',
    () => ({ contact: { ...ana(), tags: 'vip' }, lead }),
    [400, BODY],
    /contact\.tags/,
  ],
  [
    'of a tag that is a number',
    '/v1/leads',
    () => ({ contact: { ...ana(), tags: [7] }, lead }),
    [400, BODY],
    /contact\.tags\.0/,
  ],
  [
    'of a tag that is no name',
    '/v1/leads',
    () => ({ contact: { ...ana(), tags: ['V I P'] }, lead }),
    [400, BODY],
    /contact\.tags\.0/,
  ],
  [
    'of attributes that are a list',
    '/v1/leads',
    () => ({ contact: { ...ana(), attributes: ['a'] }, lead }),
    [400, BODY],
    /contact\.attributes/,
  ],
  [
    'of an attribute that is an object',
    '/v1/leads',
    () => ({ contact: { ...ana(), attributes: { company: { size: 1 } } }, lead }),
    [400, BODY],
    /contact\.attributes\.company/,
  ],
  [
    'of an attribute whose name is none',
    '/v1/leads',
    () => ({ contact: { ...ana(), attributes: { 'a-b': 1 } }, lead }),
    [400, BODY],
    /attribute name/,
  ],
  [
    'of an organisation of half a person',
    '/v1/leads',
    () => ({ contact: { ...ana(), organisation: { domain: 'a.test', size: 0.5 } }, lead }),
    [400, BODY],
    /organisation\.size/,
  ],
  [
    'of an organisation without a domain',
    '/v1/leads',
    () => ({ contact: { ...ana(), organisation: { domain: 'a' } }, lead }),
    [400, BODY],
    /example\.com/,
  ],
  [
    'of a consent without words',
    '/v1/leads',
    () => ({ contact: ana(), lead, consent: { purpose: 'marketing', basis: 'consent' } }),
    [400, BODY],
    /consent\.text/,
  ],
  [
    'of a consent on no ground',
    '/v1/leads',
    () => ({ contact: ana(), lead, consent: { purpose: 'marketing', basis: 'hope', text: 'Yes' } }),
    [400, BODY],
    /consent\.basis/,
  ],
];

export const JOURNEYS: readonly BadRequest[] = [
  ['of nobody', '/v1/journeys', () => ({ sequence: 'rests' }), [400, BODY], /contact/],
  [
    'of an unknown contact',
    '/v1/journeys',
    () => ({ sequence: 'rests', contact: { email: 'no@example.test' } }),
    [404, 'VIV_CONTACT_UNKNOWN'],
  ],
  ['through no sequence', '/v1/journeys', () => ({ contact: ana() }), [400, BODY], /sequence/],
  [
    'through an unknown sequence',
    '/v1/journeys',
    () => ({ sequence: 'nothing', contact: ana() }),
    [404, 'VIV_SEQUENCE_UNKNOWN'],
    /Published: .*rests/,
  ],
  ['through a sequence that is a number', '/v1/journeys', () => ({ sequence: 7, contact: ana() }), [400, BODY]],
  [
    'that begins at a step',
    '/v1/journeys',
    () => ({ sequence: 'rests', contact: ana(), step: 'done' }),
    [400, BODY],
    /step/,
  ],
  [
    'of a lead that there is not',
    '/v1/journeys',
    () => ({ sequence: 'clients', contact: ana(), lead: { offer: 'boat' } }),
    [404, 'VIV_NOT_FOUND'],
  ],
  [
    'of a lead of somebody else',
    '/v1/journeys',
    () => ({ sequence: 'clients', contact: ana(), lead: { id: newId() } }),
    [404, 'VIV_NOT_FOUND'],
  ],
  [
    'of a lead by two names',
    '/v1/journeys',
    () => ({ sequence: 'clients', contact: ana(), lead: { id: newId(), offer: 'a' } }),
    [400, BODY],
    /either id or offer/,
  ],
  [
    'under a key of a megabyte',
    '/v1/journeys',
    () => ({ sequence: 'orders', contact: ana(), key: long(900_000) }),
    [400, BODY],
    /key/,
  ],
  [
    'under a key that is a number',
    '/v1/journeys',
    () => ({ sequence: 'orders', contact: ana(), key: 7 }),
    [400, BODY],
    /key/,
  ],
  [
    'of two megabytes',
    '/v1/journeys',
    () => ({ sequence: 'orders', contact: ana(), key: long(2_000_000) }),
    [413, 'VIV_BODY_TOO_LARGE'],
  ],
];

export const PURCHASES: readonly BadRequest[] = [
  [
    'of less than nothing',
    '/v1/purchases',
    () => ({ contact: ana(), reference: 'a', amount: -1 }),
    [400, BODY],
    /amount/,
  ],
  ['of text', '/v1/purchases', () => ({ contact: ana(), reference: 'a', amount: '12' }), [400, BODY], /amount/],
  ['without a reference', '/v1/purchases', () => ({ contact: ana(), amount: 1 }), [400, BODY], /reference/],
  [
    'of nobody',
    '/v1/purchases',
    () => ({ contact: { email: 'no@example.test' }, reference: 'a', amount: 1 }),
    [404, 'VIV_CONTACT_UNKNOWN'],
  ],
];
