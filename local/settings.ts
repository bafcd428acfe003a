import * as z from 'zod/mini';
import {
  type Environment,
  oneOf,
  readVariable,
  type Variable,
  wholeNumber,
} from '../src/observability/config.ts';

/** The exit code of a start that a setting stopped (`EX_CONFIG` of sysexits.h). */
export const EXIT_CONFIG = 78;

export interface LocalSettings {
  /** The folder of logs, outbox, data and build, from the project's root. */
  readonly home: string;
  /** Data outlives the process. */
  readonly keep: boolean;
  /** Of the embedded Pushgateway stand-in. */
  readonly gatewayPort: number;
  /** After how many seconds a message that was not handled comes back. */
  readonly visibilitySeconds: number;
  /** `auto`: pretty where a person watches, else JSON. */
  readonly logFormat: string;
}

const folder: Variable<string> = {
  // Joined to paths and handed to the bundler: nothing but a plain relative folder.
  schema: z._default(
    z.optional(z.string().check(z.regex(/^[\w.-]+(?:\/[\w.-]+)*$/))),
    '.local',
  ) as Variable<string>['schema'],
  allowed: 'a relative path of letters, digits, ".", "_" and "-"',
};

/**
 * Local mode's own variables; `npm start` sets them from its options.
 *
 * @throws {ConfigError} for the first variable that can't be used.
 */
export function localSettings(env: Environment = process.env): LocalSettings {
  return {
    home: readVariable(env, 'FTE_LOCAL_HOME', folder),
    keep: readVariable(env, 'FTE_LOCAL_KEEP', oneOf(['true', 'false'], 'false')) === 'true',
    gatewayPort: readVariable(env, 'FTE_LOCAL_GATEWAY_PORT', wholeNumber(0, 65_535, 9191)),
    visibilitySeconds: readVariable(env, 'FTE_LOCAL_VISIBILITY_S', wholeNumber(1, 43_200, 30)),
    logFormat: readVariable(env, 'FTE_LOCAL_LOG_FORMAT', oneOf(['pretty', 'json', 'auto'], 'auto')),
  };
}
