import { declarations, type Element } from './page';

/** A rule of a style sheet, as far as it matters for colours. */
export interface StyleRule {
  readonly setsColour: boolean;
  readonly setsBackground: boolean;
  /** Whether it may be about an element: more than it says is taken for its own. */
  fits(element: Element): boolean;
}

/** The rules of a sheet that say something of colours, those inside `@media` too. */
export function styleRules(sheet: string): readonly StyleRule[] {
  const plain = sheet.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/@(import|charset)[^;]*;/g, '');
  return [...plain.matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selectors = '', body = '']) => {
    const said = declarations(body);
    const rule = {
      setsColour: said.has('color'),
      setsBackground: said.has('background') || said.has('background-color'),
    };
    if (!rule.setsColour && !rule.setsBackground) return [];
    return selectors.split(',').map((selector) => ({ ...rule, fits: fitting(selector) }));
  });
}

/** By the last part of a selector alone: `.letter td` fits every cell. */
function fitting(selector: string): StyleRule['fits'] {
  const last =
    selector
      .trim()
      .split(/[\s>+~]+/)
      .at(-1) ?? '';
  const [tag = ''] = /^[a-z0-9*]*/i.exec(last) ?? [];
  const classes = [...last.matchAll(/\.([\w-]+)/g)].map(([, name = '']) => name);
  const [, id] = /#([\w-]+)/.exec(last) ?? [];
  return ({ name, attributes }) =>
    (tag === '' || tag === '*' || tag.toLowerCase() === name) &&
    classes.every((one) => attributes.class?.split(/\s+/).includes(one)) &&
    (id === undefined || attributes.id === id);
}
