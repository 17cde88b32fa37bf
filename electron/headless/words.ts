/** Results as calm text. Nothing that comes from a host can move the terminal's cursor or change its colours. */

import { structuredPatch } from 'diff';
import { absenceOf } from '../../shared/domain/absence.ts';
import type { Diff } from '../../shared/domain/change.ts';
import type { AppError } from '../../shared/domain/error.ts';
import type { Choice, Finding, Scan } from '../../shared/domain/finding.ts';
import type { Host } from '../../shared/domain/host.ts';
import { type Outcome, outcomes } from '../../shared/domain/outcome.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { rollingSentences } from '../../shared/domain/rolling-order.ts';

const marks: Readonly<Record<Outcome, string>> = {
  pass: 'pass   ',
  fail: 'FAIL   ',
  unknown: 'unknown',
  error: 'error  ',
  'not-applicable': 'n/a    ',
};

/** Control characters out, line ends kept. */
export function plain(text: string): string {
  return text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    ' ',
  );
}

function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map((line) => `${by}${line}`)
    .join('\n');
}

export function countsOf(findings: readonly Finding[]): Readonly<Record<Outcome, number>> {
  const counts = { pass: 0, fail: 0, unknown: 0, error: 0, 'not-applicable': 0 };
  for (const finding of findings) counts[finding.outcome] += 1;
  return counts;
}

function findingText(finding: Finding): string {
  const evidence = finding.evidence.map(
    ({ what, value, where }) => `            ${what}: ${value.split('\n')[0] ?? ''} (${where})`,
  );
  return [
    `  ${marks[finding.outcome]} ${finding.title} [${finding.controlId}, ${finding.severity}]`,
    indent(finding.summary, '          '),
    ...evidence,
  ].join('\n');
}

export function scanText(host: Host, scan: Scan): string {
  const counts = countsOf(scan.findings);
  return plain(
    [
      `${host.name} (${host.user}@${host.address}:${host.port})`,
      `  ${scan.subject.operatingSystem}, Elasticsearch ${scan.subject.elasticsearch}, host key ${scan.subject.hostKey}`,
      ...scan.findings.map(findingText),
      ...scan.exposure.map(
        ({ from, address, port, state, answersStranger }) =>
          `  from ${from ?? 'outside'}: ${address}:${port} is ${state}; answers a stranger: ${answersStranger}`,
      ),
      `  ${outcomes.map((outcome) => `${counts[outcome]} ${outcome}`).join(', ')}`,
    ].join('\n'),
  );
}

/** Three lines around each difference, as `diff -u` shows them; what is new or goes away is shown whole, without a place. */
function diffLines({ subject, before, after }: Diff): readonly string[] {
  const absent = [absenceOf(before), absenceOf(after)] as const;
  const whole = absent.some((side) => side !== undefined);
  const lines = (text: string, side: string | undefined) =>
    side !== undefined ? '' : text.endsWith('\n') ? text : `${text}\n`;
  const { hunks } = structuredPatch('', '', lines(before, absent[0]), lines(after, absent[1]), '', '', {
    context: 3,
  });
  const note =
    absent[0] !== undefined
      ? `  (new${absent[0] === '' ? '' : `; before: ${absent[0]}`})`
      : absent[1] !== undefined
        ? `  (goes away${absent[1] === '' ? '' : `; afterwards: ${absent[1]}`})`
        : '';
  return [
    `    ${subject}${note}`,
    ...hunks.flatMap((hunk) => [
      ...(whole ? [] : [`      @@ line ${hunk.oldStart} @@`]),
      ...hunk.lines.filter((line) => !line.startsWith('\\')).map((line) => `      ${line}`),
    ]),
  ];
}

/** A choice as the option that makes it, with what may be given. */
function choiceLines({
  name,
  label,
  hint,
  type,
  suggested,
  optional = false,
  options = [],
  none,
}: Choice): readonly string[] {
  const usable = options.filter(({ unusable }) => unusable === '');
  const answers = {
    'cidr-list': 'ADDRESS[,ADDRESS…]',
    number: 'NUMBER',
    boolean: 'true|false',
    text: 'TEXT',
    'one-of': usable.map(({ value }) => value).join('|'),
  }[type];
  if (type === 'one-of' && usable.length === 0)
    return [`    ${label}: ${none === undefined ? 'there is none' : `${none.reason} ${none.nextStep}`}`];
  const given = suggested.trim().replaceAll(/\s*\n\s*/g, ',');
  const example = optional ? `without it: ${given}` : `for example ${name}=${given}`;
  // The window takes one entry per line, an option separates them by commas.
  const said = hint.replace('one per line', 'separated by commas');
  return [
    `    ${optional ? 'may be given' : 'give it'} with: --choice ${name}=${answers}${given === '' ? '' : `   (${example})`}`,
    ...indent([label, said].filter((text) => text !== '').join(': '), '      ').split('\n'),
  ];
}

/** On one host there is one node: nothing to roll through, and no cluster that stops. */
function disturbance(blast: Plan['steps'][number]['blast'], hosts: number): string {
  return hosts === 1 && (blast === 'rolling' || blast === 'full') ? 'restart' : blast;
}

/** @param nameOf how the operator calls a host; its id unless given */
export function planText(plan: Plan, nameOf: (hostId: string) => string = (hostId) => hostId): string {
  const hosts = new Set(plan.steps.map(({ hostId }) => hostId)).size;
  const steps = plan.steps.flatMap((step) => [
    `${step.id}  ${step.title}${step.nothingToDo ? '  (nothing to do)' : ''}`,
    ...step.words.map((word) => `    ${word}`),
    `    disturbs: ${disturbance(step.blast, hosts)}${step.outageSeconds > 0 ? `, about ${step.outageSeconds} s` : ''}${step.guarded ? ', guarded on the host' : ''}`,
    `    serves: ${step.controls.join(', ')}`,
    ...step.diffs.flatMap(diffLines),
  ]);
  const left = plan.leftOut.flatMap(({ findingId, reason, settledBy, choices = [] }) => [
    `${settledBy === undefined ? 'left out' : 'needs no step'}: ${findingId}: ${reason}`,
    ...choices.flatMap(choiceLines),
  ]);
  const order = rollingSentences(plan.steps, nameOf);
  return plain([...order, ...steps, ...left, `plan ${plan.id}`, `digest ${plan.digest}`].join('\n'));
}

export function errorText(error: AppError): string {
  const state =
    error.hostState === undefined
      ? ''
      : `\nThe host is ${error.hostState === 'unknown' ? 'in a state that is not known' : error.hostState}.`;
  const detail = error.detail === undefined || error.detail === '' ? '' : `\n${indent(error.detail, '  ')}`;
  return plain(`${error.message} (${error.code})${state}\n${error.nextStep}${detail}`);
}
