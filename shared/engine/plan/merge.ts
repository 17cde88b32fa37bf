/** Changes of many findings on one host become one list: merged where they belong together, refused where they contradict. */
import type { Change, ChangeOf } from '../../domain/change.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { canonicalJson } from '../canonical-json.ts';
import { Conflict, mergeNamed, union } from './conflict.ts';
import { withFinalKeystoreModes } from './keystore-mode.ts';
import { withRotation } from './passwords.ts';
import { mergeServiceSettings, sharedFile } from './service-settings.ts';

/** One finding's wish. */
export interface PlanRequest {
  readonly findingId: string;
  readonly hostId: string;
  readonly controlId: string;
  readonly changes: readonly Change[];
}

/** A change with everybody who asked for it. */
export interface Wanted {
  readonly change: Change;
  readonly controls: readonly string[];
  readonly findings: readonly string[];
}

/** What a change is about: two changes with the same subject are merged or contradict each other. */
function subjectOf(change: Change): string {
  switch (change.kind) {
    case 'file-content':
      return `content of ${change.path}`;
    case 'yaml-setting':
      return `settings in ${change.path}`;
    case 'file-mode':
      return 'owners and modes';
    case 'account':
      return `account ${change.user}`;
    case 'systemd-dropin':
      return `drop-in ${change.unit}.d/${change.name}`;
    case 'service-restart':
      return `restart of ${change.unit}`;
    case 'firewall-ruleset':
      return 'firewall rules';
    case 'sysctl':
      return 'kernel parameters';
    case 'swap':
      return 'swap';
    case 'keystore-entry':
      return `keystore in ${change.install.pathConf}`;
    case 'es-password':
      return `passwords of the node in ${change.install.pathConf}`;
    case 'es-file-users':
      return `users of the file realm in ${change.install.pathConf}`;
    case 'es-auto-configuration':
      return `auto-configuration of ${change.install.pathConf}`;
    case 'es-enrollment':
      return `enrollment of ${change.install.pathConf}`;
    case 'es-own-certificates':
      return `securing of ${change.install.pathConf}`;
    case 'es-authority-key':
      return `authority’s key in ${change.store}`;
    case 'certificate-install':
      return `certificate in ${change.files.form === 'pem' ? change.files.key.path : change.files.store.path}`;
    case 'authority-trust':
      return `trust in authorities of ${change.install.pathConf}, round ${change.rollOver.round}`;
    case 'es-api-setting':
      return `cluster settings of the node in ${change.install.pathConf}`;
    case 'kibana-setting':
      return `Kibana settings in ${change.pathConf}`;
    case 'encrypted-volume-migration':
      return `storage of ${change.path}`;
  }
}

type FileModeEntry = ChangeOf<'file-mode'>['entries'][number];

function mergeEntries(left: FileModeEntry, right: FileModeEntry): FileModeEntry | undefined {
  const clash = (a: unknown, b: unknown) => a !== undefined && b !== undefined && a !== b;
  const below = { ...left.below, ...right.below };
  if (
    clash(left.owner, right.owner) ||
    clash(left.group, right.group) ||
    clash(left.mode, right.mode) ||
    clash(left.below?.owner, right.below?.owner) ||
    clash(left.below?.group, right.below?.group) ||
    clash(left.below?.fileMode, right.below?.fileMode) ||
    clash(left.below?.directoryMode, right.below?.directoryMode)
  ) {
    return undefined;
  }
  return { ...left, ...right, ...(Object.keys(below).length === 0 ? {} : { below }) };
}

function mergePair(left: Change, right: Change, conflict: (about: string) => Conflict): Change {
  if (left.kind === 'yaml-setting' && right.kind === 'yaml-setting') {
    if (left.expects !== right.expects) {
      throw conflict(`${left.path}, planned on different versions of it`);
    }
    const edits = mergeNamed(
      left.edits,
      right.edits,
      (edit) => edit.key,
      (key) => conflict(`the setting ${key} in ${left.path}`),
    );
    return { ...left, edits };
  }
  if (left.kind === 'file-mode' && right.kind === 'file-mode') {
    const named = (path: string) => conflict(`owner or mode of ${path}`);
    return {
      ...left,
      entries: mergeNamed(left.entries, right.entries, (entry) => entry.path, named, mergeEntries),
    };
  }
  if (left.kind === 'service-restart' && right.kind === 'service-restart') {
    const install = left.install ?? right.install;
    return {
      ...left,
      rehearse: left.rehearse || right.rehearse,
      ...(install === undefined ? {} : { install }),
    };
  }
  if (
    left.kind === 'firewall-ruleset' &&
    right.kind === 'firewall-ruleset' &&
    left.sshPort === right.sshPort
  ) {
    const byPort = new Map(left.allow.map((rule) => [rule.port, rule]));
    for (const rule of right.allow) {
      const there = byPort.get(rule.port);
      if (
        there !== undefined &&
        canonicalJson([...there.from].sort()) !== canonicalJson([...rule.from].sort())
      ) {
        throw conflict(`who may reach port ${rule.port}`);
      }
      byPort.set(rule.port, there ?? rule);
    }
    return {
      ...left,
      allow: [...byPort.values()].sort((a, b) => a.port - b.port),
      operatorSources: [...union(left.operatorSources, right.operatorSources)],
      guardSeconds: Math.max(left.guardSeconds, right.guardSeconds),
    };
  }
  if (left.kind === 'sysctl' && right.kind === 'sysctl') {
    const named = (key: string) => conflict(`the kernel parameter ${key}`);
    const settings = mergeNamed(left.settings, right.settings, (setting) => setting.key, named);
    const seconds = Math.max(left.guardSeconds ?? 0, right.guardSeconds ?? 0);
    return { ...left, settings, ...(seconds === 0 ? {} : { guardSeconds: seconds }) };
  }
  if (left.kind === 'keystore-entry' && right.kind === 'keystore-entry') {
    const set = mergeNamed(
      left.set,
      right.set,
      (entry) => entry.name,
      (name) => conflict(`the keystore entry ${name}`),
    );
    const remove = [...union(left.remove, right.remove)];
    const both = set.find((entry) => remove.includes(entry.name));
    if (both !== undefined) {
      throw conflict(`the keystore entry ${both.name}`);
    }
    return { ...left, set, remove, ensure: left.ensure || right.ensure };
  }
  if (left.kind === 'es-password' && right.kind === 'es-password') {
    const named = (name: string) => conflict(`the password of ${name}`);
    // Set for a cluster by one step and for a host by another, it would be set twice.
    if (canonicalJson(left.cluster ?? null) !== canonicalJson(right.cluster ?? null)) {
      throw named(left.users.map(({ name }) => name).join(', '));
    }
    const users = mergeNamed(
      withRotation(left.users, right.users),
      withRotation(right.users, left.users),
      (user) => user.name,
      named,
    );
    return { ...left, users };
  }
  if (
    left.kind === 'es-auto-configuration' &&
    right.kind === 'es-auto-configuration' &&
    left.elasticPasswordRef === right.elasticPasswordRef &&
    left.httpCaRef === right.httpCaRef
  ) {
    const { endEnrollment, listensForNodes, ...both } = left;
    return {
      ...both,
      // Whoever wants it to stay on has a node or a Kibana to come; switching it off later is a finding of its own.
      ...(endEnrollment === true && right.endEnrollment === true ? { endEnrollment } : {}),
      ...(listensForNodes === true || right.listensForNodes === true ? { listensForNodes: true } : {}),
      removeSettings: [...union(left.removeSettings, right.removeSettings)],
      setAsideData: left.setAsideData || right.setAsideData,
    };
  }
  if (left.kind === 'es-file-users' && right.kind === 'es-file-users') {
    return { ...left, remove: [...union(left.remove, right.remove)] };
  }
  const settings = mergeServiceSettings(left, right, conflict);
  if (settings !== undefined) {
    return settings;
  }
  throw conflict(subjectOf(left));
}

/** Contradictions between changes of different kinds. */
function checkAcross(wanted: readonly Wanted[]): void {
  for (const left of wanted) {
    for (const right of wanted) {
      const one = left.change;
      const other = right.change;
      if (
        one !== other &&
        one.kind === 'encrypted-volume-migration' &&
        other.kind === 'encrypted-volume-migration' &&
        one.device === other.device
      ) {
        throw new Conflict(`the device ${one.device}`, left.controls, right.controls);
      }
      if (one.kind === 'file-content' && other.kind === 'yaml-setting' && one.path === other.path) {
        throw new Conflict(`the content of ${one.path}`, left.controls, right.controls);
      }
      const both = left === right ? undefined : sharedFile(one, other);
      if (both !== undefined) {
        throw new Conflict(`the content of ${both}`, left.controls, right.controls);
      }
      if (
        one.kind === 'es-auto-configuration' &&
        other.kind === 'es-enrollment' &&
        one.install.pathConf === other.install.pathConf
      ) {
        throw new Conflict('the cluster that the node belongs to', left.controls, right.controls);
      }
      if (
        (one.kind === 'es-auto-configuration' || one.kind === 'es-enrollment') &&
        other.kind === 'yaml-setting' &&
        other.path === `${one.install.pathConf}/elasticsearch.yml`
      ) {
        const key = other.edits.find(
          (edit) => edit.op === 'set' && one.removeSettings.includes(edit.key),
        )?.key;
        if (key !== undefined) {
          throw new Conflict(`the setting ${key}`, left.controls, right.controls);
        }
      }
    }
  }
}

/** Merges the wishes for one host. Errors: PLAN_CONFLICT, naming the subject and both parties. */
export function mergeWishes(requests: readonly PlanRequest[]): Result<readonly Wanted[]> {
  const merged = new Map<string, Wanted>();
  try {
    for (const request of requests) {
      for (const change of request.changes) {
        const subject = subjectOf(change);
        const there = merged.get(subject);
        const parties = { controls: [request.controlId], findings: [request.findingId] };
        if (there === undefined) {
          merged.set(subject, { change: normalise(change), ...parties });
          continue;
        }
        const conflict = (about: string) => new Conflict(about, there.controls, [request.controlId]);
        const same = canonicalJson(there.change) === canonicalJson(change);
        merged.set(subject, {
          change: same ? there.change : mergePair(there.change, change, conflict),
          controls: union(there.controls, parties.controls),
          findings: union(there.findings, parties.findings),
        });
      }
    }
    const all = withFinalKeystoreModes([...merged.values()]);
    checkAcross(all);
    return succeed(all);
  } catch (error) {
    if (!(error instanceof Conflict)) {
      throw error;
    }
    const [left, right] = [error.left.join(', '), error.right.join(', ')];
    return fail(
      appError(
        'PLAN_CONFLICT',
        left === right
          ? `The fix for ${left} contradicts itself about ${error.about}.`
          : `The fixes for ${left} and for ${right} contradict each other about ${error.about}.`,
        'Plan one of them, apply it, assess again, then decide about the other.',
        { hostState: 'unchanged' },
      ),
    );
  }
}

/** Entries that name the same path within one change are merged as well. */
function normalise(change: Change): Change {
  if (change.kind !== 'file-mode') {
    return change;
  }
  const empty: ChangeOf<'file-mode'> = { kind: 'file-mode', entries: [] };
  return mergePair(empty, change, (about) => new Conflict(about, [], []));
}
