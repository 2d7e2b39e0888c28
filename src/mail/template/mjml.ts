import type { Said } from './problem';

export interface CompiledMjml {
  readonly html: string;
  /** Each with its line in the source, from 1. */
  readonly problems: readonly (Said & { readonly line: number })[];
}

interface MjmlResult {
  readonly html: string;
  readonly errors: readonly { readonly line?: number; readonly message: string }[];
}
type Compile = (source: string, options: object) => Promise<MjmlResult>;

/** No file may be read, and nothing of a stranger's server be loaded: it would tell them who reads. */
const OPTIONS = { validationLevel: 'soft', ignoreIncludes: true, keepComments: true, fonts: {} };

/** MJML as HTML of tables, which mail programs show alike. */
export async function compileMjml(source: string): Promise<CompiledMjml> {
  try {
    const { html, errors } = await compiler()(source, OPTIONS);
    return { html: withoutIndent(html), problems: errors.map(({ line = 1, message }) => ({ line, ...said(message) })) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { html: '', problems: [{ line: Number(/line (\d+)/i.exec(message)?.[1] ?? 1), ...said(message) }] };
  }
}

const said = (message: string): Said => ({
  message: `MJML: ${message.split('\n')[0]}`,
  fix: 'see documentation.mjml.io for what stands where',
});

/** A third of what MJML writes is indents; the size of a mail counts. */
const withoutIndent = (html: string): string =>
  html.includes('<pre') ? html : html.replaceAll(/^[ \t]+/gm, '').replaceAll(/\s*\n(\s*\n)*/g, '\n');

let made: Compile | undefined;

/** Loaded when it is first needed: it takes longer than all of a small command, and a process that sends needs it never. */
function compiler(): Compile {
  made ??= load();
  return made;
}

function load(): Compile {
  const core = require('mjml-core') as { default: Compile; components: object; assignComponents: Assign }; // it has no types
  const { components, dependencies } = require('mjml-preset-core') as Preset; // nor have these
  const validator = require('mjml-validator') as { dependencies: object; assignDependencies: Assign };
  core.assignComponents(core.components, components);
  validator.assignDependencies(validator.dependencies, dependencies);
  return core.default;
}

type Assign = (to: object, from: object) => void;
interface Preset {
  readonly components: object;
  readonly dependencies: object;
}
