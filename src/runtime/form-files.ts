import { readFileSync } from 'node:fs';

/** Whether a YAML file is a form: what is neither is told as a sequence, as ever. */
export function isFormFile(file: string): boolean {
  try {
    return /^["']?form["']?[ \t]*:/m.test(readFileSync(file, 'utf8').slice(0, 20_000));
  } catch {
    return false; // whoever reads it next says so
  }
}
