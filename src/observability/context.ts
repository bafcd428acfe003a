import { AsyncLocalStorage } from 'node:async_hooks';
import type { ResponseSink } from './streaming.ts';

/** One invocation of a function; all records of a batch share it. */
export interface Invocation {
  readonly requestId: string;
  readonly functionName: string;
  readonly coldStart: boolean;
  /** By the monotonic clock, in milliseconds. */
  readonly startedAt: number;
  /** How long it may take in all, in milliseconds. */
  readonly budgetMs: number;
  readonly remainingMs: () => number;
  /** Where its response is streamed to, if it is. */
  readonly sink?: ResponseSink | undefined;
  /** Set once it is known that the invocation failed. */
  failed: boolean;
}

/** What every log line of an invocation, or of one record of it, carries. */
export interface InvocationContext {
  readonly correlationId: string;
  readonly invocation: Invocation;
}

const storage = new AsyncLocalStorage<InvocationContext>();

/** Runs `work` with its own context; what overlaps in the same process keeps its own. */
export function withContext<T>(context: InvocationContext, work: () => T): T {
  return storage.run(context, work);
}

/** The context of the running invocation or record, if there is one. */
export function currentContext(): InvocationContext | undefined {
  return storage.getStore();
}

/** The same, where there must be one. Throws outside of an instrumented handler. */
export function requireContext(): InvocationContext {
  const context = storage.getStore();
  if (context === undefined) throw new Error('called outside of an instrumented handler');
  return context;
}
