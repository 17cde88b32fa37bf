/** Theme, the guard's time, and what this is. */
import { type SubmitEvent, useState } from 'react';
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Button, FormGroup, Radio, TextInput } from '../../ui/patternfly.ts';

const themes = [
  { theme: 'system', label: 'Follow the system' },
  { theme: 'light', label: 'Light' },
  { theme: 'dark', label: 'Dark' },
] as const;

const links = [
  { link: 'vendor-security', label: 'Elastic: secure your cluster' },
  { link: 'vendor-auto-configuration', label: 'Elastic: automatic security set-up' },
  { link: 'vendor-manual-security', label: 'Elastic: set up security by hand' },
  { link: 'verify-guide', label: 'How a report is verified' },
] as const;

function GuardTime() {
  const client = useClient();
  const seconds = useMain((state) => state.app.guardSeconds);
  const save = useCall(client.app.setGuardSeconds);
  const [text, setText] = useState(String(seconds));
  const [problem, setProblem] = useState('');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const wanted = Number(text);
    const wrong = !Number.isInteger(wanted) || wanted < 15 || wanted > 900;
    setProblem(wrong ? 'Enter 15 to 900 seconds.' : '');
    if (!wrong) await save.run({ seconds: wanted });
  };
  return (
    <form className="form-stack narrow" onSubmit={(event) => void submit(event)}>
      <p>
        Before network access changes, the host itself is told to put the old rules back after this time,
        unless Bulwark proves by a new connection that access still works.
      </p>
      <FormGroup label="Seconds until the host puts the old rules back" fieldId="guard-seconds">
        <TextInput
          id="guard-seconds"
          inputMode="numeric"
          value={text}
          validated={problem === '' ? 'default' : 'error'}
          aria-describedby="guard-hint"
          onChange={(_event, value) => setText(value)}
        />
        <p className={problem === '' ? 'hint' : 'hint hint-error'} id="guard-hint">
          {problem === '' ? '15 to 900. The default of 60 suits a connection over the internet.' : problem}
        </p>
      </FormGroup>
      {save.error !== undefined && <ErrorPanel error={save.error} />}
      <Button variant="secondary" type="submit" isDisabled={save.pending}>
        Save the guard time
      </Button>
    </form>
  );
}

const lockTimes = [5, 15, 30, 60, 120] as const;

function AutoLock() {
  const client = useClient();
  const minutes = useMain((state) => state.app.autoLockMinutes);
  const save = useCall(client.app.setAutoLock);
  const offered = lockTimes.some((one) => one === minutes) ? lockTimes : [...lockTimes, minutes];
  return (
    <>
      <fieldset className="choice-group">
        <legend>An open vault locks itself when unused for</legend>
        {offered.map((time) => (
          <Radio
            key={time}
            id={`auto-lock-${time}`}
            name="auto-lock"
            label={`${time} minutes`}
            isChecked={minutes === time}
            onChange={() => void save.run({ minutes: time })}
          />
        ))}
      </fieldset>
      <p className="small muted">Work that needs the vault is never locked out midway.</p>
      {save.error !== undefined && <ErrorPanel error={save.error} />}
    </>
  );
}

export function SettingsScreen() {
  const client = useClient();
  const app = useMain((state) => state.app);
  const workspace = useMain((state) => state.workspace);
  const close = useCall(client.workspace.close);
  const closeNow = async (): Promise<void> => {
    if ((await close.run({})) !== undefined) goTo('start');
  };
  return (
    <Page title="Settings" answer="How Bulwark behaves on this computer">
      <div className="columns">
        <Panel id="theme" title="Appearance">
          <fieldset className="choice-group">
            <legend>Theme</legend>
            {themes.map(({ theme, label }) => (
              <Radio
                key={theme}
                id={`theme-${theme}`}
                name="theme"
                label={label}
                isChecked={app.theme === theme}
                onChange={() => void client.app.setTheme({ theme })}
              />
            ))}
          </fieldset>
        </Panel>
        <Panel id="guard" title="Guard">
          <GuardTime key={app.guardSeconds} />
        </Panel>
        <Panel id="auto-lock" title="Vault">
          <AutoLock />
        </Panel>
        {workspace !== null && (
          <Panel id="workspace" title="Workspace">
            <dl className="facts">
              <div>
                <dt>Name</dt>
                <dd>{workspace.name}</dd>
              </div>
              <div>
                <dt>Operator</dt>
                <dd>{workspace.operator}</dd>
              </div>
            </dl>
            <p className="small muted">
              Closing locks the vault and disconnects every host. Nothing is lost.
            </p>
            {close.error !== undefined && <ErrorPanel error={close.error} />}
            <Button variant="secondary" isDisabled={close.pending} onClick={() => void closeNow()}>
              Close the workspace
            </Button>
          </Panel>
        )}
        <Panel id="about" title="About">
          <p>
            Bulwark {app.version}
            {app.developmentRuntime && ', running on a development runtime that is never part of a release'}
          </p>
          <ul className="links">
            {links.map(({ link, label }) => (
              <li key={link}>
                <button
                  type="button"
                  className="text-button"
                  onClick={() => void client.app.openLink({ link })}
                >
                  {label}
                </button>
              </li>
            ))}
          </ul>
          <p className="small muted">
            Links open in your browser. Bulwark itself talks to your hosts and to nobody else.
          </p>
        </Panel>
      </div>
    </Page>
  );
}
