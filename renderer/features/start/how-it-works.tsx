/** What Bulwark will do, in three steps; what it never does; what to have at hand. Below whatever the start offers. */
import { Glyph } from '../../ui/marks.tsx';
import { Panel } from '../../ui/page.tsx';
import { ChangeDrawing, LookDrawing, ProveDrawing } from './drawings.tsx';

const steps = [
  {
    Drawing: LookDrawing,
    title: 'It looks first',
    words: 'Bulwark reads your hosts over SSH and changes nothing while it looks.',
  },
  {
    Drawing: ChangeDrawing,
    title: 'Every change has a way back',
    words: 'You see each change before it is made. What was there is kept, and comes back with one press.',
  },
  {
    Drawing: ProveDrawing,
    title: 'The result can be proven',
    words: 'A signed report shows before and after, and a stranger can check it offline.',
  },
] as const;

const never = [
  ['Lock you out', 'The host puts its old firewall rules back unless a new login proves access.'],
  ['Delete your data by itself', 'What stands in the way is set aside, kept and named.'],
  ['Show a secret by accident', 'Secrets lie encrypted in your vault and travel on standard input.'],
  ['Say “pass” without knowing', 'What could not be read is unknown, with the reason.'],
  ['Call home', 'It talks to the hosts you add, and to nobody else.'],
] as const;

const atHand = [
  ['A login by SSH', 'A key, the agent or a password; most fixes need sudo as well.'],
  [
    'The fingerprint of the host’s key',
    'An unknown key is shown and asked about before any credential is sent.',
  ],
  ['A passphrase', 'It encrypts the vault, and nobody can bring it back.'],
] as const;

function Lines({
  of,
  glyph,
}: {
  readonly of: readonly (readonly [string, string])[];
  readonly glyph: 'shield' | 'check';
}) {
  return (
    <ul className="start-lines">
      {of.map(([title, words]) => (
        <li key={title}>
          <span className="start-line-mark">
            <Glyph name={glyph} />
          </span>
          <span>
            <b>{title}</b>
            <span className="muted block">{words}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** @param brief without the drawings, for somebody who has workspaces already */
export function HowItWorks({ brief }: { readonly brief: boolean }) {
  return (
    <>
      <ol className={brief ? 'promises promises-brief' : 'promises'} aria-label="How Bulwark works">
        {steps.map(({ Drawing, title, words }, index) => (
          <li key={title} className="promise">
            {!brief && <Drawing />}
            <h2>
              <span className="promise-number" aria-hidden="true">
                {index + 1}
              </span>
              {title}
            </h2>
            <p>{words}</p>
          </li>
        ))}
      </ol>
      <div className="columns">
        <Panel id="never" title="What it never does">
          <Lines of={never} glyph="shield" />
        </Panel>
        <Panel id="at-hand" title="Have at hand">
          <Lines of={atHand} glyph="check" />
        </Panel>
      </div>
    </>
  );
}
