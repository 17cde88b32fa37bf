/** What changed from one state to the next that somebody who cannot see the screen must hear. */
import type { AppState } from '../../shared/contract/state.ts';

const endings = { succeeded: 'is finished', failed: 'failed', cancelled: 'was cancelled' } as const;

function endedWork(before: AppState, after: AppState): readonly string[] {
  const known = new Map(before.operations.map((work) => [work.id, work.state]));
  return after.operations.flatMap((work) => {
    const was = known.get(work.id);
    if (was === undefined || was === work.state) return [];
    if (work.state === 'running' || work.state === 'cancelling') return [];
    return [`${work.title} ${endings[work.state]}.`];
  });
}

function guardNews(before: AppState, after: AppState): readonly string[] {
  const known = new Map(before.guards.map((guard) => [guard.hostId, guard.state]));
  return after.guards.flatMap((guard) => {
    if (known.get(guard.hostId) === guard.state) return [];
    switch (guard.state) {
      case 'armed':
        return [`The guard on the host is armed for ${guard.seconds} seconds.`];
      case 'fired':
        return ['The guard put the old rules back.'];
      case 'disarmed':
        return ['Access is proven; the guard is disarmed.'];
      case 'proving':
      case 'proven':
        return [];
    }
  });
}

/** Outcomes and gates, not every probe; an empty text when there is nothing to say. */
export function newsOf(before: AppState, after: AppState): string {
  return [...endedWork(before, after), ...guardNews(before, after)].join(' ');
}
