/** A person's own administrator in a cluster, so that `elastic` can rest: made here, shown by the table above, removed here. */
import { type SubmitEvent, useState } from 'react';
import { personalRoleSchema, personalUserSchema } from '../../../shared/domain/personal-user.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Panel } from '../../ui/page.tsx';
import { Button, Checkbox, FormGroup, TextInput } from '../../ui/patternfly.ts';

/** Those that the vault knows, by the host through which they were made. */
function madeOnes(refs: readonly string[]): readonly { readonly hostId: string; readonly user: string }[] {
  return refs.flatMap((ref) => {
    const [, hostId, user] = /^es\/([^/]+)\/admin\/([^/]+)$/.exec(ref) ?? [];
    return hostId === undefined || user === undefined ? [] : [{ hostId, user }];
  });
}

export function AdministratorPanel() {
  const client = useClient();
  const hosts = useMain((state) => state.hosts);
  const vault = useMain((state) => state.vault);
  const create = useCall(client.hosts.createAdministrator);
  const remove = useCall(client.hosts.removeAdministrator);
  const able = hosts.filter(({ nodeLogin }) => nodeLogin !== undefined && nodeLogin !== 'none');
  const [wish, setWish] = useState({ hostId: '', user: '', role: 'superuser', own: false });
  const [problem, setProblem] = useState('');
  const made = madeOnes(vault.secrets.map(({ ref }) => ref));
  const nameOf = (id: string) => hosts.find(({ host }) => host.id === id)?.host.name ?? id;
  if (vault.state !== 'unlocked' || (able.length === 0 && made.length === 0)) return null;
  const hostId = able.some(({ host }) => host.id === wish.hostId) ? wish.hostId : (able[0]?.host.id ?? '');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const user = personalUserSchema.safeParse(wish.user.trim());
    const role = personalRoleSchema.safeParse(wish.role.trim());
    setProblem(
      !user.success
        ? 'The name has letters, digits, dots, dashes, underscores and at signs, and is none that Elasticsearch reserves.'
        : !role.success
          ? 'Say which role, for example superuser.'
          : '',
    );
    if (!user.success || !role.success) return;
    const password = wish.own ? 'ask' : 'generate';
    await create.run({ hostId, user: user.data, role: role.data, password });
  };
  const error = create.error ?? remove.error;
  return (
    <Panel title="Personal administrator" id="personal-administrator">
      <p className="prose">
        A user of your own in the cluster, so that elastic can rest: Bulwark logs in as it from then on, on
        every host of the cluster, and keeps the password of elastic for taking the securing back. Whatever
        else logs in as elastic needs a login of its own first.
      </p>
      {made.map(({ hostId: through, user }) => (
        <p key={`${through} ${user}`}>
          <span className="mono">{user}</span>, made through {nameOf(through)}.{' '}
          <Button
            variant="link"
            isInline
            isDisabled={remove.pending}
            onClick={() => void remove.run({ hostId: through, user })}
          >
            Remove {user}
          </Button>
        </p>
      ))}
      {able.length > 0 && (
        <form className="form-stack narrow" onSubmit={(event) => void submit(event)}>
          <FormGroup label="Through which host" fieldId="administrator-host">
            <select
              id="administrator-host"
              value={hostId}
              onChange={(event) => setWish({ ...wish, hostId: event.target.value })}
            >
              {able.map(({ host }) => (
                <option key={host.id} value={host.id}>
                  {host.name}
                </option>
              ))}
            </select>
          </FormGroup>
          <FormGroup label="Name of the user" fieldId="administrator-user">
            <TextInput
              id="administrator-user"
              value={wish.user}
              spellCheck={false}
              autoComplete="off"
              onChange={(_event, user) => setWish({ ...wish, user })}
            />
          </FormGroup>
          <FormGroup label="Role" fieldId="administrator-role">
            <TextInput
              id="administrator-role"
              value={wish.role}
              spellCheck={false}
              autoComplete="off"
              onChange={(_event, role) => setWish({ ...wish, role })}
            />
          </FormGroup>
          <Checkbox
            id="administrator-own"
            label="I choose the password; otherwise Bulwark generates it"
            isChecked={wish.own}
            onChange={(_event, own) => setWish({ ...wish, own })}
          />
          {problem !== '' && (
            <p className="hint hint-error" role="alert">
              {problem}
            </p>
          )}
          {error !== undefined && <ErrorPanel error={error} />}
          <Button variant="secondary" type="submit" isDisabled={create.pending}>
            Create the administrator
          </Button>
        </form>
      )}
    </Panel>
  );
}
