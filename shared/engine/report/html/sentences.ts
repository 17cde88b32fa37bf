/** What a manager needs, in three sentences and a headline. Nothing is said that the figures do not say. */
import type { Report } from '../../../domain/report.ts';
import { severities } from '../../../domain/severity.ts';
import { figuresOf, totalOf } from '../figures.ts';
import { count, listed, time } from './words.ts';

export function headline(report: Report): string {
  const figures = figuresOf(report);
  const failing = severities.reduce((sum, severity) => sum + figures.open[severity], 0);
  if (figures.hostsAssessedAgain === 0) {
    return `${count(failing, 'check')} failed; the hosts were not assessed again after that`;
  }
  if (failing === 0 && figures.undecided === 0) return 'No check fails now, and none is undecided';
  if (failing === 0)
    return `No check fails now; ${count(figures.undecided, 'check is', 'checks are')} undecided`;
  const open = severities.filter((severity) => figures.open[severity] > 0);
  const still = count(failing, 'check still fails', 'checks still fail');
  return open.length === 1
    ? `${still}, of ${open.join('')} severity`
    : `${still}: ${open.map((severity) => `${figures.open[severity]} ${severity}`).join(', ')}`;
}

export function managerSentences(report: Report): readonly string[] {
  const figures = figuresOf(report);
  const names = report.hosts.length === 1 ? ` (${(report.hosts[0]?.name ?? '').slice(0, 80)})` : '';
  const times = report.hosts.map((host) => host.before.at).toSorted();
  const looked = `On ${time(times[0] ?? report.createdAt)}, ${count(figures.hosts, 'host')}${names} ${figures.hosts === 1 ? 'was' : 'were'} checked: ${figures.before.fail} of ${count(totalOf(figures.before), 'check')} failed.`;
  return [looked, changed(report), undecided(report)];
}

function changed(report: Report): string {
  const figures = figuresOf(report);
  const all = figures.changesStanding + figures.changesUndone + figures.changesUnsettled;
  if (all === 0) return 'Nothing was changed on any host.';
  const parts = [`${count(figures.changesStanding, 'change stands', 'changes stand')}`];
  if (figures.changesUndone > 0)
    parts.push(`${figures.changesUndone} ${figures.changesUndone === 1 ? 'was' : 'were'} undone`);
  if (figures.changesUnsettled > 0)
    parts.push(`${figures.changesUnsettled} failed or ended without a known outcome`);
  const effect =
    figures.hostsAssessedAgain === 0
      ? 'what they brought about was not assessed'
      : `${count(figures.mended, 'check')} that failed before ${figures.mended === 1 ? 'passes' : 'pass'} now`;
  return `Of ${count(all, 'change')} begun, ${listed(parts, 3)}; ${effect}.`;
}

function undecided(report: Report): string {
  const figures = figuresOf(report);
  const rest =
    figures.undecided === 0
      ? 'Every check that applies was decided'
      : `${count(figures.undecided, 'check')} could not be decided and ${figures.undecided === 1 ? 'counts' : 'count'} neither as passed nor as failed`;
  return `${rest}; what lies outside these checks was not looked at.`;
}
