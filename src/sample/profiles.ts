import type { Profile } from '../domain/simulation/population';
import { type Sample, sampleLeads } from './leads';

/** The sample leads as profiles of a made-up population. */
export function sampleProfiles(sample: Sample): readonly Profile[] {
  return sampleLeads(sample).map(({ contact, lead, consent }) => ({
    timeZone: contact.timeZone ?? 'UTC',
    locale: contact.locale ?? 'en',
    name: contact.name ?? null,
    attributes: contact.attributes ?? {},
    source: lead.source,
    campaign: lead.campaign ?? null,
    consents: consent?.granted ? [consent.purpose] : [],
  }));
}
