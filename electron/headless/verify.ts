/** `bulwark verify`: judges a report offline, with nothing but the files. */
import { fail, succeed } from '../../shared/domain/result.ts';
import { verifyFiles } from '../service/verifying.ts';
import type { Command } from './command.ts';
import { type OptionName, usage } from './options.ts';
import { plain } from './words.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Judge a report offline, with nothing but its files.',
  usage: [
    'bulwark verify FILE … [--certificate FILE] [--journal FILE …] [--json]',
    'FILE … are report.pdf, report.json and report.dsse.json, or some of them; what each is, is seen from its content',
  ],
  options: ['certificate', 'journal'] satisfies readonly OptionName[],
  async run({ options, words }, _terminal) {
    if (words.length === 0) return fail(usage('Give the files of the report'));
    const verified = await verifyFiles(words, options.certificate, options.journal);
    if (!verified.ok) return verified;
    const { shown, exitCode, conclusion } = verified.value;
    return succeed({
      exitCode,
      data: { verdict: shown.verdict, sentences: shown.sentences },
      text: plain(
        [...shown.sentences.map(({ ok, text }) => `  ${ok ? 'ok' : 'NO'}  ${text}`), conclusion].join('\n'),
      ),
    });
  },
};
