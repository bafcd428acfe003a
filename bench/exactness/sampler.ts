// Looks into the gateways from outside: which entries ever stood in one, whatever their instances were told.
import type { Taken } from './oracle.ts';

const SEQUENCE = /^fte_push_seq\{([^}]*)\} (\S+)$/gm;
const EVERY_MS = 400;

/** What a gateway's page says of the entries in it. */
export function entriesOn(page: string): readonly { readonly id: string; readonly sequence: number }[] {
  return [...page.matchAll(SEQUENCE)].flatMap(([, labels = '', value]) => {
    const id = /(?:^|,)instance="([^"]*)"/.exec(labels)?.[1];
    return id === undefined ? [] : [{ id, sequence: Number(value) }];
  });
}

/** An entry stands for longer than the time between two looks, unless its gateway is killed. */
export function startSampler(urls: readonly string[]) {
  const found = new Map<string, Taken>();
  let stopped = false;

  async function look(url: string): Promise<void> {
    try {
      const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
      if (!answer.ok) return;
      for (const { id, sequence } of entriesOn(await answer.text()))
        if (!found.has(`${id}/${sequence}`)) found.set(`${id}/${sequence}`, { at: Date.now(), id, sequence });
    } catch {
      // It stands still or is gone.
    }
  }
  async function run(url: string): Promise<void> {
    while (!stopped) {
      await look(url);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
  const running = urls.map((url) => run(url));
  return {
    async stop(): Promise<readonly Taken[]> {
      stopped = true;
      await Promise.all(running);
      return [...found.values()];
    },
  };
}
