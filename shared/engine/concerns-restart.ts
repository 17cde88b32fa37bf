/** Which steps of a plan a restart was for: only those are taken back when the service does not start with them. */
import type { Change } from '../domain/change.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import type { Step } from '../domain/plan.ts';

function below(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function inTree(path: string, install: EsInstall): boolean {
  return [install.home, install.pathConf, install.pathLogs, ...install.pathData].some((folder) =>
    below(path, folder),
  );
}

function pathsOf(change: Change): readonly string[] {
  if (change.kind === 'file-mode') {
    return change.entries.map((entry) => entry.path);
  }
  return 'path' in change ? [change.path] : [];
}

/**
 * Whether the unit reads what the step changed. `install` is that of the unit where one is known. A packet filter and an
 * account are no matter of a unit's start: a new account harms nothing, and its service may still be ending.
 */
export function concernsRestart(step: Step, restart: Step, unit: string, install?: EsInstall): boolean {
  const { change } = step;
  if (change.kind === 'firewall-ruleset' || change.kind === 'account') {
    return false;
  }
  if ('install' in change && change.install !== undefined) {
    return change.install.unit === unit || change.install.pathConf === install?.pathConf;
  }
  if ('unit' in change) {
    return change.unit === unit;
  }
  const paths = pathsOf(change);
  if (paths.some((path) => below(path, `/etc/systemd/system/${unit}.d`))) {
    return true;
  }
  if (install !== undefined && paths.some((path) => inTree(path, install))) {
    return true;
  }
  // Elsewhere the finding tells: it wanted this change and the restart for it.
  return step.controls.some((control) => restart.controls.includes(control));
}
