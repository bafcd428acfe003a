import type { InvocationContext } from './context.ts';

/** A line below the log level, kept in case the invocation fails. */
export interface HeldLine {
  readonly at: Date;
  readonly context: InvocationContext;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** Lines of one invocation. They are formatted only when they are printed. */
export const MOST_HELD = 100;

/** The lines that one invocation has held back: bounded, the oldest go first. */
export class DebugLines {
  #lines: HeldLine[] = [];
  #dropped = 0;

  hold(line: HeldLine): void {
    if (this.#lines.length >= MOST_HELD) {
      this.#lines.shift();
      this.#dropped += 1;
    }
    this.#lines.push(line);
  }

  /** Hands out what was held, oldest first, once: all of it, or what one record's context has written. */
  release(of?: InvocationContext): { readonly lines: readonly HeldLine[]; readonly dropped: number } {
    const chosen = (line: HeldLine) => of === undefined || line.context === of;
    const lines = this.#lines.filter(chosen);
    this.#lines = this.#lines.filter((line) => !chosen(line));
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { lines, dropped };
  }
}
