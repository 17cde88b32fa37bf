/**
 * nftables: inbound rules in a table of Bulwark's own, for IPv4 and IPv6. The administrator's tables and configuration stay;
 * one include line is added to the file that nftables.service loads at boot.
 */
import { appError } from '../../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../../domain/result.ts';
import type { ChangeContext } from '../../../change-kind.ts';
import type { HostWriter } from '../../../ports.ts';
import { diffText } from '../../single-file.ts';
import type { Backend } from '../backend.ts';
import { putFiles } from '../lasting.ts';
import { notAnAddress } from '../sources.ts';
import { type FirewallState, readStateFiles, textOfFile, withText } from '../state.ts';
import { bootListing, canonical, loadLive, look, change as switchTo } from './host.ts';
import { dropTable, includeLine, loadText, rulesFile, rulesText, withInclude } from './ruleset.ts';

function loadTextOf({ live }: FirewallState): string {
  const table = live['table'] ?? '';
  return table === '' ? dropTable : loadText(table);
}

function parts(state: FirewallState) {
  const [bootFile, rules] = state.files;
  if (bootFile === undefined || rules === undefined) {
    throw new Error('A state of nftables has two files.');
  }
  return { bootFile, rules };
}

async function read(context: ChangeContext): Promise<Result<FirewallState>> {
  const looked = await look(context);
  if (!looked.ok) {
    return looked;
  }
  const files = await readStateFiles(context, [looked.value.bootFile, rulesFile]);
  return files.ok
    ? succeed({
        live: { table: looked.value.live },
        files: files.value,
        flags: { folder: looked.value.folder ? 'yes' : 'no', enabled: looked.value.enabled },
      })
    : files;
}

/** Files, folder and service for the next boot. Rules before the line that includes them, and the other way round back. */
async function makeLasting(
  host: HostWriter,
  context: ChangeContext,
  from: FirewallState,
  to: FirewallState,
  onlyWhile?: string,
): Promise<Result<void>> {
  const { bootFile, rules } = parts(to);
  const steps: (() => Promise<Result<void>>)[] = [];
  if (rules.was === 'file') {
    steps.push(() => switchTo(host, 'folder', onlyWhile));
  }
  const ordered = rules.was === 'file' ? [rules, bootFile] : [bootFile, rules];
  steps.push(() => putFiles(host, context, from, ordered, onlyWhile));
  if (rules.was === 'absent' && to.flags['folder'] !== 'yes') {
    steps.push(() => switchTo(host, 'no-folder', onlyWhile));
  }
  if (from.flags['enabled'] !== to.flags['enabled']) {
    steps.push(() => switchTo(host, to.flags['enabled'] === 'enabled' ? 'enable' : 'disable', onlyWhile));
  }
  for (const step of steps) {
    const done = await step();
    if (!done.ok) {
      return done;
    }
  }
  return succeed(undefined);
}

const revertProgram = 'nft -f "$1/old.nft"\n';
// The links of systemd are the service's enablement; the guard knows what it was. A boot file that somebody else edited stays
// without our line: a file that is included and not there would keep every other rule from being loaded.
const afterProgram = `boot=$(cat "$1/boot"); line='${includeLine}'
if [ ! -e '${rulesFile}' ] && [ -f "$boot" ] && [ ! -L "$boot" ] && grep -qxF -- "$line" "$boot"; then
  t=$boot.bulwark-\${1##*/}
  rm -f "$t"; cp -a "$boot" "$t" && grep -vxF -- "$line" "$boot" > "$t"
  [ $? -le 1 ] && mv -f "$t" "$boot" || { rm -f "$t"; exit 1; }
fi
# Under sysvinit the script was enabled before already, and stays so.
if [ -d /run/systemd/system ]; then
  case $(cat "$1/enabled") in
    enabled) systemctl enable nftables.service ;;
    *) systemctl disable nftables.service ;;
  esac
fi
[ "$(cat "$1/folder")" = yes ] || rmdir /etc/nftables.d 2>/dev/null
exit 0
`;

export const nftables: Backend = {
  name: 'nftables',
  read,

  async wanted(change, now, context) {
    const rules = rulesText(change);
    if (rules === undefined) {
      return fail(notAnAddress);
    }
    const listing = await canonical(context, loadText(rules));
    if (!listing.ok) {
      return listing;
    }
    const { bootFile, rules: old } = parts(now);
    const ours = { was: 'absent', path: old.path } as const;
    return succeed({
      live: { table: listing.value },
      files: [
        withText(bootFile, withInclude(textOfFile(bootFile)), '0755'),
        withText(ours, loadText(rules), '0644'),
      ],
      flags: { folder: 'yes', enabled: 'enabled' },
    });
  },

  /** Rules that sleep in the boot file would wake up when its service is enabled: that is not ours to decide. */
  unfit: (now) => {
    const { bootFile } = parts(now);
    const text = textOfFile(bootFile).replace(/#.*$/gm, '');
    return now.flags['enabled'] !== 'enabled' && /\b(?:drop|reject)\b/.test(text)
      ? appError(
          'PRECONDITION_FAILED',
          `${bootFile.path} holds rules that are not active, and loading Bulwark's rules at boot would activate them.`,
          'Decide about these rules first: enable nftables.service, or remove them.',
          { hostState: 'unchanged' },
        )
      : undefined;
  },

  opens: (was) => was.live['table'] === '',

  diffs: (now, wanted) => [
    {
      subject: 'inbound rules (table inet bulwark)',
      before: now.live['table'] || '(no table)',
      after: wanted.live['table'] ?? '',
    },
    {
      subject: parts(now).bootFile.path,
      before: diffText(textOfFile(parts(now).bootFile)),
      after: diffText(textOfFile(parts(wanted).bootFile)),
    },
  ],

  words: (now) =>
    now.flags['enabled'] === 'enabled'
      ? []
      : ['nftables.service is enabled, so that the rules are loaded at boot.'],

  guard: (from) => ({
    revert: revertProgram,
    after: afterProgram,
    files: [
      { name: 'old.nft', text: loadTextOf(from) },
      { name: 'enabled', text: from.flags['enabled'] ?? '' },
      { name: 'folder', text: from.flags['folder'] ?? '' },
      { name: 'boot', text: parts(from).bootFile.path },
    ],
    // The boot file is the administrator's; the other one is Bulwark's alone, and rules that are not to be loaded go with it.
    save: [
      { path: parts(from).bootFile.path, edited: 'stays' },
      { path: parts(from).rules.path, edited: 'aside' },
    ],
  }),

  goLive: (host, _from, to, onlyWhile) => loadLive(host, loadTextOf(to), onlyWhile),
  makeLasting,

  async atBoot(now, context) {
    const listing = await bootListing(context, context.host, parts(now).bootFile.path);
    return listing.ok ? succeed({ table: listing.value }) : listing;
  },
};
