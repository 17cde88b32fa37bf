/**
 * ufw: rules among those of the administrator, in the files that ufw itself keeps (ufw-framework(8)), so that `ufw status`
 * shows them. They are loaded into ufw's own chain first, and written only after the proof.
 */
import { appError } from '../../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../../domain/result.ts';
import type { ChangeContext } from '../../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../../host-script.ts';
import { diffText } from '../../single-file.ts';
import type { Backend } from '../backend.ts';
import { putFiles } from '../lasting.ts';
import { type Both, checkFiles, listLive, loadRules, tryRules } from '../netfilter.ts';
import { notAnAddress } from '../sources.ts';
import { type FirewallState, readStateFiles, textOfFile, withText } from '../state.ts';
import { chainText, clearProgram, inboundPart, ufwRules, withUfwRules } from './rules.ts';

const paths = ['/etc/ufw/user.rules', '/etc/ufw/user6.rules'] as const;
const pattern = '^-A ufw6?-user-input ';

const settingsScript = `${prelude}
grep -qiE '^IPV6=["'"'"']*yes' /etc/default/ufw 2>/dev/null && echo ipv6=yes
exit 0
`;

function refused(message: string, nextStep: string) {
  return appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' });
}

async function read(context: ChangeContext): Promise<Result<FirewallState>> {
  const settings = await runChecked(
    context.host,
    { name: 'firewall-ufw', script: settingsScript, privileged: true, deadlineSeconds: 20 },
    { doing: 'read the settings of ufw' },
    context.signal,
  );
  if (!settings.ok) {
    return settings;
  }
  const live = await listLive(context, pattern);
  if (!live.ok) {
    return live;
  }
  const files = await readStateFiles(context, paths);
  if (!files.ok) {
    return files;
  }
  if (files.value[0]?.was !== 'file') {
    return fail(
      refused(
        'This ufw does not keep its rules in /etc/ufw/user.rules.',
        'Bulwark knows ufw 0.35 and newer. Set the rules by hand with ufw.',
      ),
    );
  }
  const ipv6 = textOf(settings.value).includes('ipv6=yes') ? 'yes' : 'no';
  return succeed({ live: { ...live.value }, files: files.value, flags: { ipv6 } });
}

function withIpv6(state: FirewallState): boolean {
  return state.flags['ipv6'] === 'yes';
}

function rulesIn(listing: string | undefined): readonly string[] {
  return (listing ?? '').split('\n').filter((line) => line !== '');
}

/** What puts these live rules in place, for iptables-restore without flushing. */
function loadTexts(state: FirewallState): Both {
  return {
    v4: chainText(rulesIn(state.live['v4']), 4),
    v6: withIpv6(state) ? chainText(rulesIn(state.live['v6']), 6) : '*filter\nCOMMIT\n',
  };
}

async function atBoot(now: FirewallState, context: ChangeContext): Promise<Result<FirewallState['live']>> {
  const [four, six] = now.files;
  const v6 = withIpv6(now) ? inboundPart(textOfFile(six), 6) : '*filter\nCOMMIT\n';
  return tryRules(context, { v4: inboundPart(textOfFile(four), 4), v6 }, pattern);
}

const loadProgram = `iptables-restore --noflush --test < "$1/v4" && ip6tables-restore --noflush --test < "$1/v6" &&
iptables-restore --noflush < "$1/v4" && ip6tables-restore --noflush < "$1/v6"
`;

const notOfUfw = refused(
  'The rule files of ufw are not as ufw writes them.',
  'Look at /etc/ufw/user.rules and user6.rules; let ufw write them anew, then try again.',
);

export const ufw: Backend = {
  name: 'ufw',
  read,

  async wanted(change, now, context) {
    const four = ufwRules(change, 4);
    const six = ufwRules(change, 6);
    const [file4, file6] = now.files;
    if (four === undefined || six === undefined || file4 === undefined || file6 === undefined) {
      return fail(notAnAddress);
    }
    const saved = await atBoot(now, context);
    if (!saved.ok) {
      return saved;
    }
    const text4 = withUfwRules(textOfFile(file4), four);
    const text6 = withIpv6(now) ? withUfwRules(textOfFile(file6), six) : textOfFile(file6);
    if (text4 === undefined || text6 === undefined) {
      return fail(notOfUfw);
    }
    const whole6 = withIpv6(now) ? text6 : '*filter\nCOMMIT\n';
    const checked = await checkFiles(context, { v4: text4, v6: whole6 }, '--noflush');
    if (!checked.ok) {
      return checked;
    }
    const files = [withText(file4, text4, '0640'), withIpv6(now) ? withText(file6, text6, '0640') : file6];
    const live = await atBoot({ ...now, files }, context);
    if (!live.ok) {
      return live;
    }
    const known = [saved.value, live.value].map((one) => JSON.stringify(one));
    return known.includes(JSON.stringify({ v4: now.live['v4'], v6: now.live['v6'] }))
      ? succeed({ live: live.value, files, flags: now.flags })
      : fail(
          refused(
            'The live rules of ufw are not those of its files, so that somebody else’s rules would be lost.',
            'Compare `ufw show raw` with /etc/ufw/user.rules; bring them together (ufw reload), then try again.',
          ),
        );
  },

  unfit: () => undefined,
  // The administrator's rules that come back may be stricter than Bulwark's for somebody.
  opens: () => false,

  diffs: (now, wanted) => [
    ...(['v4', 'v6'] as const).map((family) => ({
      subject: `inbound rules (ufw, ${family === 'v4' ? 'IPv4' : 'IPv6'})`,
      before: now.live[family] ?? '',
      after: wanted.live[family] ?? '',
    })),
    ...wanted.files.map((file, index) => ({
      subject: file.path,
      before: diffText(textOfFile(now.files[index])),
      after: diffText(textOfFile(file)),
    })),
  ],

  words: (now) => [
    'Bans at the top of the rules of ufw stay ahead of the new ones; its other rules come after them.',
    ...(withIpv6(now) ? [] : ['ufw is set to IPV6=no: it closes IPv6 altogether, and that stays so.']),
  ],

  guard: (from) => {
    const texts = loadTexts(from);
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

  goLive: (host, _from, to, onlyWhile) => loadRules(host, loadProgram, loadTexts(to), onlyWhile),
  makeLasting: (host, context, from, to, onlyWhile) => putFiles(host, context, from, to.files, onlyWhile),
  atBoot,
};
