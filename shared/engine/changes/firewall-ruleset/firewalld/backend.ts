/**
 * firewalld: rich rules in every zone that is in use, at runtime first, and for good in the zones' files only after the proof.
 * They are never brought to life by a reload, which would drop what others set at runtime only.
 */
import { appError } from '../../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../../domain/result.ts';
import type { ChangeContext } from '../../../change-kind.ts';
import { diffText } from '../../single-file.ts';
import type { Backend } from '../backend.ts';
import { putFiles } from '../lasting.ts';
import { notAnAddress } from '../sources.ts';
import { type FirewallState, readStateFile, readStateFiles, textOfFile, withText } from '../state.ts';
import { loadLive, loadProgram, loadTexts, look, readZone } from './host.ts';
import { clearProgram, richRules, withZoneRules } from './rules.ts';

function pathOf(zone: string): string {
  return `/etc/firewalld/zones/${zone}.xml`;
}

function zonesOf(state: FirewallState): readonly string[] {
  return Object.keys(state.live).sort();
}

async function read(context: ChangeContext): Promise<Result<FirewallState>> {
  const live = await look(context);
  if (!live.ok) {
    return live;
  }
  const files = await readStateFiles(context, Object.keys(live.value).sort().map(pathOf));
  return files.ok ? succeed({ live: live.value, files: files.value, flags: {} }) : files;
}

/** The zone as it is now: its own file, else the one that came with firewalld. */
async function zoneText(context: ChangeContext, zone: string, now: FirewallState): Promise<Result<string>> {
  const own = now.files.find((file) => file.path === pathOf(zone));
  if (own?.was === 'file') {
    return succeed(textOfFile(own));
  }
  const shipped = await readStateFile(context, `/usr/lib/firewalld/zones/${zone}.xml`);
  return shipped.ok ? succeed(textOfFile(shipped.value)) : shipped;
}

export const firewalld: Backend = {
  name: 'firewalld',
  read,

  async wanted(change, now, context) {
    const rules = richRules(change);
    if (rules === undefined) {
      return fail(notAnAddress);
    }
    const files: FirewallState['files'] = [];
    for (const zone of zonesOf(now)) {
      const old = await zoneText(context, zone, now);
      if (!old.ok) {
        return old;
      }
      const text = withZoneRules(old.value, change);
      const listed = text === undefined ? succeed('') : await readZone(context, zone, text);
      if (!listed.ok) {
        return listed;
      }
      const file = now.files.find((one) => one.path === pathOf(zone));
      if (text === undefined || file === undefined || listed.value !== rules) {
        return fail(
          appError(
            'PRECONDITION_FAILED',
            `firewalld does not read the rules for the zone ${zone} as they are meant.`,
            `Look at ${pathOf(zone)} and the version of firewalld; set the rules by hand if they are right.`,
            { hostState: 'unchanged' },
          ),
        );
      }
      files.push(withText(file, text, '0644'));
    }
    const live = Object.fromEntries(zonesOf(now).map((zone) => [zone, rules]));
    return succeed({ live, files, flags: now.flags });
  },

  unfit: () => undefined,
  // The rules of the zone that come back may be stricter than Bulwark's for somebody.
  opens: () => false,

  diffs: (now, wanted) => [
    ...zonesOf(wanted).map((zone) => ({
      subject: `rich rules of the zone ${zone}`,
      before: now.live[zone] ?? '',
      after: wanted.live[zone] ?? '',
    })),
    ...wanted.files.map((file, index) => ({
      subject: file.path,
      before: diffText(now.files[index]?.was === 'file' ? textOfFile(now.files[index]) : undefined),
      after: diffText(textOfFile(file)),
    })),
  ],

  words: (now) => [
    `Zones in use: ${zonesOf(now).join(', ')}. Chosen sources come ahead of a zone's own rules, which stay.`,
  ],

  guard: (from) => {
    const { zones, rules } = loadTexts(from.live);
    return {
      revert: loadProgram,
      files: [
        { name: 'zones', text: zones },
        { name: 'rules', text: rules },
      ],
      save: from.files.map(({ path }) => ({ path, edited: 'cleared' })),
      clear: clearProgram,
    };
  },

  goLive: (host, _from, to, onlyWhile) => loadLive(host, loadTexts(to.live), onlyWhile),
  makeLasting: (host, context, from, to, onlyWhile) => putFiles(host, context, from, to.files, onlyWhile),

  async atBoot(now, context) {
    const live: Record<string, string> = {};
    for (const zone of zonesOf(now)) {
      const listed = await readZone(context, zone);
      if (!listed.ok) {
        return listed;
      }
      live[zone] = listed.value;
    }
    return succeed(live);
  },
};
