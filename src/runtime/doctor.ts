import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { blockedAt, serverUser } from './access';
import { type Config, type Environment, withoutPassword } from './config';
import { contentFolders } from './content';
import { answers } from './free-port';
import { lockHolder } from './lock';
import { type Outgoing, outgoingOf } from './mail-accounts';
import { mailRecords } from './mail-records';
import { postgresBinaries } from './postgres/binaries';
import { checkDatabase } from './postgres/database';
import { loadDelivery } from './rules';
import { connectTo, temporalSettings } from './temporal/connect';
import { temporalSources } from './temporal/find';

/** One thing that Viveiro needs, and whether it is there. */
export interface Finding {
  readonly name: string;
  /** `warning`: it works, but a person should look. */
  readonly status: 'ok' | 'warning' | 'missing';
  readonly detail: string;
  /** How to get what is missing. */
  readonly fix?: string;
}

type Check = (config: Config, environment: Environment) => Promise<Omit<Finding, 'name'>>;

const CHECKS: { readonly [name: string]: Check } = {
  Node: async () => checkNode(),
  PostgreSQL: (config) => checkPostgres(config),
  Temporal: (config, environment) => checkTemporal(config, environment),
  'data folder': async (config) => checkDataFolder(config),
  ports: (config) => checkPorts(config),
  disk: (config) => checkDisk(config),
  mail: checkMail,
  'mail records': checkRecords,
};

/** Looks at everything that Viveiro needs, at once. Installs and changes nothing, but for root's copy of PostgreSQL. */
export function examine(config: Config, environment: Environment): Promise<readonly Finding[]> {
  return Promise.all(
    Object.entries(CHECKS).map(async ([name, check]) => {
      try {
        return { name, ...(await check(config, environment)) };
      } catch (error) {
        return { name, status: 'missing' as const, detail: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

const OLDEST_NODE = [20, 19] as const;

function checkNode(): Omit<Finding, 'name'> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isNewEnough) return { status: 'ok', detail: process.version };
  return {
    status: 'missing',
    detail: `${process.version} is older than ${OLDEST_NODE.join('.')}`,
    fix: 'Install a newer Node from https://nodejs.org.',
  };
}

async function checkPostgres(config: Config): Promise<Omit<Finding, 'name'>> {
  if (config.databaseUrl) {
    await checkDatabase(config.databaseUrl);
    return { status: 'ok', detail: `${withoutPassword(config.databaseUrl)} answers` };
  }
  const program = path.join(postgresBinaries(), 'postgres');
  const { stdout } = await promisify(execFile)(program, ['--version'], { ...serverUser, cwd: '/' });
  return { status: 'ok', detail: `embedded, ${stdout.trim()}` };
}

async function checkTemporal(config: Config, environment: Environment): Promise<Omit<Finding, 'name'>> {
  const { options, namespace } = temporalSettings(environment);
  if (options) {
    const { address, close } = await connectTo(options, namespace);
    await close();
    return { status: 'ok', detail: `${address}, namespace ${namespace}, answers` };
  }
  const problems: string[] = [];
  for (const { name, probe } of temporalSources(config.cacheDir, environment.PATH)) {
    try {
      await probe();
      return { status: 'ok', detail: `embedded, by: ${name}` };
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return {
    status: 'missing',
    detail: problems.join('; '),
    fix: 'Do one of: put temporal CLI 1.9.1 or later on PATH; allow the download from temporal.download; install pip for Python 3; set TEMPORAL_ADDRESS.',
  };
}

function checkDataFolder({ dataDir }: Config): Omit<Finding, 'name'> {
  const holder = lockHolder(path.join(dataDir, 'lock'));
  if (holder)
    return { status: 'warning', detail: `${dataDir} is in use by process ${holder.pid}, since ${holder.since}` };
  const existing = nearestExisting(dataDir);
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    const fix = `Let this user write to ${existing}, or set VIVEIRO_DATA_DIR to another folder.`;
    return { status: 'missing', detail: `${existing} cannot be written to`, fix };
  }
  const closed = process.platform === 'linux' ? undefined : blockedAt(path.join(existing, '_'), serverUser);
  if (closed) return { status: 'missing', detail: `${closed} is closed to others`, fix: `chmod o+x ${closed}` };
  return { status: 'ok', detail: `${dataDir} is free` };
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(path.dirname(folder));
}

async function checkPorts(config: Config): Promise<Omit<Finding, 'name'>> {
  const { apiPort, inboxPort, smtpPort, inboundPort, postgresPort, temporalPort } = config;
  const told = Object.entries({ apiPort, inboxPort, smtpPort, inboundPort, postgresPort, temporalPort });
  const taken: string[] = [];
  for (const [name, port] of told) if (port && (await answers(port))) taken.push(`${name} ${port}`);
  if (taken.length === 0)
    return { status: 'ok', detail: told.some(([, port]) => port) ? 'free' : 'none are told: free ones will be chosen' };
  // they may well be held by a Viveiro that runs
  return { status: 'warning', detail: `in use: ${taken.join(', ')}`, fix: 'Stop what uses them, or choose others.' };
}

const LITTLE_BYTES = 200e6;
const ENOUGH_BYTES = 2e9;

async function checkDisk({ dataDir }: Config): Promise<Omit<Finding, 'name'>> {
  const { bavail, bsize } = await statfs(nearestExisting(dataDir));
  const bytes = bavail * bsize;
  const detail = `${(bytes / 1e9).toFixed(1)} GB free for ${dataDir}`;
  if (bytes >= ENOUGH_BYTES) return { status: 'ok', detail };
  const fix = 'Free some space, or set VIVEIRO_DATA_DIR to a folder on another disk.';
  return { status: bytes < LITTLE_BYTES ? 'missing' : 'warning', detail, fix };
}

async function checkMail(config: Config, environment: Environment): Promise<Omit<Finding, 'name'>> {
  const outgoing = await outgoingFrom(config, environment);
  if (!isLive(config, outgoing)) return { status: 'ok', detail: 'built-in inbox: nothing leaves this machine' };
  const ways = waysOut(config, outgoing);
  const { mailFrom, publicUrl, smtpUrl } = config;
  const unset = [
    mailFrom.includes('viveiro.example') && outgoing.accounts === undefined && 'VIVEIRO_MAIL_FROM',
    !publicUrl && 'VIVEIRO_PUBLIC_URL',
  ].filter(Boolean);
  if (unset.length > 0)
    return {
      status: 'warning',
      detail: `${ways}, but ${unset.join(' and ')} not set`,
      fix: 'Set them: recipients must know who writes, and reach the links.',
    };
  if (publicUrl?.startsWith('http:'))
    return {
      status: 'warning',
      detail: `${ways}, but VIVEIRO_PUBLIC_URL is not https`,
      fix: 'Serve it by https: mailboxes offer to unsubscribe by one click only then (RFC 8058).',
    };
  if (outgoing.accounts && smtpUrl)
    return {
      status: 'warning',
      detail: `${ways}; VIVEIRO_SMTP_URL is not used beside them`,
      fix: 'Unset it, or make an account of it.',
    };
  return { status: 'ok', detail: ways };
}

const outgoingFrom = async (config: Config, environment: Environment): Promise<Outgoing> =>
  outgoingOf(config, await loadDelivery(contentFolders(config).rules), environment);

const isLive = ({ smtpUrl }: Config, { accounts }: Outgoing): boolean =>
  accounts !== undefined || smtpUrl !== undefined;

function waysOut({ smtpUrl = '' }: Config, { accounts, dkim }: Outgoing): string {
  const signed = (key: Outgoing['dkim']) => (key ? `signed by ${key.domain}` : 'not signed here');
  if (!accounts) return `relay ${withoutPassword(smtpUrl)}, ${signed(dkim)}`;
  return accounts
    .map(({ name, smtpUrl: url, dkim: key }) => `account ${name} ${new URL(url).host}, ${signed(key)}`)
    .join('; ');
}

/** What the operator must publish: mailboxes refuse senders without it. */
async function checkRecords(config: Config, environment: Environment): Promise<Omit<Finding, 'name'>> {
  const outgoing = await outgoingFrom(config, environment);
  if (!isLive(config, outgoing)) return { status: 'ok', detail: 'none are needed: nothing leaves this machine' };
  const senders = outgoing.accounts ?? [{ from: config.mailFrom, dkim: outgoing.dkim }];
  const records = await mailRecords(senders, config);
  const lacking = records.filter(({ status }) => status !== 'ok');
  if (lacking.length === 0)
    return { status: 'ok', detail: records.map(({ kind, name }) => `${kind} of ${name}`).join(', ') };
  return {
    status: 'warning',
    detail: lacking.map(({ kind, name, detail }) => `${kind} of ${name}: ${detail}`).join('; '),
    fix: 'viveiro dkim check says what to publish.',
  };
}
