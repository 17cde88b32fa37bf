/** The guard as a ring that counts down, with the sentence that says what happens at its end. */
import type { GuardState } from '../../../shared/domain/operation.ts';
import { guardLeft, standing } from '../../app/top-bar.tsx';
import { clockTime } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';

const circumference = 2 * Math.PI * 26;

function sentenceOf(guard: GuardState): string {
  switch (guard.state) {
    case 'armed':
      return `Access is checked by a new connection; if that fails, the host puts the old rules back at ${clockTime(guard.firesAt)}.`;
    case 'proving':
      return `Bulwark is opening a new connection with full authentication. Unless it succeeds, the host puts the old rules back at ${clockTime(guard.firesAt)}.`;
    case 'proven':
      return `A new connection with full authentication succeeded; the change is being made to last. Until it does, the host would put the old rules back at ${clockTime(guard.firesAt)}.`;
    case 'disarmed':
      return 'A new connection with full authentication succeeded. The new rules stay.';
    case 'fired':
      return 'Access was not proven in time, so the host put the old rules back by itself.';
  }
}

const titles: Readonly<Record<GuardState['state'], string>> = {
  armed: 'Guard armed',
  proving: 'Proving access',
  proven: 'Access proven, guard still armed',
  disarmed: 'Access proven',
  fired: 'Old rules are back',
};

export function GuardRing({ guard, hostName }: { readonly guard: GuardState; readonly hostName: string }) {
  const counting = standing(guard);
  const now = useNow(counting);
  const left = counting ? guardLeft(guard, now) : 0;
  const share = guard.seconds === 0 ? 0 : Math.min(1, left / guard.seconds);
  return (
    <div className={`guard guard-${guard.state}`}>
      <svg className="guard-ring" width="64" height="64" viewBox="0 0 64 64" aria-hidden="true">
        <circle className="guard-track" cx="32" cy="32" r="26" />
        {counting && (
          <circle
            className="guard-left"
            cx="32"
            cy="32"
            r="26"
            strokeDasharray={circumference}
            strokeDashoffset={circumference * (1 - share)}
          />
        )}
        {guard.state === 'disarmed' && <path className="guard-tick" d="m22 33 7 7 14-16" />}
        {guard.state === 'fired' && (
          <path className="guard-tick" d="M40 24H28a8 8 0 0 0 0 16h12M33 18l-6 6 6 6" />
        )}
        {counting && (
          <text className="guard-number" x="32" y="37" textAnchor="middle">
            {left}
          </text>
        )}
      </svg>
      <div>
        <p className="strong">
          {titles[guard.state]} on {hostName}
        </p>
        <p>{sentenceOf(guard)}</p>
        {counting && (
          <p className="sr-only" role="timer" aria-live="off">
            {left} seconds left
          </p>
        )}
      </div>
    </div>
  );
}
