/** Fix now, add to the plan, copy the evidence; and the choices that a guided fix needs first. */
import { useState } from 'react';
import type { Finding } from '../../../shared/domain/finding.ts';
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { blastOn, outageOf } from '../../copy/words.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Button } from '../../ui/patternfly.ts';
import { openNodeLogin } from '../node-login/node-login-drawer.tsx';
import { choiceProblem, normalised, nothingToChoose } from './choices.ts';
import { ChoicesForm } from './choices-form.tsx';
import { UndoFix } from './undo-fix.tsx';
import { WaiverButton } from './waiver.tsx';

function evidenceText(finding: Finding): string {
  return [
    `${finding.title}: ${finding.outcome} on ${finding.hostId}`,
    finding.summary,
    ...finding.evidence.map(
      (piece) =>
        `${piece.what}: ${piece.value} (${piece.where}, ${piece.at})${piece.raw === undefined ? '' : `\n${piece.raw}`}`,
    ),
  ].join('\n\n');
}

/** A node that was secured by somebody else tells this to nobody else. */
const toldToALogin: ReadonlySet<string> = new Set([
  'builtin-passwords',
  'enrollment-disabled',
  'password-hashing',
  'seed-password-retired',
  'superuser-count',
  'role-least-privilege',
  'api-keys-expire',
]);

export function FindingActions({
  finding,
  primary,
}: {
  readonly finding: Finding;
  readonly primary: boolean;
}) {
  const client = useClient();
  const basket = useMain((state) => state.basket);
  const operations = useMain((state) => state.operations);
  const hosts = useMain((state) => state.hosts.length);
  const connected = useMain((state) =>
    state.hosts.some((host) => host.host.id === finding.hostId && host.connection === 'connected'),
  );
  const fixNow = useCall(client.plan.fixNow);
  const add = useCall(client.plan.add);
  const remove = useCall(client.plan.remove);
  const planned = basket.find((item) => item.findingId === finding.id);
  const [values, setValues] = useState<Readonly<Record<string, string>>>(planned?.choices ?? {});
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const { remedy } = finding;
  const choices = remedy.type === 'choices' || remedy.type === 'changes' ? (remedy.choices ?? []) : [];

  /** The choices as main wants them, or undefined when one has a problem; problems are then shown. */
  function checked(): Record<string, string> | undefined {
    const found: Record<string, string> = {};
    const made: Record<string, string> = {};
    for (const choice of choices) {
      const value = values[choice.name] ?? choice.suggested;
      const problem = choiceProblem(choice, value);
      if (problem !== '') found[choice.name] = problem;
      made[choice.name] = normalised(choice, value);
    }
    setProblems(found);
    const [first] = Object.keys(found);
    if (first === undefined) return made;
    document.getElementById(`choice-${first}`)?.focus();
    return undefined;
  }

  const startFix = async (): Promise<void> => {
    const made = checked();
    if (made === undefined) return;
    if ((await fixNow.run({ findingId: finding.id, choices: made })) !== undefined) goTo('apply');
  };
  const addToPlan = async (): Promise<void> => {
    const made = checked();
    if (made !== undefined) await add.run({ findingId: finding.id, choices: made });
  };

  const wantsLogin = finding.outcome === 'unknown' && toldToALogin.has(finding.controlId);
  const fixable = finding.outcome === 'fail' && (remedy.type === 'changes' || remedy.type === 'choices');
  const working = operations.some(
    (work) =>
      work.state === 'running' && (work.kind === 'plan' || work.kind === 'apply' || work.kind === 'rollback'),
  );
  const stuck = choices.some(nothingToChoose);
  const busy = fixNow.pending || add.pending || remove.pending;
  const error = fixNow.error ?? add.error ?? remove.error;
  return (
    <>
      {fixable && choices.length > 0 && (
        <ChoicesForm
          choices={choices}
          values={values}
          problems={problems}
          hostId={finding.hostId}
          onChange={(name, value) => {
            setValues({ ...values, [name]: value });
            setProblems({ ...problems, [name]: '' });
          }}
        />
      )}
      <footer className="finding-actions">
        {error !== undefined && <ErrorPanel error={error} />}
        <div className="button-row">
          {fixable && (
            <>
              <Button
                variant={primary ? 'primary' : 'secondary'}
                data-key="f"
                isDisabled={busy || working || stuck || !connected}
                onClick={() => void startFix()}
              >
                Fix now
              </Button>
              {planned === undefined ? (
                <Button
                  variant="secondary"
                  data-key="p"
                  isDisabled={busy || stuck}
                  onClick={() => void addToPlan()}
                >
                  Add to plan
                </Button>
              ) : (
                <Button
                  variant="secondary"
                  data-key="p"
                  isDisabled={busy}
                  onClick={() => void remove.run({ findingId: finding.id })}
                >
                  Take out of the plan
                </Button>
              )}
            </>
          )}
          {wantsLogin && (
            <Button variant="secondary" onClick={() => openNodeLogin(finding.hostId)}>
              Give Bulwark a login…
            </Button>
          )}
          <UndoFix finding={finding} />
          <WaiverButton finding={finding} />
          <CopyButton text={evidenceText(finding)} label="Copy evidence" quiet={false} />
        </div>
        {fixable && (
          <p className="small muted">
            {!connected
              ? 'Connect the host to fix this.'
              : stuck
                ? 'This can be fixed once there is something to choose.'
                : working
                  ? 'Another plan is being worked on.'
                  : `${blastOn(remedy.blast, hosts, outageOf(remedy))}. Every difference is shown before anything is changed.`}
          </p>
        )}
      </footer>
    </>
  );
}
