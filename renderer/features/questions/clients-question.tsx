/** Between the first and the second round of a new authority: who does not know it is refused from then on. */
import { names } from '../../copy/words.ts';
import type { QuestionOf } from './questions.tsx';
import { WorkQuestion } from './work-questions.tsx';

export function ClientsQuestion({ question }: { readonly question: QuestionOf<'clients-trust'> }) {
  const { file, hostNames, authority, fingerprint } = question;
  return (
    <WorkQuestion
      id={question.id}
      title="Do all clients and every Kibana trust both authorities?"
      choices={[
        { answer: 'cancel', words: 'Not yet: stop after round 1' },
        { answer: 'go-on', words: 'Yes, all of them: go on with round 2' },
      ]}
    >
      <div className="prose">
        <p>
          Round 1 is done: {names(hostNames)} trust both authorities, and still serve the certificates of
          before. In round 2 they get certificates of {authority}. Whoever does not know it is refused from
          then on.
        </p>
        <p>
          Give every client and every Kibana the file with both certificates
          {file === '' ? '' : `, ${file} on each of these hosts`}: it is also “Copy CA” on the screen of
          secrets. In Kibana it is elasticsearch.ssl.certificateAuthorities, and Kibana needs a restart for
          it.
        </p>
        <p>
          SHA-256 of the new authority: <span className="mono">{fingerprint}</span>
        </p>
        <p>Stopped here, everything works as before; planned again, it goes on with round 2.</p>
      </div>
    </WorkQuestion>
  );
}
