// npm run bundle:sizes: what each function's bundle weighs, and of what; ends with 1 when one is over its limit.
import { weighBundles } from '../deploy/bundles.ts';

const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;

const bundles = await weighBundles();
for (const { functionKey, bytes, limitBytes, parts } of bundles) {
  const heaviest = parts.slice(0, 4).map(([name, size]) => `${name} ${Math.round(size / 1024)}`);
  const mark = bytes > limitBytes ? ` OVER ITS ${kib(limitBytes)}` : '';
  process.stdout.write(
    `${functionKey.padEnd(12)}${kib(bytes).padStart(12)}${mark}   ${heaviest.join(', ')}\n`,
  );
}
process.exitCode = bundles.some(({ bytes, limitBytes }) => bytes > limitBytes) ? 1 : 0;
