/** A line of a file, counted from 1. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

/** A text that was put together from files, and where each of its lines comes from. */
export interface SourceText {
  readonly text: string;
  readonly lines: readonly Origin[];
}

export interface SourceWriter {
  /** Adds text whose first line stands at `origin`. */
  write(text: string, origin: Origin): void;
  /** Adds text that was put together before. */
  append(source: SourceText): void;
  done(): SourceText;
}

/** Puts a text together. A line that comes from several places counts as where it begins. */
export function createSourceWriter(): SourceWriter {
  const pieces: string[] = [];
  const lines: Origin[] = [];
  let isLineBegun = false;
  const writeLine = (text: string, origin: Origin): void => {
    if (!isLineBegun) lines.push(origin);
    isLineBegun = true;
    pieces.push(text);
  };
  const writeLines = (text: string, originOf: (index: number) => Origin): void => {
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) {
        pieces.push('\n');
        isLineBegun = false;
      }
      writeLine(line, originOf(index));
    }
  };
  return {
    write: (text, { file, line }) => writeLines(text, (index) => ({ file, line: line + index })),
    append: (source) => writeLines(source.text, (index) => source.lines[index] ?? NOWHERE),
    done: () => ({ text: pieces.join(''), lines }),
  };
}

const NOWHERE: Origin = { file: '', line: 1 };

/** Where the line of a position stands. */
export function originAt({ text, lines }: SourceText, position: number): Origin {
  let line = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line += 1;
  return lines[line] ?? lines.at(-1) ?? NOWHERE;
}
