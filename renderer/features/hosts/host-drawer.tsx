/** Add a host, or edit one. */
import { useState } from 'react';
import type { Host } from '../../../shared/domain/host.ts';
import { notify, useUi } from '../../app/ui-store.ts';
import { useCall, useClient } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Button } from '../../ui/patternfly.ts';
import { SideDrawer } from '../../ui/side-drawer.tsx';
import { openNodeLogin } from '../node-login/node-login-drawer.tsx';
import { draftOf, emptyFields, type FieldProblems, fieldProblems, fieldsOf } from './host-draft.ts';
import { HostForm } from './host-form.tsx';

export function closeHostDrawer(): void {
  useUi.setState({ hostDrawer: 'closed' });
}

function RemoveHost({ host }: { readonly host: Host }) {
  const client = useClient();
  const remove = useCall(client.hosts.remove);
  const [sure, setSure] = useState(false);
  const removeNow = async (): Promise<void> => {
    if ((await remove.run({ hostId: host.id })) !== undefined) {
      closeHostDrawer();
      notify('info', `${host.name} is no longer in this workspace. Nothing was changed on it.`);
    }
  };
  return (
    <div className="remove-host">
      {sure ? (
        <>
          <p>
            Remove {host.name} from the workspace? Nothing is changed on the host; what Bulwark did there can
            then no longer be undone from here.
          </p>
          <div className="button-row">
            <Button variant="secondary" onClick={() => setSure(false)}>
              Keep it
            </Button>
            <Button variant="danger" isDisabled={remove.pending} onClick={() => void removeNow()}>
              Remove {host.name}
            </Button>
          </div>
        </>
      ) : (
        <Button variant="link" isDanger isInline onClick={() => setSure(true)}>
          Remove from workspace
        </Button>
      )}
      {remove.error !== undefined && <ErrorPanel error={remove.error} />}
    </div>
  );
}

export function HostDrawer({ host }: { readonly host?: Host | undefined }) {
  const client = useClient();
  const add = useCall(client.hosts.add);
  const update = useCall(client.hosts.update);
  const [fields, setFields] = useState(() => (host === undefined ? emptyFields : fieldsOf(host)));
  const [problems, setProblems] = useState<FieldProblems>({});
  const save = async (): Promise<void> => {
    const found = fieldProblems(fields);
    setProblems(found);
    const draft = draftOf(fields);
    if (Object.keys(found).length > 0 || draft === undefined) return;
    const saved =
      host === undefined ? await add.run({ draft }) : await update.run({ hostId: host.id, draft });
    if (saved !== undefined) closeHostDrawer();
  };
  const error = add.error ?? update.error;
  return (
    <SideDrawer
      title={host === undefined ? 'Add a host' : `Edit ${host.name}`}
      description="Passwords are asked for when they are needed and are never part of the host."
      onClose={closeHostDrawer}
      footer={
        <>
          <Button variant="primary" isDisabled={add.pending || update.pending} onClick={() => void save()}>
            {host === undefined ? 'Add host' : 'Save host'}
          </Button>
          <Button variant="link" onClick={closeHostDrawer}>
            Cancel
          </Button>
        </>
      }
    >
      {error !== undefined && <ErrorPanel error={error} />}
      <HostForm fields={fields} problems={problems} onChange={setFields} />
      {host !== undefined && (
        <div className="host-node-login">
          <Button
            variant="link"
            isInline
            onClick={() => {
              closeHostDrawer();
              openNodeLogin(host.id);
            }}
          >
            Elasticsearch login…
          </Button>
        </div>
      )}
      {host !== undefined && <RemoveHost host={host} />}
    </SideDrawer>
  );
}
