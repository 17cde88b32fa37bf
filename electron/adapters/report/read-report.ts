/** Reads a stranger's report.json. */
import { appError } from '../../../shared/domain/error.ts';
import { type Report, reportSchema } from '../../../shared/domain/report.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { canonicalJson } from '../../../shared/engine/canonical-json.ts';
import { parseJson } from './dsse.ts';

export const maxReportBytes = 64 * 1024 * 1024;

/** REPORT_INVALID, whose message is a reason that goes on after a colon. */
export function readReport(bytes: Uint8Array): Result<Report> {
  if (bytes.length > maxReportBytes) return fail(invalid('it is larger than 64 MiB'));
  const text = Buffer.from(bytes).toString('utf8');
  const parsed = reportSchema.safeParse(parseJson(text));
  if (!parsed.success) return fail(invalid('it does not have the form of a report'));
  // Members that this version does not know would be in the file, and in nobody's eyes.
  if (canonicalJson(parsed.data) !== text)
    return fail(invalid('it is not spelled the way Bulwark writes it'));
  return succeed(parsed.data);
}

function invalid(reason: string) {
  return appError('REPORT_INVALID', reason, 'Ask for the files as they were exported.');
}
