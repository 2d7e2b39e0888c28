import type { FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../domain/errors';
import { countFormRefusals } from '../../store/form-submissions';
import type { ApiDeps } from '../deps';

interface Refusal {
  readonly form: string;
  readonly code: ErrorCode;
}

/**
 * Counts what is refused, and logs it without a word of what was sent. While one count is being written, those that come are gathered:
 * a flood makes no more than one statement at a time for each form and code.
 */
export class Refusals {
  private readonly waiting = new Map<string, number>();
  private readonly writing = new Map<string, Promise<void>>();

  constructor(private readonly deps: ApiDeps) {}

  count(request: FastifyRequest, { form, code }: Refusal): void {
    request.log.info({ form, code }, 'a form was refused');
    const key = `${form}|${code}`;
    this.waiting.set(key, (this.waiting.get(key) ?? 0) + 1);
    if (!this.writing.has(key)) this.writing.set(key, this.write(request, { form, code }));
  }

  /** Resolves when all that was counted is on record. */
  async settled(): Promise<void> {
    await Promise.all(this.writing.values());
  }

  private async write(request: FastifyRequest, { form, code }: Refusal): Promise<void> {
    const key = `${form}|${code}`;
    try {
      for (let count = this.take(key); count > 0; count = this.take(key))
        await countFormRefusals(this.deps.db, { form, code, count, at: this.deps.clock() });
    } catch (error) {
      request.log.error({ err: error }, 'refusals of a form were not counted');
    } finally {
      this.writing.delete(key);
    }
  }

  private take(key: string): number {
    const count = this.waiting.get(key) ?? 0;
    this.waiting.delete(key);
    return count;
  }
}
