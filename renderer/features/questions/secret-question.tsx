/** A password, passphrase or answer: typed here, sent once, and forgotten by the window at once. */
import { type SubmitEvent, useId, useState } from 'react';
import { useCall, useClient } from '../../bridge/context.tsx';
import { Button, FormGroup, TextInput } from '../../ui/patternfly.ts';
import { QuestionFrame } from './question-dialog.tsx';
import type { QuestionOf } from './questions.tsx';
import { useAnswer } from './use-answer.ts';

type SecretQ = QuestionOf<'secret'>;

const words: Readonly<Record<SecretQ['purpose'], { readonly title: string; readonly about: string }>> = {
  password: { title: 'Password', about: 'The password that you log in to the host with.' },
  passphrase: {
    title: 'Passphrase',
    about: 'The passphrase of your key file. It never leaves this computer.',
  },
  'sudo-password': {
    title: 'sudo password',
    about:
      'sudo on the host asks for it. It is sent on standard input, and only after sudo’s own prompt was seen.',
  },
  interactive: { title: 'Answer', about: 'The server asks this itself. The answer is sent to it as it is.' },
  'node-password': {
    title: 'Elasticsearch password',
    about:
      'Bulwark logs in with it once, through the SSH connection and only to a node that proves to be this host’s own.',
  },
};

const keeping = 'Kept in memory for this session, never written down.';
const keepingInVault = 'Kept in the vault of this workspace once the node has accepted it, nowhere else.';

export function SecretQuestion({ question }: { readonly question: SecretQ }) {
  const client = useClient();
  const send = useCall(client.question.answerSecret);
  const refuse = useAnswer(question.id);
  const [value, setValue] = useState('');
  const form = useId();
  const { title, about } = words[question.purpose];
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setValue('');
    await send.run({ questionId: question.id, value });
  };
  const label = question.purpose === 'interactive' ? question.prompt : title;
  return (
    <QuestionFrame
      title={`${title} for ${question.hostName}`}
      error={send.error ?? refuse.error}
      onClose={() => refuse.answer('cancel')}
      footer={
        <>
          <Button variant="primary" type="submit" form={form} isDisabled={send.pending}>
            Continue
          </Button>
          <Button variant="link" isDisabled={refuse.pending} onClick={() => refuse.answer('cancel')}>
            {question.purpose === 'node-password' ? 'Do not log in' : 'Do not connect'}
          </Button>
        </>
      }
    >
      <form id={form} className="form-stack" onSubmit={(event) => void submit(event)}>
        <p>{about}</p>
        {question.purpose !== 'interactive' && question.prompt !== '' && (
          <p className="small muted">{question.prompt}</p>
        )}
        {question.attempt > 1 && (
          <p className="hint hint-error" role="alert">
            That was not accepted. This is attempt {question.attempt}.
          </p>
        )}
        <FormGroup label={label} fieldId="secret-answer">
          <TextInput
            id="secret-answer"
            data-testid="secret-answer"
            data-first-focus=""
            type="password"
            autoComplete="off"
            value={value}
            onChange={(_event, text) => setValue(text)}
          />
          <p className="hint">{question.purpose === 'node-password' ? keepingInVault : keeping}</p>
        </FormGroup>
      </form>
    </QuestionFrame>
  );
}
