/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

const NAMED: { readonly [name: string]: string } = {
  black: '000000',
  silver: 'c0c0c0',
  gray: '808080',
  grey: '808080',
  white: 'ffffff',
  maroon: '800000',
  red: 'ff0000',
  purple: '800080',
  fuchsia: 'ff00ff',
  green: '008000',
  lime: '00ff00',
  olive: '808000',
  yellow: 'ffff00',
  navy: '000080',
  blue: '0000ff',
  teal: '008080',
  aqua: '00ffff',
  orange: 'ffa500',
};

/** A colour as CSS or HTML writes it; undefined for one that cannot be told: another name, a transparent one, an expression. */
export function colourOf(text: string): Colour | undefined {
  const word = text.trim().toLowerCase();
  const [, short, long] =
    /^#?(?:([0-9a-f]{3})|([0-9a-f]{6}))$/.exec(Object.hasOwn(NAMED, word) ? `${NAMED[word]}` : word) ?? [];
  const hex = long ?? short?.replaceAll(/./g, '$&$&');
  if (hex) return [hex.slice(0, 2), hex.slice(2, 4), hex.slice(4, 6)].map((part) => Number.parseInt(part, 16)) as never; // three of them
  const [, red, green, blue] = /^rgb\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*\)$/.exec(word) ?? [];
  return red === undefined ? undefined : [Number(red), Number(green), Number(blue)];
}

export const hexOf = (colour: Colour): string =>
  `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

/** From 1 (the same) to 21 (black on white). WCAG 2.2, "contrast ratio". */
export function contrastOf(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** What text needs, by WCAG 2.2 success criterion 1.4.3: less when it is large, 18 pt, or 14 pt and bold. */
export function neededContrast({ sizePx, isBold }: { readonly sizePx: number; readonly isBold: boolean }): number {
  return sizePx >= 24 || (isBold && sizePx >= 14 * (4 / 3)) ? 3 : 4.5;
}
