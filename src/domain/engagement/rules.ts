import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { slug } from '../sequence/names';
import { parseNetwork } from './networks';
import { originOf } from './pages';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const programName = z.string().trim().toLowerCase().min(3).max(100);

/** Of programs that open links in mails to look for harm, or to make a preview; each as it calls itself. */
const SCANNERS: readonly string[] = [
  'barracuda',
  'bingbot',
  'bot/',
  'bot-',
  'cloudmark',
  'crawler',
  'curl/',
  'facebookexternalhit',
  'fireeye',
  'go-http-client',
  'headlesschrome',
  'java/',
  'libwww',
  'mimecast',
  'node-fetch',
  'okhttp',
  'preview',
  'proofpoint',
  'python-requests',
  'python-urllib',
  'safelinks',
  'scanner',
  'skypeuripreview',
  'slackbot',
  'sophos',
  'spider',
  'symantec',
  'trendmicro',
  'urlscan',
  'whatsapp',
  'wget',
  'zscaler',
];

/** Programs that load pictures for whoever has not opened the mail yet. */
const PROXIES: readonly string[] = ['googleimageproxy', 'ggpht.com', 'yahoomailproxy', 'duckduckgo'];

const networkSchema = z
  .string()
  .refine((text) => parseNetwork(text) !== undefined, 'not a network; write it like 192.0.2.0/24 or 2001:db8::/32');

const siteSchema = z
  .string()
  .refine((text) => originOf(text) === text, 'not the address of a site; write it like https://www.example.com');

/** What counts as interest, and what is a machine. */
export const engagementSchema = z
  .strictObject({
    machines: z
      .strictObject({
        programs: z
          .array(programName)
          .max(200)
          .default([...SCANNERS])
          .meta({
            description: 'Parts of the names by which programs call themselves, in small letters.',
          }),
        networks: z
          .array(networkSchema)
          .max(500)
          .default([])
          .meta({ description: 'Networks of scanners, like 192.0.2.0/24: no click from there counts.' }),
        soonerThan: durationSchema.default(3 * SECOND).meta({
          description: 'A click so soon after the mail server has taken the mail is no person’s.',
        }),
        burst: z
          .strictObject({
            links: z.int().min(2).max(50).default(2).meta({ description: 'So many different links of one mail' }),
            within: durationSchema.default(SECOND).meta({ description: 'clicked within this time.' }),
          })
          .prefault({})
          .meta({ description: 'What only a machine does.' }),
        holdFor: durationSchema.default(2 * SECOND).meta({
          description: 'How long a click waits before it counts, so that one can see whether it is part of a burst.',
        }),
        trap: z
          .array(slug)
          .default(['marketing', 'newsletter'])
          .meta({ description: 'Purposes whose mails have a link that no person sees; [] for none.' }),
      })
      .prefault({})
      .meta({ description: 'What tells machines from people. Their clicks are recorded, and weigh nothing.' }),
    opens: z
      .strictObject({
        track: z.boolean().default(false).meta({
          description: 'Whether mails have a picture that tells of being opened, for contacts who allow open_tracking.',
        }),
        proxies: z
          .array(programName)
          .max(100)
          .default([...PROXIES])
          .meta({ description: 'Programs that load pictures although nobody has opened the mail.' }),
        networks: z
          .array(networkSchema)
          .max(100)
          .default(['17.0.0.0/8'])
          .meta({ description: 'Networks of such programs; the default is that of Apple.' }),
      })
      .prefault({})
      .meta({ description: 'Opened mails. Off by default.' }),
    pages: z
      .strictObject({
        sites: z
          .array(siteSchema)
          .max(50)
          .default([])
          .meta({ description: 'Sites whose page views are taken, like https://www.example.com; none: none are.' }),
        perMinute: z
          .int()
          .min(1)
          .max(100_000)
          .default(120)
          .meta({ description: 'Most page views a minute from one address.' }),
        keepAnonymousFor: durationSchema
          .default(30 * DAY)
          .meta({ description: 'How long views of visitors are kept who never say who they are.' }),
        joinWithin: durationSchema
          .default(HOUR)
          .meta({ description: 'How long after a click the site may join a visitor to whom the mail went to.' }),
      })
      .prefault({})
      .meta({ description: 'Page views of your own sites, by the script /v.js.' }),
  })
  .readonly();
export type EngagementRules = z.output<typeof engagementSchema>;

/** With no file. */
export const DEFAULT_ENGAGEMENT: EngagementRules = engagementSchema.parse({});

/** The purpose that allows to see whether mails are opened. */
export const OPEN_TRACKING = 'open_tracking';
