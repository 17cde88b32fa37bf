/** A guard on a host that this window did not arm: whose, what it will do, and when. */
import type { FoundGuard } from '../../shared/contract/state.ts';
import { clockTime } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';
import { Banner } from './banner.tsx';
import { secondsLeft } from './top-bar.tsx';

function armedBy({ armedBy: by, ours }: FoundGuard): string {
  if (by !== undefined) return `armed by ${by}`;
  return ours ? 'armed by interrupted work of this workspace' : 'armed by somebody else';
}

export function GuardBanner({ guard, hostName }: { readonly guard: FoundGuard; readonly hostName: string }) {
  const { firesAt, standing } = guard;
  const now = useNow(firesAt !== undefined);
  return (
    <Banner tone="medium">
      <p className="strong">
        {standing === 'firing'
          ? `A guard on ${hostName} is putting the old state back`
          : `Guard on ${hostName}, ${armedBy(guard)}${firesAt === undefined ? '' : `, fires at ${clockTime(firesAt)}`}`}
      </p>
      <p>
        {standing === 'firing'
          ? 'Whoever changed the network access could not prove in time that it still works.'
          : `Network access is being changed there. Unless it is proven to work, the host puts the old state back by itself ${firesAt === undefined ? 'within minutes' : `in ${secondsLeft(firesAt, now)} seconds`}. Change nothing on it until then.`}
      </p>
    </Banner>
  );
}
