/** The one log door: everything passes the redactor before a line exists. */

import type { Log } from '../../shared/engine/ports.ts';
import { redact } from '../../shared/text/redact.ts';

export function createLog(writeLine: (line: string) => void): Log {
  return {
    write(level, message, fields) {
      const tail = fields === undefined ? '' : ` ${JSON.stringify(fields)}`;
      writeLine(redact(`${level} ${message}${tail}`));
    },
  };
}
