/** What needs a decision before the operator goes on: interrupted work, a changed key, a lost connection, a locked vault. */

import { useState } from 'react';
import type { HostState } from '../../shared/contract/state.ts';
import { useCall, useClient, useMain } from '../bridge/context.tsx';
import { Confirm } from '../features/apply/confirm.tsx';
import { OpensAgain } from '../features/undo/opens-again-note.tsx';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { Button } from '../ui/patternfly.ts';
import { dayAndTime } from '../ui/time.ts';
import { Banner } from './banner.tsx';
import { GuardBanner } from './guard-banner.tsx';
import { goTo, useUi } from './ui-store.ts';

type Interrupted = HostState['interrupted'][number];

/** What an operator needs to decide; a restart is an outage, so it is never done under another name. */
function explained({ at, undoing, restarts }: Interrupted, connected: boolean): string {
  const first = connected ? '' : 'Connect the host first; then ';
  const began = (words: string) => `It began ${dayAndTime(at)} ${words}`;
  if (restarts === undefined) {
    const can = `${first}Bulwark can look whether it took effect, or put the old state back.`;
    return `${began('and has no outcome.')} ${can}`;
  }
  const waits = began(`and ended before ${restarts} was restarted, so the service does not use yet`);
  return undoing
    ? `${waits} what was put back. ${first}Bulwark can restart it.`
    : `${waits} what was changed. ${first}Bulwark can restart it, or take the change back.`;
}

function InterruptedBanner({ host, work }: { readonly host: HostState; readonly work: Interrupted }) {
  const client = useClient();
  const recover = useCall(client.rollback.recover);
  const settle = (choice: 'verify' | 'revert'): void => {
    void recover.run({ hostId: host.host.id, planId: work.planId, stepId: work.stepId, choice });
  };
  const [asking, setAsking] = useState(false);
  const connected = host.connection === 'connected';
  const unit = work.restarts;
  return (
    <Banner
      tone="medium"
      actions={
        connected ? (
          <>
            <Button variant="secondary" isDisabled={recover.pending} onClick={() => settle('verify')}>
              {unit === undefined ? 'Look what happened' : 'Restart it now'}
            </Button>
            {(unit === undefined || !work.undoing) && (
              <Button variant="secondary" isDisabled={recover.pending} onClick={() => setAsking(true)}>
                Take it back
              </Button>
            )}
          </>
        ) : (
          <Button variant="secondary" onClick={() => goTo('hosts')}>
            Go to hosts
          </Button>
        )
      }
    >
      <p className="strong">
        {work.undoing ? 'Undoing' : 'Work'} on {host.host.name} was interrupted: {work.title}
      </p>
      <p>{explained(work, connected)}</p>
      {recover.error !== undefined && <ErrorPanel error={recover.error} onDismiss={recover.dismiss} />}
      {asking && (
        <Confirm
          title={`Take it back on ${host.host.name}`}
          action="Put back what was there"
          onConfirm={() => settle('revert')}
          onClose={() => setAsking(false)}
        >
          <p>
            {unit === undefined
              ? `Bulwark will put back what was there before: ${work.title}.`
              : `Bulwark will put back what was changed for ${unit} and restart it with what was there before.`}
          </p>
          <OpensAgain
            hostId={host.host.id}
            scope={{ type: 'step', planId: work.planId, stepId: work.stepId }}
          />
        </Confirm>
      )}
    </Banner>
  );
}

export function Banners() {
  const hosts = useMain((state) => state.hosts);
  const workspace = useMain((state) => state.workspace);
  const vault = useMain((state) => state.vault.state);
  const screen = useUi((ui) => ui.screen);
  if (workspace === null) return null;
  const interrupted = hosts.flatMap((host) => host.interrupted.map((work) => ({ host, work })));
  const changedKeys = hosts.filter((host) => host.key.state === 'changed');
  const lost = hosts.filter(
    (host) => host.connection === 'failed' && host.error?.code === 'SSH_CONNECTION_LOST',
  );
  const locked = vault === 'locked' && screen !== 'secrets';
  const guards = hosts.flatMap((host) =>
    host.guardsFound.map((guard) => ({ guard, hostName: host.host.name })),
  );
  if (guards.length + interrupted.length + changedKeys.length + lost.length === 0 && !locked) return null;
  return (
    <section className="banners" aria-label="Needs a decision">
      {changedKeys.map((host) => (
        <Banner
          key={host.host.id}
          tone="critical"
          actions={
            screen !== 'hosts' && (
              <Button variant="secondary" onClick={() => goTo('hosts')}>
                Go to hosts
              </Button>
            )
          }
        >
          <p className="strong">{host.host.name} shows a different host key than before</p>
          <p>
            Bulwark stopped before sending any credential. Find out why the key changed; if the host was set
            up anew, remove it here and add it again.
          </p>
        </Banner>
      ))}
      {guards.map(({ guard, hostName }) => (
        <GuardBanner key={`${hostName}/${guard.tag}`} guard={guard} hostName={hostName} />
      ))}
      {interrupted.map(({ host, work }) => (
        <InterruptedBanner key={`${host.host.id}/${work.stepId}`} host={host} work={work} />
      ))}
      {lost.map((host) => (
        <Banner
          key={host.host.id}
          tone="medium"
          actions={
            screen !== 'hosts' && (
              <Button variant="secondary" onClick={() => goTo('hosts')}>
                Go to hosts
              </Button>
            )
          }
        >
          <p className="strong">The connection to {host.host.name} is lost</p>
          <p>What was running there counts as unknown until Bulwark has looked again.</p>
        </Banner>
      ))}
      {locked && (
        <Banner
          tone="low"
          actions={
            <Button variant="secondary" onClick={() => goTo('secrets')}>
              Unlock the vault
            </Button>
          }
        >
          <p className="strong">The vault is locked</p>
          <p>Reading works without it. Applying and undoing need it, for what was kept from before.</p>
        </Banner>
      )}
    </section>
  );
}
