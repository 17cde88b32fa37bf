/**
 * iptables and ip6tables: a chain of Bulwark's own, asked before the administrator's rules. netfilter-persistent loads it at
 * boot from /etc/iptables (netfilter-persistent(8)).
 */
import { fail, type Result, succeed } from '../../../../domain/result.ts';
import type { ChangeContext } from '../../../change-kind.ts';
import { diffText } from '../../single-file.ts';
import type { Backend } from '../backend.ts';
import { putFiles } from '../lasting.ts';
import { type Both, checkFiles, listLive, loadRules, tryRules } from '../netfilter.ts';
import { notAnAddress } from '../sources.ts';
import { type FirewallState, readStateFiles, textOfFile, withText } from '../state.ts';
import {
  aloneText,
  chain,
  chainRules,
  clearProgram,
  jump,
  loadProgram,
  loadTexts,
  ours,
  ownLines,
  ownLinesOf,
  withOwnLines,
} from './rules.ts';

const paths = ['/etc/iptables/rules.v4', '/etc/iptables/rules.v6'] as const;

function bothOf(texts: FirewallState['live']): Both {
  return { v4: texts['v4'] ?? '', v6: texts['v6'] ?? '' };
}

/** Our lines of a live table, with a remark where somebody's accepting rule is asked before them. */
function ownPart(listing: string): string {
  const lines = listing.split('\n').filter((line) => line !== '');
  const at = lines.indexOf(jump);
  const before = at < 0 ? [] : lines.slice(0, at).filter((line) => /^-A INPUT .*-j ACCEPT/.test(line));
  const own = lines.filter((line) => new RegExp(ours).test(line));
  return [...own, ...before.map((line) => `# before it: ${line}`)].map((line) => `${line}\n`).join('');
}

async function read(context: ChangeContext): Promise<Result<FirewallState>> {
  const listed = await listLive(context, `^\\*|^-A INPUT |${ours}`);
  if (!listed.ok) {
    return listed;
  }
  const files = await readStateFiles(context, paths);
  if (!files.ok) {
    return files;
  }
  const has = (listing: string) => (/^\*filter$/m.test(listing) ? 'yes' : 'no');
  const { v4, v6 } = listed.value;
  const live = { v4: ownPart(v4), v6: ownPart(v6) };
  // An empty table says nothing once Bulwark's chain is in it.
  const flags = {
    table4: live.v4 === '' ? has(v4) : 'yes',
    table6: live.v6 === '' ? has(v6) : 'yes',
  };
  return succeed({ live, files: files.value, flags });
}

async function atBoot(now: FirewallState, context: ChangeContext): Promise<Result<FirewallState['live']>> {
  const [v4 = '', v6 = ''] = now.files.map((file) => aloneText(ownLinesOf(textOfFile(file))));
  return tryRules(context, { v4, v6 }, ours);
}

export const iptables: Backend = {
  name: 'iptables',
  read,

  async wanted(change, now, context) {
    const four = chainRules(change, 4);
    const six = chainRules(change, 6);
    const [file4, file6] = now.files;
    if (four === undefined || six === undefined || file4 === undefined || file6 === undefined) {
      return fail(notAnAddress);
    }
    const text4 = withOwnLines(textOfFile(file4), four);
    const text6 = withOwnLines(textOfFile(file6), six);
    const checked = await checkFiles(context, { v4: text4, v6: text6 }, '');
    if (!checked.ok) {
      return checked;
    }
    const alone = { v4: aloneText(ownLines(four)), v6: aloneText(ownLines(six)) };
    const live = await tryRules(context, alone, ours);
    return live.ok
      ? succeed({
          live: { ...live.value },
          files: [withText(file4, text4, '0640'), withText(file6, text6, '0640')],
          flags: { table4: 'yes', table6: 'yes' },
        })
      : live;
  },

  unfit: () => undefined,
  opens: ({ live }) => !Object.values(live).some((text) => text.includes(`-A ${chain} `)),

  diffs: (now, wanted) => [
    ...(['v4', 'v6'] as const).map((family) => ({
      subject: `inbound rules (${family === 'v4' ? 'iptables' : 'ip6tables'}, chain ${chain})`,
      before: now.live[family] || '(no chain)',
      after: wanted.live[family] ?? '',
    })),
    ...wanted.files.map((file, index) => ({
      subject: file.path,
      before: diffText(now.files[index]?.was === 'file' ? textOfFile(now.files[index]) : undefined),
      after: diffText(textOfFile(file)),
    })),
  ],

  words: () => [
    'The chain is asked before the rules of this host; what it lets pass goes on to them, so that it only ever closes.',
  ],

  guard: (from) => {
    const texts = loadTexts(bothOf(from.live), tablesOf(from));
    return {
      revert: loadProgram,
      files: [
        { name: 'v4', text: texts.v4 },
        { name: 'v6', text: texts.v6 },
      ],
      save: paths.map((path) => ({ path, edited: 'cleared' })),
      clear: clearProgram,
    };
  },

  goLive: (host, _from, to, onlyWhile) =>
    loadRules(host, loadProgram, loadTexts(bothOf(to.live), tablesOf(to)), onlyWhile),
  makeLasting: (host, context, from, to, onlyWhile) => putFiles(host, context, from, to.files, onlyWhile),
  atBoot,
};

function tablesOf({ flags }: FirewallState): Both {
  return { v4: flags['table4'] ?? 'yes', v6: flags['table6'] ?? 'yes' };
}
