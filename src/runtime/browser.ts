import { spawn } from 'node:child_process';
import type { Environment } from './config';

/** The program that opens a file as its user would, and its words before the file. */
const PROGRAMS: { readonly [platform: string]: readonly string[] } = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
const ELSEWHERE: readonly string[] = ['xdg-open'];

/**
 * Opens a file with the program that its user has for it, and waits for nothing. False: there is no screen, or no such program; the
 * file is there all the same.
 */
export function openFile(file: string, environment: Environment): Promise<boolean> {
  const own = PROGRAMS[process.platform];
  if (!own && !environment.DISPLAY && !environment.WAYLAND_DISPLAY) return Promise.resolve(false);
  const [program = '', ...words] = own ?? ELSEWHERE;
  return new Promise((resolve) => {
    const child = spawn(program, [...words, file], { detached: true, stdio: 'ignore', env: { ...environment } });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
