/** Certificates that an authority outside of Bulwark signs: the request goes out as a file, the certificate comes in as text. */
import { type SubmitEvent, useState } from 'react';
import { notify } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Panel } from '../../ui/page.tsx';
import { Button, Checkbox, FormGroup, TextArea, TextInput } from '../../ui/patternfly.ts';
import { SideDrawer } from '../../ui/side-drawer.tsx';

type Task = 'request' | 'take';
interface Opened {
  readonly task: Task;
  readonly hostId: string;
  readonly name: string;
}

export function BroughtPanel() {
  const hosts = useMain((state) => state.hosts);
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  return (
    <Panel id="brought" title="Signed by your own authority">
      <p className="prose">
        An authority whose key never comes here signs a request for each node. The key of the node is made for
        it and stays in the vault. Save the request, let it be signed, and bring what comes back, also days
        later; then choose “Your own authority” with the finding.
      </p>
      <ul className="wishes">
        {hosts.map(({ host: { id: hostId, name } }) => (
          <li key={hostId}>
            {name}{' '}
            <Button variant="link" isInline onClick={() => setOpened({ task: 'request', hostId, name })}>
              Request for {name}
            </Button>{' '}
            <Button variant="link" isInline onClick={() => setOpened({ task: 'take', hostId, name })}>
              Certificate of {name}
            </Button>
          </li>
        ))}
      </ul>
      {opened?.task === 'request' && <RequestDrawer {...opened} onClose={close} />}
      {opened?.task === 'take' && <TakeDrawer {...opened} onClose={close} />}
    </Panel>
  );
}

interface DrawerProps {
  readonly hostId: string;
  readonly name: string;
  readonly onClose: () => void;
}

function RequestDrawer({ hostId, name, onClose }: DrawerProps) {
  const request = useCall(useClient().certificates.request);
  const [names, setNames] = useState('');
  const [anew, setAnew] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const made = await request.run({ hostId, names, anew });
    if (made === undefined || made.path === null) return;
    notify('success', `The request for ${made.names.join(', ')} lies in ${made.path}.`);
    onClose();
  };
  return (
    <SideDrawer
      title={`Request for ${name}`}
      description="Makes a key for this node, keeps it in the vault, and writes the request for its certificate to a file. Let it be signed for server and client authentication."
      onClose={onClose}
      footer={
        <Button variant="primary" type="submit" form="brought-task" isLoading={request.pending}>
          Choose where to write it
        </Button>
      }
    >
      <form id="brought-task" className="form-stack" onSubmit={(event) => void submit(event)}>
        <FormGroup label="Names and addresses of the node" fieldId="request-names">
          <TextInput
            id="request-names"
            value={names}
            aria-describedby="request-names-hint"
            onChange={(_event, value) => setNames(value)}
          />
          <p className="hint" id="request-names-hint">
            Leave it empty for those of the request that is out, else for all that the last assessment knows.
          </p>
        </FormGroup>
        <Checkbox
          id="request-anew"
          label="Make a new key"
          description="A certificate for the earlier request fits no longer then."
          isChecked={anew}
          onChange={(_event, on) => setAnew(on)}
        />
        {request.error !== undefined && <ErrorPanel error={request.error} />}
      </form>
    </SideDrawer>
  );
}

function TakeDrawer({ hostId, name, onClose }: DrawerProps) {
  const take = useCall(useClient().certificates.take);
  const [certificate, setCertificate] = useState('');
  const [authority, setAuthority] = useState('');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const taken = await take.run({ hostId, certificate, authority });
    if (taken === undefined) return;
    notify(
      'success',
      `${taken.subject}, issued by ${taken.issuer}, is kept until ${taken.notAfter.slice(0, 10)}.`,
    );
    onClose();
  };
  return (
    <SideDrawer
      title={`Certificate of ${name}`}
      description="Key, names, authority, dates and usages are checked before anything is kept. No host is touched."
      onClose={onClose}
      footer={
        <Button
          variant="primary"
          type="submit"
          form="brought-task"
          isDisabled={certificate.trim() === '' || authority.trim() === '' || take.pending}
          isLoading={take.pending}
        >
          Check and keep
        </Button>
      }
    >
      <form id="brought-task" className="form-stack" onSubmit={(event) => void submit(event)}>
        <FormGroup label="Certificate, with the intermediate ones" fieldId="brought-certificate">
          <TextArea
            id="brought-certificate"
            className="mono"
            rows={8}
            value={certificate}
            onChange={(_event, value) => setCertificate(value)}
          />
        </FormGroup>
        <FormGroup label="Certificate of the authority" fieldId="brought-authority">
          <TextArea
            id="brought-authority"
            className="mono"
            rows={8}
            value={authority}
            onChange={(_event, value) => setAuthority(value)}
          />
          <p className="hint">Text that begins with -----BEGIN CERTIFICATE-----. Never a private key.</p>
        </FormGroup>
        {take.error !== undefined && <ErrorPanel error={take.error} />}
      </form>
    </SideDrawer>
  );
}
