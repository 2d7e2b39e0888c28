// npm ci refuses a lock that lacks an optional dependency its registry did not have
// (other platforms' binaries): add a stub for each, marked for its own platform.
import { readFileSync, writeFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const OS = ['darwin', 'win32', 'linux', 'android', 'freebsd', 'openharmony', 'sunos', 'aix', 'netbsd', 'openbsd'];
const CPU = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el'];
let n = 0;
for (const [at, p] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(p.optionalDependencies ?? {})) {
    if (lock.packages[`${at}/node_modules/${name}`] || lock.packages[`node_modules/${name}`]) continue;
    const words = name.split(/[-/]/);
    const os = OS.filter((o) => words.includes(o));
    const cpu = CPU.filter((c) => words.includes(c));
    if (!os.length) {
      console.error('no platform in the name:', name);
      continue;
    }
    lock.packages[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ''),
      ...(p.dev ? { dev: true } : {}),
      optional: true,
      os,
      ...(cpu.length ? { cpu } : {}),
    };
    const libc = name.includes('musl')
      ? ['musl']
      : name.includes('linux') && name.includes('gnu')
        ? ['glibc']
        : undefined;
    if (libc) lock.packages[`node_modules/${name}`].libc = libc;
    n++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${n} stubs added`);
