/** The fields of one host. */
import type { ReactNode } from 'react';
import { type Host, hostRoles } from '../../../shared/domain/host.ts';
import { useCall, useClient } from '../../bridge/context.tsx';
import { loginWords, roleWords, sudoWords } from '../../copy/words.ts';
import { Button, Checkbox, FormGroup, Radio, TextInput } from '../../ui/patternfly.ts';
import type { FieldProblems, HostFields } from './host-draft.ts';

const methods = Object.keys(loginWords) as Host['login']['method'][];
const sudos: readonly Host['sudo'][] = ['passwordless', 'password', 'none'];

type TextField = 'name' | 'address' | 'port' | 'user' | 'keyFile';

export function HostForm({
  fields,
  problems,
  onChange,
}: {
  readonly fields: HostFields;
  readonly problems: FieldProblems;
  readonly onChange: (fields: HostFields) => void;
}) {
  const client = useClient();
  const choose = useCall(client.hosts.chooseKeyFile);
  const chooseFile = async (): Promise<void> => {
    const chosen = await choose.run({});
    if (chosen?.path != null) onChange({ ...fields, keyFile: chosen.path });
  };

  function text(name: TextField, label: string, hint: ReactNode, placeholder = ''): ReactNode {
    const problem = problems[name];
    return (
      <FormGroup label={label} fieldId={`host-${name}`}>
        <TextInput
          id={`host-${name}`}
          value={fields[name]}
          placeholder={placeholder}
          spellCheck={false}
          validated={problem === undefined ? 'default' : 'error'}
          aria-describedby={`host-${name}-hint`}
          onChange={(_event, value) => onChange({ ...fields, [name]: value })}
        />
        <p className={problem === undefined ? 'hint' : 'hint hint-error'} id={`host-${name}-hint`}>
          {problem ?? hint}
        </p>
      </FormGroup>
    );
  }

  return (
    <div className="form-stack">
      {text('name', 'Name', 'What you call it; it stands on the report.', 'es-prod-1')}
      <div className="form-pair">
        {text('address', 'Address', 'DNS name or IP address.', '10.20.0.11')}
        {text('port', 'Port', 'SSH')}
      </div>
      {text('user', 'User', 'The user that Bulwark logs in as.', 'ops')}
      <fieldset className="choice-group">
        <legend>Login</legend>
        {methods.map((method) => (
          <Radio
            key={method}
            id={`login-${method}`}
            name="login"
            label={loginWords[method]}
            isChecked={fields.method === method}
            onChange={() => onChange({ ...fields, method })}
          />
        ))}
      </fieldset>
      {fields.method === 'key-file' && (
        <div className="form-with-button">
          {text(
            'keyFile',
            'Path of the key file',
            'A passphrase is asked for when it is needed.',
            '~/.ssh/id_ed25519',
          )}
          <Button variant="secondary" onClick={() => void chooseFile()}>
            Choose…
          </Button>
        </div>
      )}
      <fieldset className="choice-group">
        <legend>Rights on the host</legend>
        {sudos.map((sudo) => (
          <Radio
            key={sudo}
            id={`sudo-${sudo}`}
            name="sudo"
            label={sudoWords[sudo]}
            isChecked={fields.sudo === sudo}
            onChange={() => onChange({ ...fields, sudo })}
          />
        ))}
      </fieldset>
      <fieldset className="choice-group choice-group-row">
        <legend>What runs there</legend>
        {hostRoles.map((role) => (
          <Checkbox
            key={role}
            id={`role-${role}`}
            label={roleWords[role]}
            isChecked={fields.roles.includes(role)}
            onChange={(_event, checked) =>
              onChange({
                ...fields,
                roles: hostRoles.filter((one) => (one === role ? checked : fields.roles.includes(one))),
              })
            }
          />
        ))}
      </fieldset>
    </div>
  );
}
