import { runCommand } from '../../src/cli/program';

export interface Said {
  readonly exitCode: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly err: string;
}

/** Runs one command in this process, with `environment` added to its own, and answers what it says. */
export async function viveiro(
  words: readonly string[],
  environment: { readonly [name: string]: string } = {},
): Promise<Said> {
  const names = Object.keys(environment);
  const before = names.map((name) => [name, process.env[name]] as const);
  const [out, err] = [listen(process.stdout), listen(process.stderr)];
  Object.assign(process.env, environment);
  try {
    const exitCode = await runCommand(words);
    return { exitCode, out: out.heard(), err: err.heard() };
  } finally {
    for (const { stop } of [out, err]) stop();
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    process.exitCode = undefined; // that of the command, not of the tests
  }
}

function listen(stream: NodeJS.WriteStream) {
  const written: string[] = [];
  const spy = jest.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  return { heard: () => written.join(''), stop: () => spy.mockRestore() };
}
