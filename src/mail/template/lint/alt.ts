import type { Problem } from '../../../domain/yaml/problem';
import { NO_ALT } from '../markup';
import { problemAt } from '../problem';
import { type Element, elementsIn, type Part, wordsIn } from './page';

const WITHOUT = {
  message: 'an image has no alternative text, and many see none of the images',
  fix: 'say what it shows: alt="…"; alt="" for one that only decorates',
};
const WORDLESS = {
  message: 'a link shows nothing but an image without words',
  fix: 'say in its alt="…" where it leads',
};

/** Images that tell nothing to whoever does not see them. Markdown cannot say that an image only decorates. */
export function altProblems(page: readonly Part[], o: { readonly isMarkdown: boolean }): readonly Problem[] {
  const elements = elementsIn(page);
  const images = elements
    .filter((element) => lacksAlt(element, o.isMarkdown))
    .map(({ origin }) => [origin, WITHOUT] as const);
  const links = elements.filter(isWordless).map(({ origin }) => [origin, WORDLESS] as const);
  return [...images, ...links].map(([origin, said]) => problemAt(origin, said, { code: 'VIV_ALT_MISSING' }));
}

function lacksAlt({ name, attributes, parts }: Element, isMarkdown: boolean): boolean {
  if (attributes.class?.includes(NO_ALT)) return elementsIn(parts).some((inner) => inner.name === 'img');
  return name === 'img' && (attributes.alt === undefined || (isMarkdown && attributes.alt.trim() === ''));
}

const isWordless = ({ name, attributes, parts }: Element): boolean =>
  name === 'a' &&
  attributes.href !== undefined &&
  attributes['aria-label'] === undefined &&
  elementsIn(parts).some((inner) => inner.name === 'img') &&
  wordsIn(parts).trim() === '';
