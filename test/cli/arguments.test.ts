import { sequenceNamed } from '../../src/cli/arguments';

it('what has a dot or a slash is a file, also one that is not there, and anything else the name of a sequence', () => {
  expect(sequenceNamed('drafts/spring.yaml')).toEqual({ file: 'drafts/spring.yaml' });
  expect(sequenceNamed('spring.yaml')).toEqual({ file: 'spring.yaml' });
  expect(sequenceNamed('./spring')).toEqual({ file: './spring' });
  expect(sequenceNamed('docs')).toEqual({ name: 'docs' });
  expect(sequenceNamed('course-nurture')).toEqual({ name: 'course-nurture' });
});
