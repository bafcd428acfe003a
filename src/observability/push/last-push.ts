import { isMainThread } from 'node:worker_threads';

type LastPush = () => Promise<unknown>;
const pending = new Set<LastPush>();

async function pushAll(): Promise<void> {
  await Promise.allSettled([...pending].map((push) => push()));
  // Without a listener of somebody else's the signal would have ended the process; now it may.
  if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM');
}

/** Calls `push` when the process is told to end. A worker thread is never told; its counts go with the invocations. */
export function onTermination(push: LastPush): void {
  if (!isMainThread) return;
  if (pending.size === 0) process.once('SIGTERM', () => void pushAll());
  pending.add(push);
}
