/** The fixes of all controls together: an operator who adds every finding of an open node to the plan gets one that holds. */
import { expect, it } from 'vitest';
import { catalog } from '../../shared/controls/catalog.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import { arrangeHost } from '../../shared/engine/plan.ts';
import { factsOf, neverStarted, open } from '../support/facts.ts';

const choices = {
  serviceUser: 'elasticsearch',
  allowedSources: '10.1.0.1/32',
  transportSources: '',
  otherPorts: '',
};

function kindsOf(facts: Facts): readonly string[] {
  const requests = catalog.flatMap((control) => {
    if (control.evaluate(facts).outcome !== 'fail') return [];
    const proposal = control.propose(facts, choices);
    if (proposal.type !== 'changes') return [];
    return [
      {
        findingId: `h/${control.words.id}`,
        hostId: 'h',
        controlId: control.words.id,
        changes: proposal.changes,
      },
    ];
  });
  const arranged = arrangeHost(requests);
  if (!arranged.ok) throw new Error(arranged.error.message);
  return arranged.value.map((one) => one.change.kind);
}

it('all fixes of an open node are one plan without contradictions', () => {
  expect(kindsOf(factsOf(open))).toEqual([
    'account',
    'file-mode',
    'systemd-dropin',
    'keystore-entry',
    'yaml-setting',
    'es-auto-configuration',
    'es-authority-key',
    'firewall-ruleset',
  ]);
});

it('and of one that was never started', () => {
  expect(kindsOf(factsOf(neverStarted))).toEqual([
    'account',
    'file-mode',
    'systemd-dropin',
    'es-auto-configuration',
    'es-authority-key',
    'firewall-ruleset',
  ]);
});
