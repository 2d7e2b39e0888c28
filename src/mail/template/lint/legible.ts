import type { Problem } from '../../../domain/yaml/problem';
import { problemAt } from '../problem';
import { type Colour, colourOf, contrastOf, hexOf, neededContrast } from './contrast';
import { type Element, elementsIn, isText, type Part } from './page';
import { type StyleRule, styleRules } from './style-rules';

/** How text looks where it stands. Undefined colours cannot be told: a picture, a class, an expression. */
interface Look {
  readonly colour: Colour | undefined;
  readonly background: Colour | undefined;
  readonly sizePx: number;
  readonly isBold: boolean;
  readonly isHidden: boolean;
}

const PLAIN: Look = { colour: [0, 0, 0], background: [255, 255, 255], sizePx: 16, isBold: false, isHidden: false };
/** What mail programs give to links that have no colour of their own. */
const LINK: Colour = [0, 0, 238];
/** Below it no text can be read, however large. */
const LEAST = 3;

/**
 * Text that stands out too little from what is behind it, by WCAG 2.2. Only what its own styles say is looked at: where a style sheet
 * has a say, nothing is said.
 */
export function contrastProblems(page: readonly Part[]): readonly Problem[] {
  const sheets = elementsIn(page).filter(({ name }) => name === 'style');
  const rules = sheets.flatMap(({ parts }) =>
    styleRules(parts.map((part) => (isText(part) ? part.text : '')).join('')),
  );
  return page.flatMap((part) => (isText(part) ? [] : looked(part, PLAIN, rules)));
}

const UNSEEN: readonly string[] = ['head', 'style', 'script', 'title'];

function looked(element: Element, around: Look, rules: readonly StyleRule[]): readonly Problem[] {
  if (UNSEEN.includes(element.name)) return [];
  const look = lookOf(element, around, rules);
  return element.parts.flatMap((part) =>
    isText(part) ? textProblems(part.text, look, element) : looked(part, look, rules),
  );
}

function textProblems(text: string, look: Look, { origin }: Element): readonly Problem[] {
  const { colour, background, isHidden, sizePx } = look;
  if (text.trim() === '' || isHidden || sizePx === 0 || !colour || !background) return [];
  const contrast = contrastOf(colour, background);
  const needed = neededContrast(look);
  if (contrast >= needed) return [];
  const message = `${hexOf(colour)} on ${hexOf(background)} has a contrast of ${(Math.floor(contrast * 10) / 10).toFixed(1)}:1, and needs ${needed}:1`;
  const fix = 'take a darker colour for one of them, or a lighter one for the other';
  const severity = contrast < LEAST ? 'error' : 'warning';
  return [problemAt(origin, { message, fix }, { code: 'VIV_CONTRAST_LOW', severity })];
}

function lookOf(element: Element, around: Look, rules: readonly StyleRule[]): Look {
  const { name, attributes, style } = element;
  const ruled = rules.filter((rule) => rule.fits(element));
  const own = style.get('color') ?? attributes.color;
  const inherited = ruled.some((rule) => rule.setsColour) ? undefined : name === 'a' ? LINK : around.colour;
  return {
    colour: own === undefined || own === 'inherit' ? (own ? around.colour : inherited) : colourOf(own),
    background: backgroundOf(element, around.background, ruled),
    sizePx: sizeOf(style.get('font-size'), around.sizePx, name),
    isBold: isBoldIn(style.get('font-weight'), name) ?? around.isBold,
    isHidden: around.isHidden || /none/.test(style.get('display') ?? '') || style.get('visibility') === 'hidden',
  };
}

function backgroundOf(
  { style, attributes }: Element,
  around: Colour | undefined,
  ruled: readonly StyleRule[],
): Colour | undefined {
  const shorthand = style.get('background');
  if (attributes.background !== undefined || /url\(/.test(shorthand ?? '') || style.has('background-image'))
    return undefined;
  const own = style.get('background-color') ?? shorthand ?? attributes.bgcolor;
  if (own === undefined) return ruled.some((rule) => rule.setsBackground) ? undefined : around;
  return own === 'transparent' || own === 'none' ? around : colourOf(own.split(/\s+/)[0] ?? '');
}

/** Of headings, where nothing else is said: as browsers show them. */
const HEADINGS: { readonly [name: string]: number } = { h1: 32, h2: 24, h3: 18.72 };
const BOLD: readonly string[] = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'b', 'strong', 'th'];

function sizeOf(size: string | undefined, aroundPx: number, name: string): number {
  const [, number, unit] = /^([\d.]+)(px|pt|em|rem|%)?$/.exec(size ?? '') ?? [];
  if (number === undefined) return HEADINGS[name] ?? aroundPx;
  const factor = { px: 1, pt: 4 / 3, em: aroundPx, rem: 16, '%': aroundPx / 100 }[unit ?? 'px'] ?? 1;
  return Number(number) * factor;
}

function isBoldIn(weight: string | undefined, name: string): boolean | undefined {
  if (weight !== undefined) return weight === 'bold' || weight === 'bolder' || Number(weight) >= 700;
  return BOLD.includes(name) ? true : undefined;
}
