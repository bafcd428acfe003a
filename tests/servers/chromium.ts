import { type Browser, chromium } from 'playwright-core';
import { findExecutable } from './executable.ts';

/**
 * Starts Debian's own Chromium, without a window.
 *
 * @throws {Error} when it can be neither found nor installed, or does not start.
 */
export async function startChromium(): Promise<Browser> {
  const executablePath = findExecutable({ command: 'chromium', debianPackage: 'chromium' });
  // Its sandbox needs rights that containers and root don't have; it only ever sees our own page.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
