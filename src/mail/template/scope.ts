import { suggestion } from '../../domain/yaml/closest';
import type { Said } from './problem';
import { pathsIn, type Shape, shapeAt } from './shape';

/** What `this` is. */
export interface Scope {
  readonly shape: Shape;
  /** From the root; null inside a list. */
  readonly path: string | null;
  readonly isLoop: boolean;
  /** The innermost part of the path that not everyone has, from the root; null: everyone has it. */
  readonly unsure: string | null;
}

/** From the root to where an expression stands. */
export type Scopes = readonly Scope[];

const LOOP_DATA: readonly string[] = ['index', 'first', 'last', 'key'];

export const rootScope = (shape: Shape): Scope => ({ shape, path: '', isLoop: false, unsure: null });

/** The scopes inside a block: `each` and `with` make a new `this`. */
export function scopesInside(helper: string, found: Scope | undefined, scopes: Scopes): Scopes {
  if (!found || (helper !== 'each' && helper !== 'with')) return scopes;
  const { shape, path } = found;
  if (helper === 'with') return [...scopes, { shape, path, isLoop: false, unsure: null }];
  return [...scopes, { shape: shape.type === 'list' ? shape.of : shape, path: null, isLoop: true, unsure: null }];
}

/** What a path means where it stands: `name`, `this`, `../name`, `@root.name`; in a loop also `@index` and its like. */
export function lookUp({ data, depth, parts }: hbs.AST.PathExpression, scopes: Scopes): Scope | undefined {
  const [first = '', ...rest] = parts;
  if (data && first !== 'root') {
    const isLoopData = LOOP_DATA.includes(first) && rest.length === 0 && scopes.at(-1)?.isLoop === true;
    return isLoopData ? { shape: { type: 'value' }, path: null, isLoop: false, unsure: null } : undefined;
  }
  const start = data ? scopes[0] : scopes[scopes.length - 1 - depth];
  return (data ? rest : parts).reduce<Scope | undefined>((scope, key) => scope && below(scope, key), start);
}

function below({ shape, path, unsure }: Scope, key: string): Scope | undefined {
  const inner = shapeAt(shape, key);
  if (!inner) return undefined;
  const here = path === null ? null : [path, key].filter(Boolean).join('.');
  return { shape: inner, path: here, isLoop: false, unsure: inner.isUnsure ? here : unsure };
}

/** What to say of a path that means nothing where it stands. */
export function unknownName(name: string, scopes: Scopes): Said {
  const [root, ...inner] = scopes;
  const here = scopes.at(-1);
  const known = here ? pathsIn(here.shape) : [];
  const message = inner.length > 0 ? `nothing here is called "${name}"` : `there is no "${name}"`;
  const isAtRoot = inner.length > 0 && root && pathsIn(root.shape).includes(name);
  return { message, fix: isAtRoot ? `write {{@root.${name}}}` : suggestion(name, known) };
}

/** Everything that may be named in a scope, from the root. */
export const namesIn = (scope: Scope): readonly string[] =>
  pathsIn(scope.shape).map((name) => [scope.path, name].filter(Boolean).join('.'));
