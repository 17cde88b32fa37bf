/** What stands in the operator's SSH configuration or in an inventory: what was recognised, what was left out and why. Adds what is ticked. */
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
  readonly fileName?: string | null;
}

export type ImportSource = 'ssh-config' | 'inventory';

const words: Readonly<
  Record<ImportSource, { readonly title: string; readonly description: string; readonly none: string }>
> = {
  'ssh-config': {
    title: 'Import from SSH configuration',
    description: 'Bulwark reads your own ~/.ssh/config and adds only what you tick.',
    none: 'No host stands in it by name.',
  },
  inventory: {
    title: 'Import an inventory',
    description: 'An Ansible inventory (INI or YAML), or a CSV file whose first line names the columns.',
    none: 'No host was recognised in it.',
  },
};

export function ImportDrawer({ source }: { readonly source: ImportSource }) {
  const client = useClient();
  const hosts = useMain((state) => state.hosts);
  const read = useCall<Record<string, never>, Found>(
    source === 'ssh-config' ? client.hosts.readSshConfig : client.hosts.readInventory,
  );
  const add = useCall(client.hosts.add);
  const [found, setFound] = useState<Found>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { run } = read;
  useEffect(() => {
    void run({}).then((answer) => {
      if (answer?.fileName === null) closeHostDrawer();
      else if (answer !== undefined) setFound(answer);
    });
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
  const free = (found?.drafts ?? []).filter((draft) => !known.has(`${draft.address}:${draft.port}`));
  const toggle = (name: string, checked: boolean): void => {
    const next = new Set(chosen);
    if (checked) next.add(name);
    else next.delete(name);
    setChosen(next);
  };
  return (
    <SideDrawer
      title={words[source].title}
      description={
        found?.fileName == null
          ? words[source].description
          : `From ${found.fileName}. Bulwark adds only what you tick.`
      }
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
          {found.drafts.length === 0 && <p className="muted">{words[source].none}</p>}
          {free.length > 1 && (
            <Checkbox
              id="import-all"
              label={`All ${free.length} that are not in this workspace`}
              isChecked={free.every((draft) => chosen.has(draft.name))}
              onChange={(_event, checked) =>
                setChosen(new Set(checked ? free.map((draft) => draft.name) : []))
              }
            />
          )}
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
