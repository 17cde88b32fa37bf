/** What the controls of Kibana say of a host without one: most lab hosts have none. */
import { catalog } from '../../shared/controls/catalog.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { known } from './facts.ts';

export const withoutKibana: Readonly<Record<string, Outcome>> = Object.fromEntries(
  catalog
    .filter((control) => control.evaluate({ kibana: known(null) }).outcome === 'not-applicable')
    .map(({ words }) => [words.id, 'not-applicable']),
);
