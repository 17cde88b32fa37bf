/** What stands in the operator's SSH configuration: what was recognised, what was left out and why. Adds what is ticked. */
import { useEffect, useState } from 'react';
import { notify } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { count, loginWords } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Button, Checkbox } from '../../ui/patternfly.ts';
import { SideDrawer } from '../../ui/side-drawer.tsx';
import type { HostDraft } from './host-draft.ts';
import { closeHostDrawer } from './host-drawer.tsx';

interface Found {
  readonly drafts: readonly HostDraft[];
  readonly ignored: readonly string[];
}

export function ImportDrawer() {
  const client = useClient();
  const hosts = useMain((state) => state.hosts);
  const read = useCall(client.hosts.readSshConfig);
  const add = useCall(client.hosts.add);
  const [found, setFound] = useState<Found>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { run } = read;
  useEffect(() => {
    void run({}).then((answer) => answer !== undefined && setFound(answer));
  }, [run]);
  const known = new Set(hosts.map((host) => `${host.host.address}:${host.host.port}`));
  const addChosen = async (): Promise<void> => {
    let added = 0;
    for (const draft of found?.drafts ?? []) {
      if (!chosen.has(draft.name)) continue;
      if ((await add.run({ draft })) === undefined) return;
      added += 1;
    }
    closeHostDrawer();
    notify('success', `${count(added, 'host')} added. Nothing was connected yet.`);
  };
  const toggle = (name: string, checked: boolean): void => {
    const next = new Set(chosen);
    if (checked) next.add(name);
    else next.delete(name);
    setChosen(next);
  };
  return (
    <SideDrawer
      title="Import from SSH configuration"
      description="Bulwark reads your own ~/.ssh/config and adds only what you tick."
      onClose={closeHostDrawer}
      footer={
        <>
          <Button
            variant="primary"
            isDisabled={chosen.size === 0 || add.pending}
            onClick={() => void addChosen()}
          >
            Add {count(chosen.size, 'host')}
          </Button>
          <Button variant="link" onClick={closeHostDrawer}>
            Cancel
          </Button>
        </>
      }
    >
      {(read.error ?? add.error) !== undefined && read.error !== undefined && (
        <ErrorPanel error={read.error} />
      )}
      {add.error !== undefined && <ErrorPanel error={add.error} />}
      {found === undefined && read.error === undefined && <p role="status">Reading…</p>}
      {found !== undefined && (
        <>
          <h3 className="drawer-heading">Recognised ({found.drafts.length})</h3>
          {found.drafts.length === 0 && <p className="muted">No host stands in it by name.</p>}
          <ul className="import-list">
            {found.drafts.map((draft) => {
              const already = known.has(`${draft.address}:${draft.port}`);
              return (
                <li key={draft.name}>
                  <Checkbox
                    id={`import-${draft.name}`}
                    label={draft.name}
                    description={`${draft.user}@${draft.address}:${draft.port} · ${loginWords[draft.login.method]}${already ? ' · already in this workspace' : ''}`}
                    isDisabled={already}
                    isChecked={chosen.has(draft.name)}
                    onChange={(_event, checked) => toggle(draft.name, checked)}
                  />
                </li>
              );
            })}
          </ul>
          {found.ignored.length > 0 && (
            <>
              <h3 className="drawer-heading">Left out ({found.ignored.length})</h3>
              <ul className="import-ignored">
                {found.ignored.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </SideDrawer>
  );
}
