import { colourOf, contrastOf, neededContrast } from '../../src/mail/template/lint/contrast';

/** As the reference implementations of WCAG 2 say it, to two places. */
test.each([
  ['#000000', '#ffffff', 21],
  ['#ffffff', '#ffffff', 1],
  ['#777777', '#ffffff', 4.48],
  ['#767676', '#ffffff', 4.54],
  ['#ff0000', '#ffffff', 4],
  ['#0000ff', '#ffffff', 8.59],
])('%s on %s has a contrast of %f, either way round', (one, other, expected) => {
  const [a, b] = [colourOf(one), colourOf(other)];
  if (!a || !b) throw new Error('no colours');
  expect(Math.round(contrastOf(a, b) * 100) / 100).toBe(expected);
  expect(contrastOf(b, a)).toBe(contrastOf(a, b));
});

test('colours are read as CSS and HTML write them, and others are not guessed', () => {
  expect(['#fff', 'white', 'FFFFFF', 'rgb(255, 255,255)'].map(colourOf)).toEqual(Array(4).fill([255, 255, 255]));
  expect(['rgba(0,0,0,.5)', 'transparent', 'var(--x)', 'constructor', ''].map(colourOf)).toEqual(
    Array(5).fill(undefined),
  );
});

test('large and bold text needs less', () => {
  expect([16, 23.9, 24].map((sizePx) => neededContrast({ sizePx, isBold: false }))).toEqual([4.5, 4.5, 3]);
  expect([18.6, 18.7].map((sizePx) => neededContrast({ sizePx, isBold: true }))).toEqual([4.5, 3]);
});
