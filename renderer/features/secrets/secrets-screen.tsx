/** Step 5: where secrets are kept, what will be made, who gets which certificate. */
import type { AppState } from '../../../shared/contract/state.ts';
import type { Finding } from '../../../shared/domain/finding.ts';
import type { Plan } from '../../../shared/domain/plan.ts';
import { latestFindings } from '../../app/posture.ts';
import { goTo } from '../../app/ui-store.ts';
import { useMain } from '../../bridge/context.tsx';
import { count } from '../../copy/words.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { Button, Caption, Table, Tbody, Td, Th, Thead, Tr } from '../../ui/patternfly.ts';
import { AdministratorPanel } from './administrator-panel.tsx';
import { BroughtPanel } from './brought-panel.tsx';
import { SecretTable } from './secret-table.tsx';
import { VaultPanel } from './vault-panel.tsx';

interface Wish {
  readonly name: string;
  readonly length: number | undefined;
  readonly host: string;
}

/** Passwords that the plan would still generate: not those of steps that are behind it. */
export function plannedSecrets(
  plan: Plan | null,
  nameOf: ReadonlyMap<string, string>,
  progress: AppState['steps'] = [],
): readonly Wish[] {
  const behind = new Set(
    progress.filter(({ state }) => state === 'done' || state === 'nothing-to-do').map(({ stepId }) => stepId),
  );
  const ahead = (plan?.steps ?? []).filter((step) => !step.nothingToDo && !behind.has(step.id));
  return ahead.flatMap(({ change, hostId }): readonly Wish[] => {
    const host = nameOf.get(hostId) ?? hostId;
    switch (change.kind) {
      case 'es-password':
        // Of a cluster it is one password, whose proofs on the other hosts generate nothing.
        if (change.cluster !== undefined && change.cluster.setOn !== hostId) return [];
        return change.users.map((user) => ({ name: `Password of ${user.name}`, length: user.length, host }));
      case 'es-auto-configuration':
        return [{ name: 'Password of elastic', length: undefined, host }];
      case 'es-own-certificates':
        return [
          { name: 'Password of elastic', length: undefined, host },
          { name: 'Key of the node’s certificate', length: undefined, host },
        ];
      case 'encrypted-volume-migration':
        return [{ name: `Passphrase of the volume of ${change.path}`, length: undefined, host }];
      case 'keystore-entry':
        return change.set.flatMap((entry) =>
          entry.value.from === 'generate' ? [{ name: entry.name, length: entry.value.length, host }] : [],
        );
      case 'kibana-setting':
        return change.keystore.set.flatMap((entry) =>
          entry.value.from === 'generate' ? [{ name: entry.name, length: entry.value.length, host }] : [],
        );
      case 'es-authority-key':
      case 'certificate-install':
      case 'authority-trust':
      case 'es-enrollment':
      case 'es-api-setting':
      case 'es-file-users':
      case 'file-content':
      case 'yaml-setting':
      case 'file-mode':
      case 'account':
      case 'systemd-dropin':
      case 'service-restart':
      case 'firewall-ruleset':
      case 'sysctl':
      case 'swap':
        return [];
    }
  });
}

function answerOf(state: 'none' | 'locked' | 'unlocked', held: number): string {
  if (state === 'none') return 'Choose a passphrase for the vault';
  if (state === 'locked') return 'The vault is locked';
  return held === 0 ? 'The vault is ready and empty' : `The vault holds ${count(held, 'secret')}`;
}

/** What Elasticsearch's own auto-configuration issues, as its documentation states and as real nodes did. */
const certificates = [
  { what: 'HTTP certificate', names: 'host name, localhost, every address of the host', years: '2 years' },
  { what: 'HTTP certificate authority', names: 'made on this host, for this host', years: '3 years' },
  { what: 'Transport certificate', names: 'host name', years: '99 years' },
] as const;

/** What is made for the host: by Elasticsearch itself, or by the operator's authority where the fix asks for names. */
function certificatesOf(
  findings: readonly Finding[],
): readonly Readonly<Record<'what' | 'names' | 'years', string>>[] {
  const names = findings
    .flatMap(({ remedy }) => (remedy.type === 'changes' ? (remedy.choices ?? []) : []))
    .find((choice) => choice.name === 'certificateNames');
  return names === undefined
    ? certificates
    : [
        { what: 'Certificate of the node', names: names.suggested.split(' ').join(', '), years: '2 years' },
        {
          what: 'Your certificate authority',
          names: 'one for all nodes; its key stays in the vault',
          years: '10 years',
        },
      ];
}

function Certificates() {
  const hosts = useMain((state) => state.hosts);
  const findings = latestFindings(hosts);
  const without = hosts.filter((host) =>
    findings.some(
      (finding) =>
        finding.hostId === host.host.id &&
        finding.outcome === 'fail' &&
        (finding.controlId === 'http-tls' || finding.controlId === 'transport-tls'),
    ),
  );
  if (without.length === 0) {
    return (
      <p className="muted">
        {findings.length === 0
          ? 'After an assessment this says which hosts need certificates.'
          : 'No assessed host is without TLS, so no certificate needs to be made.'}
      </p>
    );
  }
  return (
    <>
      <p className="prose">
        An empty node makes its own authority and certificates when security is set up; Bulwark checks the
        result and keeps the authority’s certificate for you. A node with data gets a key and a certificate
        from your own authority, for the names that you choose with the finding.
      </p>
      <Table role="table" variant="compact" gridBreakPoint="">
        <Caption className="sr-only">Certificates that will be made</Caption>
        <Thead>
          <Tr>
            <Th scope="col">Host</Th>
            <Th scope="col">Certificate</Th>
            <Th scope="col">Names</Th>
            <Th scope="col">Lifetime</Th>
          </Tr>
        </Thead>
        <Tbody>
          {without.flatMap((host) =>
            certificatesOf(findings.filter((finding) => finding.hostId === host.host.id)).map(
              (certificate, index, all) => (
                <Tr key={`${host.host.id} ${certificate.what}`}>
                  {index === 0 && (
                    <Th scope="rowgroup" rowSpan={all.length}>
                      {host.host.name}
                      <span className="small muted block mono">{host.host.address}</span>
                    </Th>
                  )}
                  <Td>{certificate.what}</Td>
                  <Td>{certificate.names}</Td>
                  <Td>{certificate.years}</Td>
                </Tr>
              ),
            ),
          )}
        </Tbody>
      </Table>
    </>
  );
}

export function SecretsScreen() {
  const vault = useMain((state) => state.vault);
  const plan = useMain((state) => state.plan);
  const basket = useMain((state) => state.basket);
  const steps = useMain((state) => state.steps);
  const hosts = useMain((state) => state.hosts);
  const nameOf = new Map(hosts.map((host) => [host.host.id, host.host.name]));
  const wishes = plannedSecrets(plan, nameOf, steps);

  const open = vault.state === 'unlocked';
  const next = plan !== null || basket.length > 0 ? 'apply' : 'review';
  return (
    <Page
      title="Secrets"
      step="Step 5 of 8"
      answer={answerOf(vault.state, vault.secrets.length)}
      lead={
        <p>
          Secrets are generated here, go to a host on standard input only, and are never shown by accident.
        </p>
      }
      action={
        open && (
          <Button variant="primary" onClick={() => goTo(next)}>
            {next === 'apply' ? 'Continue to apply' : 'Go to review'}
          </Button>
        )
      }
      blast={open ? 'Nothing is touched yet.' : undefined}
    >
      <VaultPanel />
      {open && (
        <Panel id="held" title="In the vault">
          <SecretTable />
        </Panel>
      )}
      <div className="columns">
        <Panel id="policy" title="Password policy">
          <p>
            Made by the operating system’s random source from letters, digits and the signs - _ . ~, beginning
            with a letter: safe in YAML, in a shell and in a connection string. Look-alikes such as 0 and O
            are left out.
          </p>
          <p
            className="password-shape mono"
            role="img"
            aria-label="Shape of a password: 24 letters, digits and signs"
          >
            <span>Xx9-xX</span>
            <span>9xX.xx</span>
            <span>xX9_Xx</span>
            <span>x9X~xX</span>
          </p>
          <p className="small muted">This shows the shape only. It is not a password.</p>
          {wishes.length > 0 && (
            <>
              <h3 className="drawer-heading">The plan will make</h3>
              <ul className="wishes">
                {wishes.map((wish) => (
                  <li key={`${wish.host} ${wish.name}`}>
                    {wish.name} on {wish.host}
                    {wish.length !== undefined && <span className="muted">, {wish.length} characters</span>}
                  </li>
                ))}
              </ul>
            </>
          )}
        </Panel>
        <Panel id="copy" title="Your copy">
          <p>
            The vault file lies in the workspace’s folder on this computer. Back that folder up: with the file
            and the passphrase everything can be read again on another computer.
          </p>
          <p>A secret is shown once, in a window of its own. A copied one leaves the clipboard by itself.</p>
        </Panel>
      </div>
      <AdministratorPanel />
      <Panel id="certificates" title="Certificates">
        <Certificates />
      </Panel>
      {open && hosts.length > 0 && <BroughtPanel />}
    </Page>
  );
}
