/**
 * Settings that a node reads at its start only: what it runs with counts, what its file says is what the next start takes. Both
 * have to be right; a file that was corrected has no effect yet.
 */
import type { Change } from '../domain/change.ts';
import type { Evidence } from '../domain/evidence.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import { settingValue } from '../text/yaml-settings.ts';
import type { Evaluation, Proposal } from './define-control.ts';
import { type AllSeen, evidence, failed, passed, undecided } from './judging.ts';
import { factsMissing, installOf, manual, noUnit } from './proposing.ts';

export interface StaticSetting {
  readonly key: string;
  /** What holds where it is not set, for the evidence. */
  readonly byDefault: string;
  /** Why this value is not right, as a sentence; undefined when it is. Undefined as value: not set. */
  readonly wrong: (value: string | undefined) => string | undefined;
  /** When both are right. */
  readonly right: string;
}

type Needed = AllSeen<'es-settings' | 'node-answers'>;

/** Fails on either; passes when the node told its own settings and both are right. */
export function judgeStatic(seen: Needed, setting: StaticSetting): Evaluation {
  const { key } = setting;
  const { settings } = seen['es-settings'].value;
  const answers = seen['node-answers'].value;
  const stated = settingValue(settings, key);
  const line = settings.findLast((one) => one.key === key)?.line;
  const { where } = seen['es-settings'];
  const running = answers.running?.[key];
  const shown = [
    evidence(
      { ...seen['es-settings'], where: line === undefined ? where : `${where}, line ${line}` },
      key,
      stated ?? `not set (default: ${setting.byDefault})`,
    ),
    evidence(
      seen['node-answers'],
      `${key}, as the node runs`,
      answers.running === undefined ? 'not told' : (running ?? `not set (default: ${setting.byDefault})`),
    ),
  ];
  const inFile = setting.wrong(stated);
  if (inFile !== undefined) return failed(inFile, ...shown);
  if (answers.running !== undefined) {
    const atWork = setting.wrong(running);
    return atWork === undefined
      ? passed(setting.right, ...shown)
      : failed(`${atWork} The node runs with another value than its file.`, ...shown);
  }
  return undecided(...notTold(answers.http === 'closed', key, shown));
}

function notTold(stopped: boolean, key: string, shown: readonly Evidence[]): [string, ...Evidence[]] {
  return [
    stopped
      ? `Elasticsearch does not run, so ${key} could not be seen at work. Start it, then assess again.`
      : `The node did not tell with which ${key} it runs. Give Bulwark a login for this node (cluster privilege monitor), then assess again.`,
    ...shown,
  ];
}

type YamlEdits = Extract<Change, { kind: 'yaml-setting' }>['edits'];

/** The file is corrected where it has to be, and the node restarts: it reads these settings at its start only. */
export function proposeStatic(
  facts: Facts,
  edits: YamlEdits,
  words: { readonly steps: readonly string[]; readonly disturbs: string },
): Proposal {
  const install = installOf(facts);
  const yml = knownValue(facts['es-settings']);
  if (!install || !yml) return factsMissing;
  if (install.unit === undefined) return noUnit('restart it');
  if (yml.symlink)
    return manual(
      `${yml.path} is a symbolic link; Bulwark only edits regular files. Nothing was changed.`,
      ...edits.map(byHand),
      'Restart the node.',
    );
  const given = knownValue(facts['es-process'])?.argumentsShown ?? [];
  const outranked = edits.find(({ key }) => given.some((one) => isFor(one, key)));
  if (outranked)
    return manual(
      `${outranked.key} is given on the command line of the node (-E), which outranks elasticsearch.yml.`,
      `Take -E${outranked.key}=… out of the command that starts the node.`,
      byHand(outranked),
      'Restart the node.',
    );
  const twice = edits.find(({ key }) => yml.duplicates.includes(key));
  if (twice)
    return manual(
      `${twice.key} is given more than once in ${yml.path}; which one is meant is for you to say.`,
      byHand(twice),
      'Restart the node.',
    );
  const open = edits.filter((edit) => {
    const now = settingValue(yml.settings, edit.key);
    return edit.op === 'remove'
      ? yml.settings.some(({ key }) => key === edit.key)
      : now !== String(edit.value);
  });
  return {
    type: 'changes',
    changes: [
      ...(open.length === 0
        ? []
        : [{ kind: 'yaml-setting' as const, path: yml.path, edits: open, expects: yml.digest }]),
      { kind: 'service-restart', unit: install.unit, install, rehearse: true },
    ],
    steps: [
      ...words.steps,
      'Bulwark will start the new configuration once beside the running node, then restart the service and wait until it answers.',
    ],
    disturbs: `${words.disturbs} The node restarts once: it is away for less than a minute in most cases.`,
    undo: 'Undo brings the settings of before back and restarts the node.',
  };
}

/** Elasticsearch takes `-Ekey=value`, and `-E key=value` as two arguments. */
function isFor(argument: string, key: string): boolean {
  return argument.replace(/^-E\s*/, '').startsWith(`${key}=`);
}

function byHand(edit: YamlEdits[number]): string {
  return edit.op === 'remove'
    ? `Take ${edit.key} out of elasticsearch.yml.`
    : `Set ${edit.key}: ${String(edit.value)} in elasticsearch.yml, once.`;
}
