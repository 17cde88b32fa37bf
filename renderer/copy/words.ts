/** The words of the vocabulary, in one place so that every screen says the same. */

import type { HostState } from '../../shared/contract/state.ts';
import type { Blast } from '../../shared/domain/change.ts';
import type { Area } from '../../shared/domain/control.ts';
import type { DeploymentType, Responsibility } from '../../shared/domain/deployment.ts';
import type { AppError } from '../../shared/domain/error.ts';
import type { Exposure, Remedy } from '../../shared/domain/finding.ts';
import type { Host } from '../../shared/domain/host.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import type { StepState } from '../../shared/domain/plan.ts';
import type { Severity } from '../../shared/domain/severity.ts';
import { roughly } from '../ui/time.ts';

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  pass: 'Pass',
  fail: 'Fail',
  unknown: 'Unknown',
  error: 'Error',
  'not-applicable': 'Not applicable',
};

export const severityWords: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  informational: 'Informational',
};

export const areaWords: Readonly<Record<Area, string>> = {
  os: 'Host',
  network: 'Network',
  auth: 'Identity',
  tls: 'TLS',
  keystore: 'Keystore',
  kibana: 'Kibana',
  audit: 'Audit',
  cluster: 'Cluster',
  fips: 'FIPS',
  clients: 'Clients',
  orchestrators: 'Orchestrators',
};

/** Short, for a chip. */
export const blastWords: Readonly<Record<Blast, string>> = {
  none: 'No interruption',
  reload: 'Reload',
  restart: 'Restart, away for a short time',
  rolling: 'Rolling restart',
  full: 'Full restart',
  access: 'May cut access, guarded',
};

/** On one host everything that restarts is its node: there is nothing to roll through. */
function onHosts(blast: Blast, hosts: number): Blast {
  return hosts === 1 && (blast === 'full' || blast === 'rolling') ? 'restart' : blast;
}

/** Short, for a chip about something on so many hosts. @param outageSeconds of one node, 0 where it is not known */
export function blastOn(blast: Blast, hosts: number, outageSeconds = 0): string {
  const here = onHosts(blast, hosts);
  return here === 'restart' && outageSeconds > 0
    ? `Restart, away for about ${roughly(outageSeconds)}`
    : blastWords[here];
}

/** Expected outage of the node by a fix, in seconds; 0 where it is not known. */
export function outageOf(remedy: Remedy): number {
  return remedy.type === 'changes' ? (remedy.outageSeconds ?? 0) : 0;
}

/** A sentence about something on so many hosts, for beside a button. */
export function blastSentence(blast: Blast, hosts: number): string {
  return blastSentences[onHosts(blast, hosts)];
}

const blastSentences: Readonly<Record<Blast, string>> = {
  none: 'Nothing is interrupted.',
  reload: 'Elasticsearch reloads a file; nothing is interrupted.',
  restart: 'Elasticsearch restarts on the host, so the node is away for a short time.',
  rolling: 'Nodes restart one after the other; the cluster stays up.',
  full: 'Elasticsearch stops and starts; nobody is served meanwhile.',
  access: 'Network access changes. The host puts the old rules back unless a new connection proves access.',
};

export const deploymentWords: Readonly<Record<DeploymentType, string>> = {
  'self-managed': 'Self-managed',
  ece: 'Elastic Cloud Enterprise',
  eck: 'Elastic Cloud on Kubernetes',
  'cloud-hosted': 'Elastic Cloud Hosted',
  serverless: 'Elastic Cloud Serverless',
};

export const deploymentShort: Readonly<Record<DeploymentType, string>> = {
  'self-managed': 'Self-managed',
  ece: 'ECE',
  eck: 'ECK',
  'cloud-hosted': 'Cloud Hosted',
  serverless: 'Serverless',
};

export const responsibilityWords: Readonly<Record<Responsibility, string>> = {
  managed: 'Managed by Elastic',
  configurable: 'Configurable',
  'self-managed': 'Yours',
  'not-available': 'Not available',
};

export const roleWords: Readonly<Record<Host['roles'][number], string>> = {
  elasticsearch: 'Elasticsearch',
  kibana: 'Kibana',
  logstash: 'Logstash',
  beats: 'Beats',
  ece: 'ECE',
};

export const loginWords: Readonly<Record<Host['login']['method'], string>> = {
  agent: 'SSH agent',
  'key-file': 'Key file',
  password: 'Password',
  'keyboard-interactive': 'Questions from the server',
};

/** With whom an assessment logs in to the node, a sentence for the operator. */
export const nodeLoginSentences: Readonly<Record<NonNullable<HostState['nodeLogin']>, string>> = {
  none: 'Bulwark has no login for this node. Without one that works, a refused password proves nothing, and some controls stay unknown.',
  bulwark: 'Bulwark logs in as elastic, with the password that it generated.',
  given: 'Bulwark logs in with the login that you gave.',
  reader: 'Bulwark logs in as bulwark_reader, which may only read.',
};

export const sudoWords: Readonly<Record<Host['sudo'], string>> = {
  none: 'Log in as root, no sudo',
  passwordless: 'sudo without password',
  password: 'sudo with password',
};

export const stepStateWords: Readonly<Record<StepState, string>> = {
  waiting: 'Waiting',
  rehearsing: 'Rehearsing',
  applying: 'Applying',
  verifying: 'Verifying',
  done: 'Done',
  'nothing-to-do': 'Nothing to do',
  undoing: 'Undoing',
  undone: 'Undone',
  failed: 'Failed',
  drifted: 'Changed by somebody else',
  skipped: 'Skipped',
};

export const exposureWords: Readonly<Record<Exposure['state'], string>> = {
  closed: 'Closed',
  filtered: 'Filtered',
  clear: 'Open, in clear text',
  tls: 'Open, with TLS',
  'open-silent': 'Open, says nothing',
  'not-probed': 'Not looked at',
};

export const hostStateSentences: Readonly<Record<NonNullable<AppError['hostState']>, string>> = {
  unchanged: 'Nothing was changed.',
  changed: 'The host was changed.',
  restored: 'The host is back in its earlier state.',
  unknown: 'What state the host is in is not known.',
};

/**
 * A step's sentence without its tense: "Bulwark will close the file." reads "Close the file." in a list that stays when
 * the future has become the past.
 */
export function asTask(sentence: string): string {
  const task = sentence.replace(/^Bulwark will /, '');
  return task.charAt(0).toUpperCase() + task.slice(1);
}

/** "1 host", "3 hosts". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and 3 more". */
export function names(all: readonly string[], most = 3): string {
  if (all.length <= 1) return all[0] ?? '';
  if (all.length <= most) return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
  return `${all.slice(0, most - 1).join(', ')} and ${all.length - most + 1} more`;
}
