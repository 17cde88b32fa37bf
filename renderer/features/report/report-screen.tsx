/** Step 8: sign and export what was found and done, and check any report. */
import { countFailures, countOutcomes, latestFindings } from '../../app/posture.ts';
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { count } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { OperationError } from '../../ui/operation-error.tsx';
import { OutcomeBar, OutcomeNumbers } from '../../ui/outcomes.tsx';
import { EmptyState, Page } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { ProveDrawing } from '../start/drawings.tsx';
import { Exported } from './exported.tsx';
import { Verification } from './verification.tsx';

function answerOf(workspace: boolean, exported: boolean, findings: number, changes: number): string {
  if (!workspace) return 'Check a report that somebody gave you';
  if (exported) return 'The report is signed and ready to hand over';
  if (findings === 0) return 'There is nothing to report yet';
  return `Ready to sign: ${count(findings, 'verdict')}, ${count(changes, 'change')}`;
}

export function ReportScreen() {
  const client = useClient();
  const workspace = useMain((state) => state.workspace);
  const report = useMain((state) => state.report);
  const verification = useMain((state) => state.verification);
  const hosts = useMain((state) => state.hosts);
  const vault = useMain((state) => state.vault.state);
  const operations = useMain((state) => state.operations);
  const exportNow = useCall(client.report.export);
  const verify = useCall(client.report.verify);
  const findings = latestFindings(hosts);
  const changes = hosts.reduce((sum, host) => sum + host.history.length, 0);
  const working = operations.some((work) => work.kind === 'report' && work.state === 'running');
  const error = exportNow.error ?? verify.error;
  const verifyButton = (
    <Button variant={workspace === null ? 'primary' : 'secondary'} onClick={() => void verify.run({})}>
      Verify a report
    </Button>
  );
  const counts = countOutcomes(findings);
  const failures = countFailures(findings);
  return (
    <Page
      title="Report"
      step={workspace === null ? undefined : 'Step 8 of 8'}
      answer={answerOf(workspace !== null, report !== null, findings.length, changes)}
      lead={
        report === null && workspace !== null && findings.length > 0 ? (
          <p>
            The report holds every finding before and after, every change with its difference, what was not
            evaluated and why, and how a stranger can verify it offline. It names secrets and never holds one.
          </p>
        ) : undefined
      }
      aside={
        report === null &&
        findings.length > 0 && (
          <div className="posture">
            <OutcomeBar counts={counts} failures={failures} label="Outcomes in the report" />
            <OutcomeNumbers counts={counts} failures={failures} />
          </div>
        )
      }
      action={
        <div className="button-row">
          {verifyButton}
          {workspace !== null &&
            (findings.length === 0 ? (
              <Button variant="primary" onClick={() => goTo('assess')}>
                Go to assessment
              </Button>
            ) : vault === 'unlocked' ? (
              <Button
                variant="primary"
                isDisabled={exportNow.pending || working}
                isLoading={working}
                onClick={() => void exportNow.run({})}
              >
                {report === null ? 'Sign and export' : 'Sign and export again'}
              </Button>
            ) : (
              <Button variant="primary" onClick={() => goTo('secrets')}>
                {vault === 'none' ? 'Create the vault first' : 'Unlock the vault first'}
              </Button>
            ))}
        </div>
      }
      blast={
        workspace === null
          ? 'Reads a file, offline. Nothing is changed.'
          : 'Writes files on this computer. Hosts are not touched.'
      }
    >
      {error !== undefined && <ErrorPanel error={error} />}
      <OperationError kinds={['report', 'verify-report']} />
      <Verification />
      {report === null && (workspace !== null || verification === null) && (
        <EmptyState
          drawing={<ProveDrawing />}
          title={workspace === null ? 'Verify a report' : 'Not exported yet'}
        >
          {workspace === null
            ? 'Bulwark checks the signature, every digest and the figures, offline, and says in plain sentences what holds.'
            : 'A PDF that a manager understands, the same as JSON, a signature and the certificate to check it with.'}
        </EmptyState>
      )}
      {report !== null && <Exported report={report} />}
    </Page>
  );
}
